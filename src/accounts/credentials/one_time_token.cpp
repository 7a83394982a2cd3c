#include "accounts/credentials/one_time_token.hpp"

#include <span>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::credentials {
namespace {

constexpr std::size_t kRecoveryBytes = 10;
constexpr std::size_t kRecoveryCharacters = 16;
constexpr std::size_t kGroup = 4;

}  // namespace

std::string_view name(TokenKind kind) {
  switch (kind) {
    case TokenKind::verify_email:
      return "verify_email";
    case TokenKind::reset_password:
      return "reset_password";
    case TokenKind::invitation:
      return "invitation";
    case TokenKind::first_owner:
      return "first_owner";
    case TokenKind::second_factor:
      return "second_factor";
  }
  return "";
}

base::Duration lifetime(TokenKind kind) {
  using std::chrono::hours;
  switch (kind) {
    case TokenKind::reset_password:
      return hours(1);
    case TokenKind::invitation:
      return hours(7 * 24);
    case TokenKind::second_factor:
      return std::chrono::minutes(5);
    case TokenKind::verify_email:
    case TokenKind::first_owner:
      break;
  }
  return hours(24);
}

base::Secret token_text(const Entropy& entropy) {
  return base::Secret(crypto::base64url(entropy));
}

std::string token_digest(std::string_view purpose, std::string_view token) {
  std::string text(purpose);
  text += '\n';
  text += token;
  return crypto::hex(crypto::sha256(crypto::bytes_of(text)));
}

bool is_usable(const OneTimeToken& token, base::UtcTime now) {
  return !token.used && token.tries < kMostTries && now < token.expires;
}

base::Secret recovery_code(const Entropy& entropy) {
  const auto text = crypto::base32(std::span(entropy).first(kRecoveryBytes));
  std::string grouped;
  for (std::size_t i = 0; i < text.size(); i += kGroup) {
    if (i > 0) grouped += '-';
    grouped += text.substr(i, kGroup);
  }
  return base::Secret(grouped);
}

std::optional<std::string> normal_recovery_code(std::string_view typed) {
  std::string out;
  for (const char c : typed)
    if (c != ' ' && c != '-') out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (out.size() != kRecoveryCharacters || !crypto::from_base32(out)) return std::nullopt;
  return out;
}

}  // namespace frontdesk::credentials
