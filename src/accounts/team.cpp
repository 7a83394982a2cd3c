#include "accounts/team.hpp"

#include "accounts/api_token_rows.hpp"
#include "accounts/credentials/email_address.hpp"
#include "accounts/registration.hpp"
#include "accounts/session_rows.hpp"

namespace frontdesk::accounts {
namespace {

using credentials::TokenKind;

constexpr std::size_t kIdLength = 24;  // of a digest: enough to name it, too little to be it
constexpr std::size_t kLongestNote = 100;

tl::unexpected<base::Error> denied(const char* why) {
  return base::fail(base::ErrorCode::permission_denied, "accounts", why);
}

base::Status may_manage(const access::Principal& who) {
  if (access::allows(who, access::permission::kWriteTeam)) return {};
  return denied("only administrators and owners change the team");
}

Invitation invitation_of(const EmailToken& token) {
  return {token.digest.substr(0, kIdLength), token.email, access::role_named(token.role).value_or(access::Role::viewer),
          token.life.expires};
}

base::Result<Membership> member(store::Connection& connection, std::string_view organisation, std::string_view user) {
  const auto found = find_membership(connection, organisation, user);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return base::fail(base::ErrorCode::not_found, "accounts", "nobody of that id belongs to the team");
  return **found;
}

/// Before an owner stops being one.
base::Status keep_an_owner(store::Connection& connection, std::string_view organisation) {
  const auto owners = count_owners(connection, organisation);
  if (!owners) return tl::unexpected(owners.error());
  if (*owners > 1) return {};
  return base::fail(base::ErrorCode::failed_precondition, "accounts",
                    "this is the last owner: make somebody else an owner first");
}

std::string text_of(const std::vector<AllowedNetwork>& networks) {
  std::string out;
  for (const auto& each : networks) out += (out.empty() ? "" : " ") + credentials::to_string(each.network);
  return out;
}

notify::Mail invitation_mail(const Settings& settings, const std::string& to, const std::string& link) {
  return {to, settings.name + ": you are invited",
          base::Secret("You are invited to " + settings.name + ". To join, open\n\n" + link +
                       "\n\nwithin a week. If you do not know what this is, do nothing.\n")};
}

}  // namespace

base::Result<std::vector<Member>> Team::members(const access::Principal& who) {
  return office_.with_connection(
      [&](store::Connection& connection) { return members_of(connection, who.organisation); });
}

base::Result<std::vector<Invitation>> Team::invitations(const access::Principal& who, base::UtcTime now) {
  return office_.with_connection([&](store::Connection& connection) -> base::Result<std::vector<Invitation>> {
    const auto tokens = open_email_tokens(connection, TokenKind::invitation, who.organisation, now);
    if (!tokens) return tl::unexpected(tokens.error());
    std::vector<Invitation> out;
    for (const auto& each : *tokens) out.push_back(invitation_of(each));
    return out;
  });
}

base::Result<Invited> Team::invite(const access::Principal& who, std::string_view given, access::Role role,
                                   const Visitor& visitor, base::UtcTime now) {
  if (auto may = may_manage(who); !may) return tl::unexpected(may.error());
  if (role > who.role) return denied("nobody invites to a higher role than their own");
  const auto email = credentials::normal_email(given);
  if (!email) return base::fail(base::ErrorCode::invalid_argument, "accounts", "this is not an e-mail address");
  auto invited = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Invited> {
    const auto members = members_of(connection, who.organisation);
    if (!members) return tl::unexpected(members.error());
    for (const auto& each : *members)
      if (each.email == *email)
        return base::fail(base::ErrorCode::already_exists, "accounts", "this person belongs to the team already");
    const auto open = open_email_tokens(connection, TokenKind::invitation, who.organisation, now);
    if (!open) return tl::unexpected(open.error());
    if (members->size() >= kMostMembers || open->size() >= kMostInvitations)
      return base::fail(base::ErrorCode::resource_exhausted, "accounts",
                        "the team is full: withdraw invitations or remove people first");
    const std::string role_name(access::name(role));
    const auto token = issue_token(connection, TokenKind::invitation, *email, "", who.organisation, role_name, now);
    if (!token) return tl::unexpected(token.error());
    const auto kept = find_email_token(connection, TokenKind::invitation,
                                       credentials::token_digest(name(TokenKind::invitation), token->expose()));
    if (!kept) return tl::unexpected(kept.error());
    const auto invitation = invitation_of(**kept);
    trail.add(
        {actor_of(who, visitor), "team.invited", invitation.id, {{"email", "", *email}, {"role", "", role_name}}});
    return Invited{invitation, base::Secret(office_.settings.base_url + "/join#token=" + token->expose()), false};
  });
  if (invited)
    invited->mailed =
        office_.mailer.send(invitation_mail(office_.settings, *email, invited->link.expose())).has_value();
  return invited;
}

