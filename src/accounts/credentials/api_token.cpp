#include "accounts/credentials/api_token.hpp"

#include <algorithm>
#include <array>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::credentials {
namespace {

constexpr std::size_t kRandomDigits = 43;
constexpr std::size_t kChecksumDigits = 6;
constexpr std::size_t kHintLength = 7;

std::string checksum(std::string_view text) {
  const auto crc = crypto::crc32(text);
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(crc >> 24U), static_cast<std::uint8_t>(crc >> 16U),
                                          static_cast<std::uint8_t>(crc >> 8U), static_cast<std::uint8_t>(crc)};
  return crypto::base62(bytes, kChecksumDigits);
}

}  // namespace

base::Secret make_api_token(const Entropy& entropy) {
  const auto text = std::string(kApiTokenPrefix) + crypto::base62(entropy, kRandomDigits);
  return base::Secret(text + checksum(text));
}

bool is_api_token(std::string_view text) {
  if (text.size() != kApiTokenLength || !text.starts_with(kApiTokenPrefix)) return false;
  const auto body = text.substr(0, kApiTokenLength - kChecksumDigits);
  return crypto::is_base62(text.substr(kApiTokenPrefix.size())) && text.substr(body.size()) == checksum(body);
}

std::string api_token_digest(std::string_view token) {
  return crypto::hex(crypto::sha256(crypto::bytes_of(token)));
}

std::string api_token_hint(std::string_view token) {
  return std::string(token.substr(0, kHintLength));
}

base::Result<std::vector<std::string>> check_scopes(std::vector<std::string> names, access::Role creator) {
  if (names.empty() || names.size() > kMostScopes)
    return base::fail(base::ErrorCode::invalid_argument, "accounts", "name at least one scope, such as calls.read");
  for (const auto& each : names) {
    const auto* permission = access::permission_named(each);
    if (permission == nullptr)
      return base::fail(base::ErrorCode::invalid_argument, "accounts", "one of the scopes does not exist");
    if (creator < permission->least)
      return base::fail(base::ErrorCode::permission_denied, "accounts",
                        "a token may not do what you may not: leave out " + each);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace frontdesk::credentials
