// Tokens of programs as the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/team_views.hpp"
#include "json/codec.hpp"

namespace frontdesk::api {

struct TokenView {
  std::string id;
  std::string name;
  std::string hint;
  std::vector<std::string> scopes;
  std::string made_by;
  base::UtcTime created;
  std::optional<base::UtcTime> expires;
  std::optional<base::UtcTime> last_used;
  std::optional<std::string> last_used_from;
};
BOOST_DESCRIBE_STRUCT(TokenView, (), (id, name, hint, scopes, made_by, created, expires, last_used, last_used_from))
constexpr auto about(const TokenView*) {
  return json::about("ApiToken", "A program's way in; the token itself is shown once, when it is made.",
                     Note{.member = "hint", .text = "Its first characters."},
                     Note{.member = "made_by", .text = "Id of the person; the token may do no more than they may."},
                     Note{.member = "expires", .text = "null: never."},
                     Note{.member = "last_used", .text = "To the minute."},
                     Note{.member = "last_used_from", .text = "The address."});
}

struct TokensView {
  std::vector<TokenView> tokens;
};
BOOST_DESCRIBE_STRUCT(TokensView, (), (tokens))
constexpr auto about(const TokensView*) {
  return json::about("ApiTokens", "Those that were not revoked, the newest first.");
}

struct MadeTokenView : TokenView {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(MadeTokenView, (TokenView), (token))
constexpr auto about(const MadeTokenView*) {
  return json::about("MadeApiToken", "The new token.",
                     Note{.member = "token", .text = "For Authorization: Bearer. Shown now and never again."});
}

struct NewTokenBody {
  std::string name;
  std::vector<std::string> scopes;
  std::optional<base::UtcTime> expires;
};
BOOST_DESCRIBE_STRUCT(NewTokenBody, (), (name, scopes, expires))
constexpr auto about(const NewTokenBody*) {
  return json::about(
      "ApiTokenOrder", "What a program may do.",
      Note{.member = "name", .text = "Says what uses it.", .min_length = 1, .max_length = 100},
      Note{.member = "scopes", .text = "Names of permissions, as GET /api/permissions lists them.", .max_items = 64},
      Note{.member = "expires", .text = "Within two years; left out: never."});
}

struct TokenPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(TokenPath, (), (id))
constexpr auto about(const TokenPath*) {
  return json::about("TokenPath", "", Note{.member = "id", .text = "Of the token.", .max_length = 100});
}

struct PermissionView {
  std::string name;
  std::string meaning;
  RoleName role = RoleName::viewer;
  bool yours = false;
};
BOOST_DESCRIBE_STRUCT(PermissionView, (), (name, meaning, role, yours))
constexpr auto about(const PermissionView*) {
  return json::about("Permission", "Something that may be done.", Note{.member = "name", .text = "As scopes name it."},
                     Note{.member = "meaning", .text = "As the end of \"may ...\"."},
                     Note{.member = "role", .text = "The lowest role that has it."},
                     Note{.member = "yours", .text = "Whether whoever asks has it."});
}

struct PermissionsView {
  std::vector<PermissionView> permissions;
};
BOOST_DESCRIBE_STRUCT(PermissionsView, (), (permissions))
constexpr auto about(const PermissionsView*) {
  return json::about("Permissions", "All there are.");
}

}  // namespace frontdesk::api
