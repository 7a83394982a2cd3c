#include "api/auth_routes.hpp"

#include "api/account_authenticator.hpp"
#include "api/auth_views.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using rest::May;

constexpr std::string_view kRefreshCookie = "refresh";
constexpr std::string_view kRefreshPath = "/api/auth/refresh";
constexpr const char* kTag = "Signing in";

std::int64_t seconds_until(base::UtcTime end, base::UtcTime now) {
  return std::max<std::int64_t>(0, (end.unix_ms - now.unix_ms) / 1000);
}

/// HttpOnly: no script reads it. Strict: no other site's page makes a browser send it (RFC 6265bis, section 5.6.7).
std::string set_cookie(std::string_view name, std::string_view value, std::string_view path, std::int64_t seconds,
                       bool secure) {
  std::string text(name);
  text.append("=").append(value).append("; Path=").append(path).append("; Max-Age=").append(std::to_string(seconds));
  text += "; HttpOnly; SameSite=Strict";
  if (secure) text += "; Secure";
  return text;
}

bool secure(const AuthSources& sources, const http::Request& request) {
  return request.encrypted || sources.office.settings.base_url.starts_with("https://");
}

using Shown = rest::WithCookies<SignedInView>;

Shown shown(const AuthSources& sources, const http::Request& request, const accounts::SessionTokens& tokens,
            bool as_cookies) {
  const auto now = base::wall_now();
  Shown answer;
  auto& view = answer.value;
  view.expires_in = seconds_until(tokens.access_expires, now);
  view.user = tokens.who.id;
  view.organisation = tokens.who.organisation;
  view.role = std::string(access::name(tokens.who.role));
  if (!as_cookies) {
    view.access_token = tokens.access.expose();
    view.refresh_token = tokens.refresh.expose();
    return answer;
  }
  const bool by_tls = secure(sources, request);
  answer.cookies = {set_cookie(kSessionCookie, tokens.access.expose(), "/", *view.expires_in, by_tls),
                    set_cookie(kRefreshCookie, tokens.refresh.expose(), kRefreshPath,
                               seconds_until(tokens.refresh_expires, now), by_tls)};
  return answer;
}

Answer<Shown> sign_in(const AuthSources& sources, const rest::Request<rest::Body<LoginBody>>& request) {
  const auto& body = request.body;
  const auto done = sources.accounts.sign_in.password({body.email, body.password, body.organisation.value_or("")},
                                                      visitor_of(*request.raw), base::wall_now());
  if (!done) return tl::unexpected(account_problem(done.error()));
  if (const auto* tokens = std::get_if<accounts::SessionTokens>(&*done))
    return shown(sources, *request.raw, *tokens, body.cookies);
  Shown answer;
  answer.value.second_factor = true;
  answer.value.challenge = std::get<accounts::CodeNeeded>(*done).challenge.expose();
  return answer;
}

Answer<Shown> show_code(const AuthSources& sources, const rest::Request<rest::Body<CodeBody>>& request) {
  const auto& body = request.body;
  const auto done = sources.accounts.sign_in.second_factor(body.challenge.expose(), body.code.expose(),
                                                           visitor_of(*request.raw), base::wall_now());
  if (!done) return tl::unexpected(account_problem(done.error()));
  return shown(sources, *request.raw, *done, body.cookies);
}

Answer<Shown> refresh(const AuthSources& sources, const rest::Request<rest::Body<RefreshBody>>& request) {
  const bool by_cookie = !request.body.refresh_token;
  const auto* own_page = http::find_field(request.raw->headers, "X-Requested-With");
  if (by_cookie && (own_page == nullptr || own_page->empty()))
    return tl::unexpected(
        rest::Problem(403, "send the header X-Requested-With, which shows that no other site sent this", "forgery"));
  const auto token =
      by_cookie ? std::string(cookie(*request.raw, kRefreshCookie)) : request.body.refresh_token->expose();
  const auto done = sources.accounts.sign_in.refresh(token, visitor_of(*request.raw), base::wall_now());
  if (!done) return tl::unexpected(account_problem(done.error()));
  return shown(sources, *request.raw, *done, by_cookie);
}

Answer<rest::WithCookies<rest::NoContent>> sign_out(const AuthSources& sources, const rest::Request<>& request) {
  const auto done = sources.accounts.sign_in.sign_out(request.principal, visitor_of(*request.raw), base::wall_now());
  if (!done) return tl::unexpected(account_problem(done.error()));
  const bool by_tls = secure(sources, *request.raw);
  return rest::WithCookies<rest::NoContent>{
      {}, {set_cookie(kSessionCookie, "", "/", 0, by_tls), set_cookie(kRefreshCookie, "", kRefreshPath, 0, by_tls)}};
}

Answer<RegisteredView> sign_up(const AuthSources& sources, const rest::Request<rest::Body<RegisterBody>>& request) {
  const auto& body = request.body;
  const accounts::NewAccount account{body.email.value_or(""), body.password, body.name,
                                     body.token ? body.token->expose() : std::string()};
  const auto done = sources.accounts.registration.register_account(account, visitor_of(*request.raw), base::wall_now());
  if (!done) return tl::unexpected(account_problem(done.error()));
  return RegisteredView{done->verify_email};
}

