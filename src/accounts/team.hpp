// The people of an organisation: invited, joined, given other roles, removed. Nobody gives more than they have, only
// owners touch owners, and the last owner stays. What a role may do ends or begins with the next request.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "accounts/office.hpp"
#include "accounts/token_rows.hpp"
#include "accounts/users.hpp"

namespace frontdesk::accounts {

inline constexpr std::size_t kMostMembers = 500;
inline constexpr std::size_t kMostInvitations = 100;

struct Invitation {
  std::string id;  ///< revokes it; joins nobody
  std::string email;
  access::Role role = access::Role::viewer;
  base::UtcTime expires{};
};

struct Invited {
  Invitation invitation;
  base::Secret link;  ///< shown once, for those who cannot be reached by mail
  bool mailed = false;
};

class Team {
 public:
  explicit Team(Office& office) : office_(office) {}

  base::Result<std::vector<Member>> members(const access::Principal& who);
  base::Result<std::vector<Invitation>> invitations(const access::Principal& who, base::UtcTime now);
  /// already_exists: a member. permission_denied: a higher role than one's own.
  base::Result<Invited> invite(const access::Principal& who, std::string_view email, access::Role role,
                               const Visitor& visitor, base::UtcTime now);
  base::Status withdraw(const access::Principal& who, std::string_view invitation, const Visitor& visitor,
                        base::UtcTime now);
  /// By somebody who has an account already and is signed in to it; newcomers register with the token.
  base::Status accept(const access::Principal& who, std::string_view token, const Visitor& visitor, base::UtcTime now);
  /// failed_precondition: the last owner.
  base::Status change_role(const access::Principal& who, std::string_view user, access::Role role,
                           const Visitor& visitor, base::UtcTime now);
  /// Also oneself. Ends the person's sessions and tokens here.
  base::Status remove(const access::Principal& who, std::string_view user, const Visitor& visitor, base::UtcTime now);

  base::Result<std::vector<AllowedNetwork>> networks(const access::Principal& who);
  /// Refuses the change by an error, in its transaction, by what there was before.
  using SeenNetworks = std::function<base::Status(const std::vector<AllowedNetwork>& before)>;
  /// failed_precondition: the list would lock out whoever sets it.
  base::Status set_networks(const access::Principal& who, const std::vector<AllowedNetwork>& networks,
                            const Visitor& visitor, base::UtcTime now, const SeenNetworks& seen = {});

 private:
  Office& office_;
};

}  // namespace frontdesk::accounts
