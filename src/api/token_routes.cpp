#include "api/token_routes.hpp"

#include "accounts/credentials/api_token.hpp"
#include "api/auth_routes.hpp"
#include "api/recent_sign_in.hpp"
#include "api/team_routes.hpp"
#include "api/token_views.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using MakesToken = rest::Request<rest::Body<NewTokenBody>>;

constexpr const char* kTag = "API tokens";

TokenView view_of(const accounts::ApiToken& token) {
  TokenView view{token.id,      token.name,      token.hint, token.scopes, token.user, token.created,
                 token.expires, token.last_used, {}};
  if (token.last_used) view.last_used_from = token.last_used_from;
  return view;
}

Answer<TokensView> list_tokens(const TokenSources& sources, const access::Principal& who) {
  const auto all = sources.accounts.authentication.api_tokens(who);
  if (!all) return tl::unexpected(all.error());
  TokensView view;
  for (const auto& each : *all) view.tokens.push_back(view_of(each));
  return view;
}

/// What is wrong with an order, field by field.
std::vector<json::Problem> problems_of(const NewTokenBody& body, const access::Principal& who, base::UtcTime now) {
  std::vector<json::Problem> problems;
  if (body.name.find_first_not_of(' ') == std::string::npos) problems.push_back({"/name", "write what uses the token"});
  if (body.scopes.empty()) problems.push_back({"/scopes", "name at least one permission"});
  for (std::size_t i = 0; i < body.scopes.size(); ++i) {
    const auto* permission = access::permission_named(body.scopes[i]);
    const auto pointer = "/scopes/" + std::to_string(i);
    if (permission == nullptr)
      problems.push_back({pointer, "there is no such permission: see GET /api/permissions"});
    else if (permission->least > who.role)
      problems.push_back({pointer, "your own role does not have this permission"});
  }
  const auto latest = now.unix_ms + base::to_ms(credentials::kLongestApiTokenLife);
  if (body.expires && (*body.expires <= now || body.expires->unix_ms > latest))
    problems.push_back({"/expires", "write a time later than now, within two years"});
  return problems;
}

Answer<rest::Created<MadeTokenView>> make_token(const TokenSources& sources, const MakesToken& request) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  if (auto shown = person_signed_in_lately(who, now); !shown) return tl::unexpected(shown.error());
  if (const auto problems = problems_of(request.body, who, now); !problems.empty())
    return tl::unexpected(rest::invalid_body(problems));
  if (auto known = has_account(sources.office, who); !known) return tl::unexpected(known.error());
  const auto made = sources.accounts.authentication.make_api_token(
      who, {request.body.name, request.body.scopes, request.body.expires}, visitor_of(*request.raw), now);
  if (!made && made.error().code == base::ErrorCode::resource_exhausted)
    return tl::unexpected(rest::Problem(409, made.error().message));
  if (!made) return tl::unexpected(made.error());
  return rest::Created<MadeTokenView>{{view_of(made->token), made->text.expose()}, "/api/tokens/" + made->token.id, {}};
}

Answer<rest::NoContent> revoke(const TokenSources& sources, const rest::Request<rest::Path<TokenPath>>& request) {
  const auto now = base::wall_now();
  if (auto shown = signed_in_lately(request.principal, now); !shown) return tl::unexpected(shown.error());
  const auto done = sources.accounts.authentication.revoke_api_token(request.principal, request.path.id,
                                                                     visitor_of(*request.raw), now);
  if (!done) return tl::unexpected(done.error());
  return rest::NoContent{};
}

PermissionsView list_permissions(const access::Principal& who) {
  PermissionsView view;
  for (const auto& each : access::permissions())
    view.permissions.push_back({std::string(each.name), std::string(each.meaning), static_cast<RoleName>(each.least),
                                access::allows(who, each)});
  return view;
}

}  // namespace

void add_token_routes(rest::Api& api, TokenSources sources) {
  const auto access = Access::needs(access::permission::kWriteTokens);
  api.get("/api/tokens", {.id = "listTokens", .tag = kTag, .access = access, .summary = "Tokens of programs"},
          [sources](const rest::Request<>& request) { return list_tokens(sources, request.principal); });
  api.post("/api/tokens",
           {.id = "makeToken",
            .tag = kTag,
            .access = access,
            .summary = "Make a token",
            .description = "By people, who showed a password or code within the last 15 minutes. The token is shown "
                           "once, so this takes no Idempotency-Key: revoke what came twice.",
            .fails = {{409, "There are 100 tokens, or whoever asks has no account yet."}}},
           [sources](const MakesToken& request) { return make_token(sources, request); });
  api.remove("/api/tokens/{id}",
             {.id = "revokeToken",
              .tag = kTag,
              .access = access,
              .summary = "Revoke a token",
              .description = "Counts from its next request.",
              .fails = {{404, "There is no such token."}}},
             [sources](const rest::Request<rest::Path<TokenPath>>& request) { return revoke(sources, request); });
  api.get(
      "/api/permissions",
      {.id = "listPermissions",
       .tag = kTag,
       .access = Access::needs(access::permission::kReadSettings),
       .summary = "What may be done, by which role, and as which scope"},
      [](const rest::Request<>& request) -> Answer<PermissionsView> { return list_permissions(request.principal); });
}

}  // namespace frontdesk::api
