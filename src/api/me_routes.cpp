#include "api/account_authenticator.hpp"
#include "api/auth_routes.hpp"
#include "api/auth_views.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using OfSession = rest::Request<rest::Path<SessionPath>>;

constexpr const char* kTag = "Your account";
const rest::May kNoAccount{404, "Nobody has an account yet, or this one is gone."};

template <class T>
Answer<rest::NoContent> answered(const T& done) {
  if (!done) return tl::unexpected(account_problem(done.error()));
  return rest::NoContent{};
}

Answer<MeView> show_me(const AuthSources& sources, const access::Principal& who) {
  auto user = sources.office.with_connection(
      [&](store::Connection& connection) { return accounts::find_user(connection, who.id); });
  if (!user) return tl::unexpected(user.error());
  MeView view;
  view.id = who.id;
  view.organisation = who.organisation;
  view.role = std::string(access::name(who.role));
  if (!*user) return view;  // this machine's user, before anybody has signed up
  view.signed_up = true;
  view.email = (*user)->email;
  view.name = (*user)->name;
  view.second_factor = (*user)->totp_enabled.has_value();
  const auto left = sources.accounts.second_factor.recovery_codes_left(who);
  if (!left) return tl::unexpected(left.error());
  view.recovery_codes_left = *left;
  return view;
}

Answer<SessionsView> list_sessions(const AuthSources& sources, const access::Principal& who) {
  const auto all = sources.accounts.authentication.sessions(who, base::wall_now());
  if (!all) return tl::unexpected(all.error());
  SessionsView view;
  for (const auto& each : *all)
    view.sessions.push_back(
        {each.id, each.address, each.user_agent, each.created, each.last_seen, each.expires, each.id == who.session});
  return view;
}

Answer<RecoveryCodesView> codes_of(const base::Result<std::vector<base::Secret>>& codes) {
  if (!codes) return tl::unexpected(account_problem(codes.error()));
  RecoveryCodesView view;
  for (const auto& each : *codes) view.codes.push_back(each.expose());
  return view;
}

void add_account(rest::Api& api, const AuthSources& sources) {
  const auto access = Access::signed_in();
  api.get("/api/me", {.id = "showMe", .tag = kTag, .access = access, .summary = "Who is signed in"},
          [sources](const rest::Request<>& request) { return show_me(sources, request.principal); });
  api.patch("/api/me",
            {.id = "changeMe", .tag = kTag, .access = access, .summary = "Change one's name", .fails = {kNoAccount}},
            [sources](const rest::Request<rest::Body<MeChange>>& request) -> Answer<MeView> {
              const auto done = sources.accounts.registration.change_name(request.principal, request.body.name,
                                                                          visitor_of(*request.raw), base::wall_now());
              if (!done) return tl::unexpected(account_problem(done.error()));
              return show_me(sources, request.principal);
            });
  api.post("/api/me/password",
           {.id = "changePassword",
            .tag = kTag,
            .access = access,
            .summary = "Change the password",
            .description = "Ends all other sessions.",
            .fails = {kNoAccount}},
           [sources](const rest::Request<rest::Body<ChangePasswordBody>>& request) {
             return answered(sources.accounts.registration.change_password(request.principal, request.body.old_password,
                                                                           request.body.new_password,
                                                                           visitor_of(*request.raw), base::wall_now()));
           });
}

void add_sessions(rest::Api& api, const AuthSources& sources) {
  const auto access = Access::signed_in();
  api.get("/api/me/sessions",
          {.id = "listSessions", .tag = kTag, .access = access, .summary = "Where one is signed in"},
          [sources](const rest::Request<>& request) { return list_sessions(sources, request.principal); });
  api.remove("/api/me/sessions/{id}",
             {.id = "endSession",
              .tag = kTag,
              .access = access,
              .summary = "Sign a device out",
              .fails = {{404, "There is no such session of yours."}}},
             [sources](const OfSession& request) {
               return answered(sources.accounts.authentication.revoke_session(
                   request.principal, request.path.id, visitor_of(*request.raw), base::wall_now()));
             });
  api.remove("/api/me/sessions",
             {.id = "endOtherSessions", .tag = kTag, .access = access, .summary = "Sign all other devices out"},
             [sources](const rest::Request<>& request) {
               return answered(sources.accounts.authentication.revoke_other_sessions(
                   request.principal, visitor_of(*request.raw), base::wall_now()));
             });
}

void add_second_factor(rest::Api& api, const AuthSources& sources) {
  const auto access = Access::signed_in();
  api.post("/api/me/second-factor",
           {.id = "beginSecondFactor",
            .tag = kTag,
            .access = access,
            .summary = "Set up a second factor",
            .description = "Nothing is asked for at sign-in until a code of the app confirms it.",
            .fails = {kNoAccount}},
           [sources](const rest::Request<>& request) -> Answer<SetupView> {
             const auto setup = sources.accounts.second_factor.begin(request.principal, base::wall_now());
             if (!setup) return tl::unexpected(account_problem(setup.error()));
             return SetupView{setup->uri.expose(), setup->secret.expose()};
           });
  api.post("/api/me/second-factor/confirm",
           {.id = "confirmSecondFactor",
            .tag = kTag,
            .access = access,
            .summary = "Begin to use the second factor",
            .fails = {kNoAccount}},
           [sources](const rest::Request<rest::Body<ConfirmBody>>& request) {
             return codes_of(sources.accounts.second_factor.confirm(request.principal, request.body.code.expose(),
                                                                    visitor_of(*request.raw), base::wall_now()));
           });
  api.post("/api/me/second-factor/remove",
           {.id = "removeSecondFactor",
            .tag = kTag,
            .access = access,
            .summary = "Do without the second factor",
            .fails = {kNoAccount}},
           [sources](const rest::Request<rest::Body<PasswordBody>>& request) {
             return answered(sources.accounts.second_factor.remove(request.principal, request.body.password,
                                                                   visitor_of(*request.raw), base::wall_now()));
           });
  api.post("/api/me/second-factor/recovery-codes",
           {.id = "newRecoveryCodes",
            .tag = kTag,
            .access = access,
            .summary = "New recovery codes",
            .description = "Those before are good no more.",
            .fails = {kNoAccount}},
           [sources](const rest::Request<rest::Body<PasswordBody>>& request) {
             return codes_of(sources.accounts.second_factor.new_recovery_codes(
                 request.principal, request.body.password, visitor_of(*request.raw), base::wall_now()));
           });
}

}  // namespace

void add_me_routes(rest::Api& api, AuthSources sources) {
  add_account(api, sources);
  add_sessions(api, sources);
  add_second_factor(api, sources);
}

}  // namespace frontdesk::api