Answer<rest::NoContent> answered(const base::Status& done) {
  if (!done) return tl::unexpected(account_problem(done.error()));
  return rest::NoContent{};
}

void add_signing_up(rest::Api& api, const AuthSources& sources) {
  const auto access = Access::everyone();
  api.post("/api/auth/register",
           {.id = "register",
            .tag = kTag,
            .access = access,
            .summary = "Make an account",
            .description = "With the link that the first start prints, which makes its reader the owner; with an "
                           "invitation; or openly, where the owner allows it.",
            .fails = {{401, "The link is over."}, {409, "The address has an account."}}},
           [sources](const rest::Request<rest::Body<RegisterBody>>& request) { return sign_up(sources, request); });
  api.post("/api/auth/verify-email",
           {.id = "verifyEmail",
            .tag = kTag,
            .access = access,
            .summary = "Show that an e-mail address is one's own",
            .fails = {{401, "The link is over."}}},
           [sources](const rest::Request<rest::Body<TokenBody>>& request) {
             return answered(sources.accounts.registration.verify_email(request.body.token.expose(),
                                                                        visitor_of(*request.raw), base::wall_now()));
           });
  api.post("/api/auth/verify-email/again",
           {.id = "verifyEmailAgain",
            .tag = kTag,
            .access = access,
            .summary = "Mail the link once more",
            .description = "The answer does not tell whether there is such an account."},
           [sources](const rest::Request<rest::Body<EmailBody>>& request) {
             return answered(sources.accounts.registration.send_verification_again(
                 request.body.email, visitor_of(*request.raw), base::wall_now()));
           });
}

void add_passwords(rest::Api& api, const AuthSources& sources) {
  const auto access = Access::everyone();
  api.post("/api/auth/forgot-password",
           {.id = "forgotPassword",
            .tag = kTag,
            .access = access,
            .summary = "Mail a link that lets choose a new password",
            .description = "The answer does not tell whether there is such an account."},
           [sources](const rest::Request<rest::Body<EmailBody>>& request) {
             return answered(sources.accounts.registration.forgot_password(request.body.email, visitor_of(*request.raw),
                                                                           base::wall_now()));
           });
  api.post("/api/auth/reset-password",
           {.id = "resetPassword",
            .tag = kTag,
            .access = access,
            .summary = "Choose a new password",
            .description = "Ends all sessions of the account.",
            .fails = {{401, "The link is over."}}},
           [sources](const rest::Request<rest::Body<ResetBody>>& request) {
             return answered(sources.accounts.registration.reset_password(
                 request.body.token.expose(), request.body.password, visitor_of(*request.raw), base::wall_now()));
           });
}

void add_signing_in(rest::Api& api, const AuthSources& sources) {
  const auto access = Access::everyone();
  api.post("/api/auth/login",
           {.id = "login",
            .tag = kTag,
            .access = access,
            .summary = "Sign in",
            .description = "After five wrong tries from an address there is a delay, after ten a lock of 15 minutes.",
            .fails = {{401, "E-mail or password is wrong."}}},
           [sources](const rest::Request<rest::Body<LoginBody>>& request) { return sign_in(sources, request); });
  api.post("/api/auth/login/second-factor",
           {.id = "loginSecondFactor",
            .tag = kTag,
            .access = access,
            .summary = "Show the second factor",
            .fails = {{401, "The code is wrong, or the challenge is over."}}},
           [sources](const rest::Request<rest::Body<CodeBody>>& request) { return show_code(sources, request); });
  api.post("/api/auth/refresh",
           {.id = "refresh",
            .tag = kTag,
            .access = access,
            .summary = "Get new tokens",
            .description = "Each refresh token is good once; one that comes again ends its session.",
            .fails = {{401, "Sign in again."}}},
           [sources](const rest::Request<rest::Body<RefreshBody>>& request) { return refresh(sources, request); });
  api.post("/api/auth/logout", {.id = "logout", .tag = kTag, .access = Access::signed_in(), .summary = "Sign out"},
           [sources](const rest::Request<>& request) { return sign_out(sources, request); });
}

}  // namespace

accounts::Visitor visitor_of(const http::Request& request) {
  const auto* agent = http::find_field(request.headers, "User-Agent");
  return {request.peer, agent == nullptr ? std::string() : *agent};
}

rest::Problem account_problem(const base::Error& error) {
  rest::Problem problem(error);
  if (error.code == base::ErrorCode::resource_exhausted && error.detail > 0)
    problem.headers = {{"Retry-After", std::to_string(error.detail)}};
  return problem;
}

void add_auth_routes(rest::Api& api, AuthSources sources) {
  add_signing_up(api, sources);
  add_passwords(api, sources);
  add_signing_in(api, sources);
}

}  // namespace frontdesk::api
