#include "access/access.hpp"

#include <gtest/gtest.h>

#include <set>

namespace frontdesk::access {
namespace {

Principal user(Role role) {
  Principal principal;
  principal.role = role;
  return principal;
}

Principal token(Role role, std::vector<std::string> scopes) {
  Principal principal = user(role);
  principal.kind = Principal::Kind::token;
  principal.scopes = std::move(scopes);
  return principal;
}

TEST(Access, EachRoleMayDoAllThatTheOneBelowMay) {
  const std::array roles{Role::viewer, Role::editor, Role::admin, Role::owner};
  for (const auto& permission : permissions())
    for (const auto role : roles)
      EXPECT_EQ(allows(user(role), permission), role >= permission.least) << permission.name << name(role);
}

TEST(Access, OnlyAnOwnerHasEverything) {
  for (const auto& permission : permissions()) EXPECT_TRUE(allows(user(Role::owner), permission));
  EXPECT_FALSE(allows(user(Role::admin), permission::kDeleteOrganisation));
  EXPECT_FALSE(allows(user(Role::editor), permission::kWriteKeys));
  EXPECT_FALSE(allows(user(Role::viewer), permission::kControlCalls));
}

TEST(Access, ATokenNeedsBothItsScopeAndItsMakersRole) {
  EXPECT_TRUE(allows(token(Role::admin, {"keys.read"}), permission::kReadKeys));
  EXPECT_FALSE(allows(token(Role::owner, {}), permission::kReadCalls));
  EXPECT_FALSE(allows(token(Role::owner, {"keys.rea", "keys.read "}), permission::kReadKeys));
  EXPECT_FALSE(allows(token(Role::viewer, {"keys.read"}), permission::kReadKeys)) << "its maker was demoted";
}

TEST(Access, NamesAreUniqueAndFoundAgain) {
  std::set<std::string_view> names;
  for (const auto& permission : permissions()) {
    EXPECT_TRUE(names.insert(permission.name).second) << permission.name;
    ASSERT_NE(permission_named(permission.name), nullptr);
    EXPECT_EQ(permission_named(permission.name)->name, permission.name);
  }
  EXPECT_EQ(permission_named("calls"), nullptr);
  EXPECT_EQ(role_named("owner"), Role::owner);
  EXPECT_EQ(role_named("Owner"), std::nullopt);
}

}  // namespace
}  // namespace frontdesk::access
