#include "accounts/credentials/access_token.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <optional>

#include "base/assert.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::credentials {
namespace {

namespace bj = boost::json;

constexpr std::size_t kShortestKey = 32;  // RFC 7518, section 3.2
constexpr std::int64_t kLatestSecond = std::numeric_limits<std::int64_t>::max() / 1000;

tl::unexpected<base::Error> refused(std::string what = "the access token is not valid: sign in again") {
  return base::fail(base::ErrorCode::unauthenticated, "accounts", std::move(what));
}

std::string header_of(const SigningKey& key) {
  const bj::object header = {{"alg", "HS256"}, {"kid", key.kid}, {"typ", "at+jwt"}};
  return crypto::base64url(crypto::bytes_of(bj::serialize(header)));
}

std::int64_t seconds_of(base::UtcTime time) {
  return time.unix_ms / 1000;
}

std::optional<std::string> text_in(const bj::object& payload, std::string_view name) {
  const auto* value = payload.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

std::optional<base::UtcTime> time_in(const bj::object& payload, std::string_view name) {
  const auto* value = payload.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const auto seconds = value->as_int64();
  if (seconds < 0 || seconds > kLatestSecond) return std::nullopt;
  return base::UtcTime{seconds * 1000};
}

std::optional<Claims> claims_in(std::string_view part) {
  const auto bytes = crypto::from_base64url(part);
  if (!bytes) return std::nullopt;
  boost::system::error_code error;
  const auto value = bj::parse(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()), error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& payload = value.as_object();
  const auto issuer = text_in(payload, "iss");
  const auto audience = text_in(payload, "aud");
  const auto subject = text_in(payload, "sub");
  const auto organisation = text_in(payload, "org");
  const auto session = text_in(payload, "sid");
  const auto issued = time_in(payload, "iat");
  const auto not_before = time_in(payload, "nbf");
  const auto expires = time_in(payload, "exp");
  if (!issuer || !audience || !subject || !organisation || !session || !issued || !not_before || !expires)
    return std::nullopt;
  return Claims{*issuer, *audience, *subject, *organisation, *session, *issued, *not_before, *expires};
}

base::Status check_times(const Claims& claims, base::UtcTime now) {
  const auto skew = base::to_ms(kClockSkew);
  const auto life = claims.expires.unix_ms - claims.issued.unix_ms;
  if (life <= 0 || life > base::to_ms(kLongestTokenLife)) return refused();
  if (claims.not_before.unix_ms > now.unix_ms + skew || claims.issued.unix_ms > now.unix_ms + skew) return refused();
  if (claims.expires.unix_ms + skew <= now.unix_ms) return refused("the access token has expired: refresh it");
  return {};
}

}  // namespace

std::string signature(std::string_view signing_input, const base::Secret& key) {
  return crypto::base64url(crypto::hmac_sha256(crypto::bytes_of(key.expose()), crypto::bytes_of(signing_input)));
}

std::string sign(const Claims& claims, const SigningKey& key) {
  FRONTDESK_ASSERT(key.bytes.expose().size() >= kShortestKey);
  const bj::object payload = {{"iss", claims.issuer},
                              {"aud", claims.audience},
                              {"sub", claims.subject},
                              {"org", claims.organisation},
                              {"sid", claims.session},
                              {"iat", seconds_of(claims.issued)},
                              {"nbf", seconds_of(claims.not_before)},
                              {"exp", seconds_of(claims.expires)}};
  const auto input = header_of(key) + "." + crypto::base64url(crypto::bytes_of(bj::serialize(payload)));
  return input + "." + signature(input, key.bytes);
}

base::Result<Claims> verify(std::string_view token, std::span<const SigningKey> keys, const Expected& expected,
                            base::UtcTime now) {
  if (token.size() > kLongestAccessToken) return refused();
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos) return refused();
  const auto header = token.substr(0, first);
  const SigningKey* key = nullptr;
  for (const auto& each : keys)
    if (header == header_of(each)) key = &each;
  if (key == nullptr || key->bytes.expose().size() < kShortestKey) return refused();
  if (!crypto::equal(signature(token.substr(0, second), key->bytes), token.substr(second + 1))) return refused();
  auto claims = claims_in(token.substr(first + 1, second - first - 1));
  if (!claims || claims->issuer != expected.issuer || claims->audience != expected.audience) return refused();
  if (auto good = check_times(*claims, now); !good) return tl::unexpected(good.error());
  return *claims;
}

}  // namespace frontdesk::credentials
