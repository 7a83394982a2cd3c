#include "webhooks/signature.hpp"

#include <algorithm>
#include <charconv>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::webhooks {
namespace {

constexpr int kMostSignatures = 8;
constexpr std::size_t kLongestHeader = 1024;

std::string digits_of(std::string_view timestamp, std::string_view body, const base::Secret& secret) {
  std::string text(timestamp);
  text.append(".").append(body);
  const auto mac = crypto::hmac_sha256(secret.expose(), text);
  return crypto::hex(mac);
}

struct Header {
  std::string_view timestamp;
  std::int64_t seconds = -1;
  std::vector<std::string_view> signatures;
};

/// seconds stays negative if it is malformed.
Header read(std::string_view text) {
  Header header;
  if (text.size() > kLongestHeader) return header;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (part.starts_with("v1=")) header.signatures.push_back(part.substr(3));
    if (part.starts_with("t=") && header.timestamp.empty()) header.timestamp = part.substr(2);
  }
  std::int64_t seconds = -1;
  const auto* end = header.timestamp.data() + header.timestamp.size();
  const auto parsed = std::from_chars(header.timestamp.data(), end, seconds);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == end && seconds < 1'000'000'000'000;
  if (whole && header.signatures.size() <= kMostSignatures) header.seconds = seconds;
  return header;
}

}  // namespace

std::string signature(std::string_view body, const std::vector<base::Secret>& secrets, base::UtcTime now) {
  const auto timestamp = std::to_string(now.unix_ms / 1000);
  std::string out = "t=" + timestamp;
  for (const auto& secret : secrets) out += ",v1=" + digits_of(timestamp, body, secret);
  return out;
}

base::Status verify(std::string_view text, std::string_view body, const std::vector<base::Secret>& secrets,
                    base::UtcTime now, base::Duration window) {
  const auto header = read(text);
  if (header.seconds < 0 || header.signatures.empty())
    return base::fail(base::ErrorCode::invalid_argument, "webhooks", "the signature header is malformed");
  bool good = false;
  for (const auto& secret : secrets) {
    const auto expected = digits_of(header.timestamp, body, secret);
    for (const auto each : header.signatures) good = crypto::equal(expected, each) || good;
  }
  if (!good) return base::fail(base::ErrorCode::unauthenticated, "webhooks", "no signature matches");
  const auto age_ms = now.unix_ms - header.seconds * 1000;
  if (std::abs(age_ms) > base::to_ms(window) + 999)  // the header has whole seconds
    return base::fail(base::ErrorCode::out_of_range, "webhooks", "the signature is not fresh");
  return {};
}

}  // namespace frontdesk::webhooks
