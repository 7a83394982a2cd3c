// What signing in sends and is answered with.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

inline constexpr std::size_t kLongestEmail = 254;
inline constexpr std::size_t kLongestPassword = 1000;  ///< characters; the rules say more, in words
inline constexpr std::size_t kLongestToken = 2048;

constexpr Note email_note() {
  return {.member = "email",
          .text = "The e-mail address of the account.",
          .min_length = 1,
          .max_length = kLongestEmail,
          .format = "email"};
}
constexpr Note password_note(std::string_view member = "password") {
  return {
      .member = member, .text = "At least 12 characters; no rules about their kind.", .max_length = kLongestPassword};
}
constexpr Note token_note(std::string_view text) {
  return {.member = "token", .text = text, .min_length = 1, .max_length = kLongestToken};
}
constexpr Note cookies_note() {
  return {.member = "cookies",
          .text = "For pages of this server: the tokens come as cookies that scripts cannot read, not in the answer.",
          .optional = true};
}

struct RegisterBody {
  std::optional<std::string> email;
  base::Secret password;
  std::string name;
  std::optional<base::Secret> token;
};
BOOST_DESCRIBE_STRUCT(RegisterBody, (), (email, password, name, token))
constexpr auto about(const RegisterBody*) {
  return json::about("Registration", "A new account.",
                     Note{.member = "email",
                          .text = "Its e-mail address; an invitation says itself whom it is for.",
                          .max_length = kLongestEmail,
                          .format = "email"},
                     password_note(), Note{.member = "name", .text = "How the person is called.", .max_length = 100},
                     token_note("Of the link for the first owner, or of an invitation."));
}

struct RegisteredView {
  bool verify_email = false;
};
BOOST_DESCRIBE_STRUCT(RegisteredView, (), (verify_email))
constexpr auto about(const RegisteredView*) {
  return json::about("Registered", "The account is there.",
                     Note{.member = "verify_email", .text = "A mail was sent: its link comes before signing in."});
}

struct LoginBody {
  std::string email;
  base::Secret password;
  std::optional<std::string> organisation;
  bool cookies = false;
};
BOOST_DESCRIBE_STRUCT(LoginBody, (), (email, password, organisation, cookies))
constexpr auto about(const LoginBody*) {
  return json::about(
      "Login", "Who signs in.", email_note(), password_note(),
      Note{.member = "organisation", .text = "Its id; left out: the one joined first.", .max_length = 100},
      cookies_note());
}

struct CodeBody {
  base::Secret challenge;
  base::Secret code;
  bool cookies = false;
};
BOOST_DESCRIBE_STRUCT(CodeBody, (), (challenge, code, cookies))
constexpr auto about(const CodeBody*) {
  return json::about("LoginCode", "The second factor.",
                     Note{.member = "challenge", .text = "As signing in answered it.", .max_length = kLongestToken},
                     Note{.member = "code", .text = "Of the app, or a recovery code.", .max_length = 64},
                     cookies_note());
}

struct RefreshBody {
  std::optional<base::Secret> refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshBody, (), (refresh_token))
constexpr auto about(const RefreshBody*) {
  return json::about("Refresh", "Asks for new tokens.",
                     Note{.member = "refresh_token",
                          .text = "Left out: the cookie counts, and the answer comes as cookies.",
                          .max_length = kLongestToken});
}

struct SignedInView {
  bool second_factor = false;
  std::optional<std::string> challenge;
  std::optional<std::string> access_token;
  std::optional<std::string> refresh_token;
  std::optional<std::int64_t> expires_in;
  std::optional<std::string> user;
  std::optional<std::string> organisation;
  std::optional<std::string> role;
};
BOOST_DESCRIBE_STRUCT(SignedInView, (),
                      (second_factor, challenge, access_token, refresh_token, expires_in, user, organisation, role))
constexpr auto about(const SignedInView*) {
  return json::about(
      "SignedIn", "Tokens, or what is still to be shown.",
      Note{.member = "second_factor", .text = "A code is wanted: send it with the challenge."},
      Note{.member = "challenge", .text = "Goes with the code."},
      Note{.member = "access_token", .text = "For Authorization: Bearer; null if it came as a cookie."},
      Note{.member = "refresh_token", .text = "Good once, for the next pair; null if it came as a cookie."},
      Note{.member = "expires_in", .text = "Of the access token, in seconds."});
}