base::Status Team::withdraw(const access::Principal& who, std::string_view id, const Visitor& visitor,
                            base::UtcTime now) {
  if (auto may = may_manage(who); !may) return may;
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto open = open_email_tokens(connection, TokenKind::invitation, who.organisation, now);
    if (!open) return tl::unexpected(open.error());
    for (const auto& each : *open) {
      if (invitation_of(each).id != id) continue;
      if (auto used = use_email_token(connection, each.digest, now); !used) return tl::unexpected(used.error());
      trail.add({actor_of(who, visitor), "team.invitation_withdrawn", std::string(id), {{"email", each.email, ""}}});
      return {};
    }
    return base::fail(base::ErrorCode::not_found, "accounts", "there is no such invitation");
  });
}

base::Status Team::accept(const access::Principal& who, std::string_view text, const Visitor& visitor,
                          base::UtcTime now) {
  const auto digest = credentials::token_digest(name(TokenKind::invitation), text);
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto token = find_email_token(connection, TokenKind::invitation, digest);
    if (!token) return tl::unexpected(token.error());
    const auto user = find_user(connection, who.id);
    if (!user) return tl::unexpected(user.error());
    if (!*token || !*user || (*user)->email != (*token)->email || !credentials::is_usable((*token)->life, now))
      return no_longer_valid();
    const auto used = use_email_token(connection, digest, now);
    if (!used) return tl::unexpected(used.error());
    if (!*used) return no_longer_valid();
    const auto role = access::role_named((*token)->role).value_or(access::Role::viewer);
    auto actor = actor_of(who, visitor);
    actor.organisation = (*token)->organisation;
    trail.add({actor, "team.joined", who.id, {{"role", "", (*token)->role}}});
    return insert_membership(connection, {(*token)->organisation, who.id, role}, now);
  });
}

base::Status Team::change_role(const access::Principal& who, std::string_view user, access::Role role,
                               const Visitor& visitor, base::UtcTime now) {
  if (auto may = may_manage(who); !may) return may;
  if (role > who.role) return denied("nobody gives a higher role than their own");
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto before = member(connection, who.organisation, user);
    if (!before) return tl::unexpected(before.error());
    if (before->role > who.role) return denied("only owners change owners");
    if (before->role == role) return {};
    if (before->role == access::Role::owner)
      if (auto kept = keep_an_owner(connection, who.organisation); !kept) return kept;
    trail.add({actor_of(who, visitor),
               "team.role_changed",
               std::string(user),
               {{"role", std::string(access::name(before->role)), std::string(access::name(role))}}});
    return set_role(connection, {who.organisation, std::string(user), role});
  });
}

base::Status Team::remove(const access::Principal& who, std::string_view user, const Visitor& visitor,
                          base::UtcTime now) {
  const bool oneself = who.kind == access::Principal::Kind::user && who.id == user;
  if (!oneself)
    if (auto may = may_manage(who); !may) return may;
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto before = member(connection, who.organisation, user);
    if (!before) return tl::unexpected(before.error());
    if (before->role > who.role) return denied("only owners remove owners");
    if (before->role == access::Role::owner)
      if (auto kept = keep_an_owner(connection, who.organisation); !kept) return kept;
    if (auto ended = revoke_sessions(connection, user, who.organisation, "", "removed from the team", now); !ended)
      return ended;
    if (auto ended = revoke_api_tokens_of(connection, who.organisation, user, now); !ended) return ended;
    trail.add({actor_of(who, visitor),
               "team.removed",
               std::string(user),
               {{"role", std::string(access::name(before->role)), ""}}});
    return delete_membership(connection, who.organisation, user);
  });
}

base::Result<std::vector<AllowedNetwork>> Team::networks(const access::Principal& who) {
  return office_.with_connection(
      [&](store::Connection& connection) { return allowed_networks(connection, who.organisation); });
}

base::Status Team::set_networks(const access::Principal& who, const std::vector<AllowedNetwork>& networks,
                                const Visitor& visitor, base::UtcTime now, const SeenNetworks& seen) {
  if (!access::allows(who, access::permission::kWriteSettings)) return denied("only administrators change this");
  if (networks.size() > credentials::kMostNetworks)
    return base::fail(base::ErrorCode::invalid_argument, "accounts", "at most 100 networks");
  std::vector<AllowedNetwork> plain;
  std::vector<credentials::Network> only;
  for (const auto& each : networks) {
    plain.push_back({each.network, plain_line(each.note, kLongestNote)});
    only.push_back(each.network);
  }
  if (!credentials::allows(only, visitor.address))
    return base::fail(base::ErrorCode::failed_precondition, "accounts",
                      "this list would lock you out: add the network that you are in now");
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto before = allowed_networks(connection, who.organisation);
    if (!before) return tl::unexpected(before.error());
    if (seen)
      if (auto same = seen(*before); !same) return same;
    trail.add({actor_of(who, visitor),
               "networks.changed",
               who.organisation,
               {{"networks", text_of(*before), text_of(plain)}}});
    return replace_networks(connection, who.organisation, plain, now);
  });
}

}  // namespace frontdesk::accounts
