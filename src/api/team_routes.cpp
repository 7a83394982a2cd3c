#include "api/team_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/team_views.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using OfMember = rest::Request<rest::Path<MemberPath>>;
using ChangeOfMember = rest::Request<rest::Path<MemberPath>, rest::Body<RoleBody>>;
using OfInvitation = rest::Request<rest::Path<InvitationPath>>;

constexpr const char* kTag = "Team";
const rest::May kNobody{404, "Nobody of that id belongs to the team."};
const rest::May kLastOwner{409, "This is the last owner."};

Answer<rest::NoContent> answered(const base::Status& done) {
  if (!done) return tl::unexpected(account_problem(done.error()));
  return rest::NoContent{};
}

Answer<TeamView> list_members(const TeamSources& sources, const access::Principal& who) {
  const auto members = sources.accounts.team.members(who);
  if (!members) return tl::unexpected(members.error());
  TeamView view;
  for (const auto& each : *members)
    view.members.push_back({each.user, each.email, each.name, static_cast<RoleName>(each.role), each.since,
                            each.second_factor, each.user == who.id});
  return view;
}

InvitationView view_of(const accounts::Invitation& invitation) {
  return {invitation.id, invitation.email, static_cast<RoleName>(invitation.role), invitation.expires};
}

Answer<InvitationsView> list_invitations(const TeamSources& sources, const access::Principal& who) {
  const auto all = sources.accounts.team.invitations(who, base::wall_now());
  if (!all) return tl::unexpected(all.error());
  InvitationsView view;
  for (const auto& each : *all) view.invitations.push_back(view_of(each));
  return view;
}

Answer<rest::Created<InvitedView>> invite(const TeamSources& sources,
                                          const rest::Request<rest::Body<InviteBody>>& request) {
  const auto& who = request.principal;
  // A first member who was invited would lock this machine's user out, with no owner left.
  if (who.kind == access::Principal::Kind::user)
    if (auto known = has_account(sources.office, who); !known) return tl::unexpected(known.error());
  const auto done = sources.accounts.team.invite(who, request.body.email, static_cast<access::Role>(request.body.role),
                                                 visitor_of(*request.raw), base::wall_now());
  if (!done && done.error().code == base::ErrorCode::invalid_argument)
    return tl::unexpected(rest::invalid_body({{"/email", done.error().message}}));
  if (!done && done.error().code == base::ErrorCode::resource_exhausted)
    return tl::unexpected(rest::Problem(409, done.error().message));
  if (!done) return tl::unexpected(done.error());
  return rest::Created<InvitedView>{{view_of(done->invitation), done->link.expose(), done->mailed},
                                    "/api/team/invitations/" + done->invitation.id,
                                    {}};
}

void add_members(rest::Api& api, const TeamSources& sources) {
  api.get("/api/team",
          {.id = "listTeam",
           .tag = kTag,
           .access = Access::needs(access::permission::kReadSettings),
           .summary = "The people of the organisation"},
          [sources](const rest::Request<>& request) { return list_members(sources, request.principal); });
  const auto access = Access::needs(access::permission::kWriteTeam);
  api.patch("/api/team/{id}",
            {.id = "changeRole",
             .tag = kTag,
             .access = access,
             .summary = "Give somebody another role",
             .description = "Counts from the person's next request. Nobody gives a role above their own, and only "
                            "owners change owners.",
             .fails = {kNobody, kLastOwner}},
            [sources](const ChangeOfMember& request) {
              return answered(sources.accounts.team.change_role(request.principal, request.path.id,
                                                                static_cast<access::Role>(request.body.role),
                                                                visitor_of(*request.raw), base::wall_now()));
            });
  api.remove("/api/team/{id}",
             {.id = "removeMember",
              .tag = kTag,
              .access = access,
              .summary = "Remove somebody from the team",
              .description = "Ends their sessions and tokens here.",
              .fails = {kNobody, kLastOwner}},
             [sources](const OfMember& request) {
               return answered(sources.accounts.team.remove(request.principal, request.path.id,
                                                            visitor_of(*request.raw), base::wall_now()));
             });
  api.post("/api/team/leave",
           {.id = "leaveTeam",
            .tag = kTag,
            .access = Access::signed_in(),
            .summary = "Leave the team",
            .fails = {kNobody, kLastOwner}},
           [sources](const rest::Request<>& request) {
             return answered(sources.accounts.team.remove(request.principal, request.principal.id,
                                                          visitor_of(*request.raw), base::wall_now()));
           });
}

void add_invitations(rest::Api& api, const TeamSources& sources) {
  const auto access = Access::needs(access::permission::kWriteTeam);
  api.get("/api/team/invitations",
          {.id = "listInvitations", .tag = kTag, .access = access, .summary = "Who was invited and has not joined"},
          [sources](const rest::Request<>& request) { return list_invitations(sources, request.principal); });
  api.post("/api/team/invitations",
           {.id = "invite",
            .tag = kTag,
            .access = access,
            .summary = "Invite somebody",
            .description = "The link is good once, for a week. Inviting the same address again ends the link before.",
            .fails = {{409, "They belong to the team, it is full, or whoever invites has no account yet."}}},
           [sources](const rest::Request<rest::Body<InviteBody>>& request) { return invite(sources, request); });
  api.remove("/api/team/invitations/{id}",
             {.id = "withdrawInvitation",
              .tag = kTag,
              .access = access,
              .summary = "Withdraw an invitation",
              .fails = {{404, "There is no such invitation."}}},
             [sources](const OfInvitation& request) {
               return answered(sources.accounts.team.withdraw(request.principal, request.path.id,
                                                              visitor_of(*request.raw), base::wall_now()));
             });
  api.post("/api/team/invitations/accept",
           {.id = "acceptInvitation",
            .tag = kTag,
            .access = Access::signed_in(),
            .summary = "Join one more organisation",
            .description = "For people who have an account; others register with the token.",
            .fails = {{401, "The invitation is over, or for another address."}, {409, "They belong to it already."}}},
           [sources](const rest::Request<rest::Body<AcceptBody>>& request) {
             return answered(sources.accounts.team.accept(request.principal, request.body.token.expose(),
                                                          visitor_of(*request.raw), base::wall_now()));
           });
}

}  // namespace

Answer<void> has_account(accounts::Office& office, const access::Principal& who) {
  const auto user =
      office.with_connection([&](store::Connection& connection) { return accounts::find_user(connection, who.id); });
  if (!user) return tl::unexpected(user.error());
  if (*user) return {};
  return tl::unexpected(rest::Problem(409, "make an account of your own first: nobody has one here yet"));
}

void add_team_routes(rest::Api& api, TeamSources sources) {
  add_members(api, sources);
  add_invitations(api, sources);
}

}  // namespace frontdesk::api