struct TokenBody {
  base::Secret token;
};
BOOST_DESCRIBE_STRUCT(TokenBody, (), (token))
constexpr auto about(const TokenBody*) {
  return json::about("LinkToken", "The token of a mailed link.", token_note("What stands behind #token=."));
}

struct EmailBody {
  std::string email;
};
BOOST_DESCRIBE_STRUCT(EmailBody, (), (email))
constexpr auto about(const EmailBody*) {
  return json::about("EmailAddress", "Whom a mail is for.", email_note());
}

struct ResetBody {
  base::Secret token;
  base::Secret password;
};
BOOST_DESCRIBE_STRUCT(ResetBody, (), (token, password))
constexpr auto about(const ResetBody*) {
  return json::about("PasswordReset", "A new password.", token_note("Of the mailed link."), password_note());
}

struct ChangePasswordBody {
  base::Secret old_password;
  base::Secret new_password;
};
BOOST_DESCRIBE_STRUCT(ChangePasswordBody, (), (old_password, new_password))
constexpr auto about(const ChangePasswordBody*) {
  return json::about("PasswordChange", "The password, and what it becomes.",
                     Note{.member = "old_password", .max_length = kLongestPassword}, password_note("new_password"));
}

struct PasswordBody {
  base::Secret password;
};
BOOST_DESCRIBE_STRUCT(PasswordBody, (), (password))
constexpr auto about(const PasswordBody*) {
  return json::about("Password", "One's own, once more.", password_note());
}

struct ConfirmBody {
  base::Secret code;
};
BOOST_DESCRIBE_STRUCT(ConfirmBody, (), (code))
constexpr auto about(const ConfirmBody*) {
  return json::about("Code", "A code of the authenticator app.", Note{.member = "code", .max_length = 64});
}

struct MeView {
  std::string id;
  std::string email;
  std::string name;
  std::string organisation;
  std::string role;
  bool second_factor = false;
  std::int64_t recovery_codes_left = 0;
  bool signed_up = false;
};
BOOST_DESCRIBE_STRUCT(MeView, (), (id, email, name, organisation, role, second_factor, recovery_codes_left, signed_up))
constexpr auto about(const MeView*) {
  return json::about("Me", "Who is signed in.",
                     Note{.member = "signed_up",
                          .text = "false: nobody has an account yet, and this machine's user is "
                                  "the owner."});
}

struct MeChange {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(MeChange, (), (name))
constexpr auto about(const MeChange*) {
  return json::about("MeChange", "What one changes about oneself.",
                     Note{.member = "name", .text = "How you are called.", .min_length = 1, .max_length = 100});
}

struct SetupView {
  std::string uri;
  std::string secret;
};
BOOST_DESCRIBE_STRUCT(SetupView, (), (uri, secret))
constexpr auto about(const SetupView*) {
  return json::about("SecondFactorSetup", "For an authenticator app; shown once.",
                     Note{.member = "uri", .text = "As a QR code shows it."},
                     Note{.member = "secret", .text = "The same to type."});
}

struct RecoveryCodesView {
  std::vector<std::string> codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodesView, (), (codes))
constexpr auto about(const RecoveryCodesView*) {
  return json::about("RecoveryCodes", "For the day the phone is lost; shown once, each good once.");
}

struct SessionView {
  std::string id;
  std::string address;
  std::string user_agent;
  base::UtcTime created_at;
  base::UtcTime last_seen_at;
  base::UtcTime expires_at;
  bool current = false;
};
BOOST_DESCRIBE_STRUCT(SessionView, (), (id, address, user_agent, created_at, last_seen_at, expires_at, current))
constexpr auto about(const SessionView*) {
  return json::about("Session", "A device that is signed in.", Note{.member = "current", .text = "The one that asks."});
}

struct SessionsView {
  std::vector<SessionView> sessions;
};
BOOST_DESCRIBE_STRUCT(SessionsView, (), (sessions))
constexpr auto about(const SessionsView*) {
  return json::about("Sessions", "One's own, the newest first.");
}

struct SessionPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(SessionPath, (), (id))
constexpr auto about(const SessionPath*) {
  return json::about("SessionPath", "", Note{.member = "id", .text = "Of the session.", .max_length = 100});
}

}  // namespace frontdesk::api
