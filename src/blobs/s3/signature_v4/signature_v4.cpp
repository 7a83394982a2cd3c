#include "blobs/s3/signature_v4/signature_v4.hpp"

#include <array>
#include <chrono>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::signature_v4 {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

void append_number(std::string& out, std::int64_t value, std::size_t digits) {
  std::string text = std::to_string(value);
  out.append(digits > text.size() ? digits - text.size() : 0, '0').append(text);
}

/// A header's value with blanks run together, as it is signed.
std::string squeezed(std::string_view value) {
  std::string out;
  for (const char c : value)
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string signed_names(const Request& request) {
  std::string out;
  for (const auto& [name, value] : request.headers) out += (out.empty() ? "" : ";") + name;
  return out;
}

std::string hmac(std::string_view key, std::string_view text) {
  const auto mac = crypto::hmac_sha256(key, text);
  return std::string(crypto::text_of(mac));
}

}  // namespace

std::string uri_encode(std::string_view text, bool keep_slash) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (plain(c) || (c == '/' && keep_slash)) {
      out += c;
    } else {
      out += {'%', kHex[static_cast<std::uint8_t>(c) >> 4U], kHex[static_cast<std::uint8_t>(c) & 15U]};
    }
  }
  return out;
}

std::string query_text(const std::map<std::string, std::string>& query) {
  std::map<std::string, std::string> encoded;
  for (const auto& [name, value] : query) encoded.emplace(uri_encode(name, false), uri_encode(value, false));
  std::string out;
  for (const auto& [name, value] : encoded) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string amz_date(base::UtcTime now) {
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(now.unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at) - day);
  std::string out;
  append_number(out, static_cast<int>(date.year()), 4);
  append_number(out, static_cast<unsigned>(date.month()), 2);
  append_number(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_number(out, time.hours().count(), 2);
  append_number(out, time.minutes().count(), 2);
  append_number(out, time.seconds().count(), 2);
  return out + "Z";
}

std::string canonical_request(const Request& request) {
  std::string out = request.method + "\n" + request.path + "\n" + query_text(request.query) + "\n";
  for (const auto& [name, value] : request.headers) out += name + ":" + squeezed(value) + "\n";
  return out + "\n" + signed_names(request) + "\n" + request.payload_hash;
}

void sign(Request& request, const Credentials& credentials, const Scope& scope, base::UtcTime now) {
  const std::string date = amz_date(now), day = date.substr(0, 8);
  request.headers["x-amz-date"] = date;
  request.headers["x-amz-content-sha256"] = request.payload_hash;
  if (!credentials.session_token.empty()) request.headers["x-amz-security-token"] = credentials.session_token.expose();
  const std::string where = day + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const auto hash = crypto::sha256(canonical_request(request));
  const std::string to_sign = std::string(kAlgorithm) + "\n" + date + "\n" + where + "\n" + crypto::hex(hash);
  std::string key = hmac("AWS4" + credentials.secret_key.expose(), day);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")})
    key = hmac(key, part);
  request.headers["authorization"] = std::string(kAlgorithm) + " Credential=" + credentials.access_key + "/" + where +
                                     ",SignedHeaders=" + signed_names(request) +
                                     ",Signature=" + crypto::hex(crypto::bytes_of(hmac(key, to_sign)));
}

}  // namespace frontdesk::signature_v4
