#include "accounts/credentials/totp.hpp"

#include <array>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::credentials {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += c;
  return out;
}

}  // namespace

std::string hotp(std::span<const std::uint8_t> secret, std::uint64_t counter, int digits) {
  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(counter >> (56 - 8 * i));
  const auto mac = crypto::hmac_sha1(secret, message);
  const std::size_t at = mac.back() & 15U;  // RFC 4226, section 5.3
  const std::uint32_t number = (mac[at] & 0x7fU) << 24U | static_cast<std::uint32_t>(mac[at + 1]) << 16U |
                               static_cast<std::uint32_t>(mac[at + 2]) << 8U | mac[at + 3];
  std::string text(static_cast<std::size_t>(digits), '0');
  std::uint32_t rest = number;
  for (std::size_t i = text.size(); i-- > 0; rest /= 10) text[i] = static_cast<char>('0' + rest % 10);
  return text;
}

std::int64_t totp_step(base::UtcTime now) {
  return now.unix_ms / base::to_ms(kCodeStep);
}

std::optional<std::int64_t> accepted_step(std::span<const std::uint8_t> secret, std::string_view typed,
                                          base::UtcTime now, std::int64_t last) {
  const auto code = without_spaces(typed);
  const auto step = totp_step(now);
  std::optional<std::int64_t> accepted;
  for (auto each = step - kStepsAround; each <= step + kStepsAround; ++each) {
    const bool same = each >= 0 && crypto::equal(hotp(secret, static_cast<std::uint64_t>(each)), code);
    if (same && each > last && !accepted) accepted = each;
  }
  return accepted;
}

base::Secret provisioning_uri(std::span<const std::uint8_t> secret, std::string_view issuer, std::string_view account) {
  const auto name = percent_encoded(issuer);
  return base::Secret("otpauth://totp/" + name + ":" + percent_encoded(account) + "?secret=" + crypto::base32(secret) +
                      "&issuer=" + name + "&algorithm=SHA1&digits=6&period=30");
}

}  // namespace frontdesk::credentials
