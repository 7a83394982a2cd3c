#include "access/access.hpp"

#include <algorithm>
#include <array>

namespace frontdesk::access {
namespace {

constexpr std::array kRoleNames{std::string_view("viewer"), std::string_view("editor"), std::string_view("admin"),
                                std::string_view("owner")};

constexpr std::array kPermissions{
    permission::kReadCalls,         permission::kControlCalls,      permission::kStartCalls,
    permission::kReadMessages,      permission::kWriteMessages,     permission::kReadLines,
    permission::kWriteLines,        permission::kReadVoices,        permission::kWriteVoices,
    permission::kReadReceptionist,  permission::kWriteReceptionist, permission::kReadAnalytics,
    permission::kReadSettings,      permission::kWriteSettings,     permission::kWriteTeam,
    permission::kReadKeys,          permission::kWriteKeys,         permission::kWriteTokens,
    permission::kWriteWebhooks,     permission::kReadAudit,         permission::kReadUsage,
    permission::kExportPrivacy,     permission::kErasePrivacy,      permission::kOperate,
    permission::kDeleteOrganisation};

}  // namespace

std::string_view name(Role role) {
  return kRoleNames.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_named(std::string_view name) {
  const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::span<const Permission> permissions() {
  return kPermissions;
}

const Permission* permission_named(std::string_view name) {
  const auto found =
      std::find_if(kPermissions.begin(), kPermissions.end(), [&](const auto& each) { return each.name == name; });
  return found == kPermissions.end() ? nullptr : &*found;
}

bool allows(const Principal& principal, const Permission& permission) {
  if (principal.role < permission.least) return false;
  if (principal.kind == Principal::Kind::user) return true;
  return std::find(principal.scopes.begin(), principal.scopes.end(), permission.name) != principal.scopes.end();
}

}  // namespace frontdesk::access
