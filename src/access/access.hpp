// Who may do what. People have a role in an organisation; programs have a token with scopes, which are names of
// permissions. One table says which role a permission takes, and every route of the API names one permission.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::access {

/// Each role may do all that the one before it may.
enum class Role { viewer, editor, admin, owner };

std::string_view name(Role role);
std::optional<Role> role_named(std::string_view name);

/// "calls.read": what it is about, and what is done to it. The names are part of the API: tokens carry them.
struct Permission {
  std::string_view name;
  Role least;                ///< the lowest role that has it
  std::string_view meaning;  ///< for the one who grants it, as the end of "may ..."
};

namespace permission {
inline constexpr Permission kReadCalls{"calls.read", Role::viewer, "see calls, transcripts and recordings"};
inline constexpr Permission kControlCalls{"calls.control", Role::editor, "listen to, take over and end running calls"};
inline constexpr Permission kStartCalls{"calls.start", Role::editor, "talk to the receptionist as a caller"};
inline constexpr Permission kReadMessages{"messages.read", Role::viewer, "read messages"};
inline constexpr Permission kWriteMessages{"messages.write", Role::editor, "mark and delete messages"};
inline constexpr Permission kReadLines{"lines.read", Role::viewer, "see telephone lines"};
inline constexpr Permission kWriteLines{"lines.write", Role::admin, "change and test telephone lines"};
inline constexpr Permission kReadVoices{"voices.read", Role::viewer, "see and hear voices"};
inline constexpr Permission kWriteVoices{"voices.write", Role::editor, "upload, train and delete voices"};
inline constexpr Permission kReadReceptionist{"receptionist.read", Role::viewer, "see the receptionist's settings"};
inline constexpr Permission kWriteReceptionist{"receptionist.write", Role::editor, "change the receptionist"};
inline constexpr Permission kReadAnalytics{"analytics.read", Role::viewer, "see figures and health"};
inline constexpr Permission kReadSettings{"settings.read", Role::viewer, "see settings and the team"};
inline constexpr Permission kWriteSettings{"settings.write", Role::admin, "change settings"};
inline constexpr Permission kWriteTeam{"team.write", Role::admin, "invite, change and remove people"};
inline constexpr Permission kReadKeys{"keys.read", Role::admin, "see which keys are stored, never their values"};
inline constexpr Permission kWriteKeys{"keys.write", Role::admin, "store, rotate and delete keys"};
inline constexpr Permission kWriteTokens{"tokens.write", Role::admin, "make and revoke API tokens"};
inline constexpr Permission kWriteWebhooks{"webhooks.write", Role::admin, "see and change webhooks and deliveries"};
inline constexpr Permission kReadAudit{"audit.read", Role::admin, "read the audit log"};
inline constexpr Permission kReadUsage{"usage.read", Role::admin, "see usage and invoices"};
inline constexpr Permission kExportPrivacy{"privacy.export", Role::admin, "export all that is kept about a caller"};
inline constexpr Permission kErasePrivacy{"privacy.erase", Role::admin, "erase all that is kept about a caller"};
inline constexpr Permission kOperate{"system.operate", Role::owner, "back up, restore and update"};
inline constexpr Permission kDeleteOrganisation{"organisation.delete", Role::owner, "delete the organisation"};
}  // namespace permission

/// All of them, in the order above.
std::span<const Permission> permissions();
const Permission* permission_named(std::string_view name);

/// Who makes a request, as far as it was shown.
struct Principal {
  enum class Kind { user, token };
  Kind kind = Kind::user;
  std::string organisation;
  std::string id;                    ///< of the user, or of the token
  Role role = Role::viewer;          ///< a token's: that of whoever made it, now
  std::vector<std::string> scopes;   ///< a token's permissions by name; unused for users
  std::string session;               ///< a user's
  base::UtcTime authenticated_at{};  ///< when a password or second factor was last shown
};

/// A token may do what both its scopes and its role allow.
bool allows(const Principal& principal, const Permission& permission);

}  // namespace frontdesk::access
