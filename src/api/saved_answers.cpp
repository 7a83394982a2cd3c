#include "api/saved_answers.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "base/clock.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "store/work/idempotency_keys.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using Kind = protocol::Claim::Kind;

constexpr std::int64_t kLifetimeMs = 24LL * 3600 * 1000;
constexpr std::int64_t kWorkMs = 300LL * 1000;  // after which somebody who claimed is given up
constexpr std::size_t kPiece = secrets::kLongestSecret;
constexpr std::string_view kField = "idempotency_keys.answer";

std::string organisation_of(const std::string& key) {
  return key.substr(0, key.find('\n'));
}

/// Keys and fingerprints are of any length and bytes.
std::string digest_of(const std::string& text) {
  return crypto::hex(crypto::sha256(text));
}

std::string text_of(const protocol::KeptAnswer& answer) {
  return bj::serialize(bj::object{{"type", answer.content_type},
                                  {"location", answer.location},
                                  {"tag", answer.entity_tag},
                                  {"body", crypto::base64url(crypto::bytes_of(answer.body))}});
}

std::optional<protocol::KeptAnswer> answer_of(int status, const std::string& text) {
  boost::system::error_code malformed;
  const auto value = bj::parse(text, malformed);
  if (malformed || !value.is_object()) return std::nullopt;
  const auto member = [&](const char* name) {
    const auto* found = value.get_object().if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  const auto body = crypto::from_base64url(member("body"));
  if (!body) return std::nullopt;
  return protocol::KeptAnswer{status, member("type"), member("location"), member("tag"),
                              std::string(body->begin(), body->end())};
}

/// Pieces, because a box takes no more at once; a line each.
base::Result<store::Blob> seal(store::Connection& connection, const secrets::SecretBox& box,
                               const secrets::Place& place, const std::string& text, base::UtcTime now) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += kPiece) {
    const auto sealed = box.seal(connection, place, base::Secret(text.substr(at, kPiece)), now);
    if (!sealed) return tl::unexpected(sealed.error());
    out += *sealed + "\n";
  }
  return store::Blob(out.begin(), out.end());
}

base::Result<std::string> open(store::Connection& connection, const secrets::SecretBox& box,
                               const secrets::Place& place, const store::Blob& blob) {
  std::string text;
  std::string piece;
  for (const auto byte : blob) {
    if (byte != '\n') {
      piece += static_cast<char>(byte);
      continue;
    }
    const auto opened = box.open(connection, place, std::exchange(piece, {}));
    if (!opened) return tl::unexpected(opened.error());
    text += opened->expose();
  }
  return text;
}

}  // namespace

protocol::Claim SavedAnswers::claim(const std::string& key, const std::string& fingerprint) {
  const auto organisation = organisation_of(key);
  if (organisation.empty()) return of_strangers_.claim(key, fingerprint);
  const auto now = base::wall_now();
  const auto digest = digest_of(key);
  protocol::Claim claim;
  const auto done = office_.transaction([&](store::Connection& connection) -> base::Status {
    claim = {};
    const auto begun = work::IdempotencyKeys(connection)
                           .begin(organisation, digest, digest_of(fingerprint), now, {now.unix_ms + kWorkMs});
    if (!begun) return tl::unexpected(begun.error());
    if (!*begun) return {};
    const auto text = open(connection, office_.box, {organisation, digest, kField}, (*begun)->body);
    if (!text) return tl::unexpected(text.error());
    auto answer = answer_of(static_cast<int>((*begun)->status), *text);
    if (!answer) return base::fail(base::ErrorCode::data_loss, "api", "a kept answer cannot be read");
    claim = {Kind::kept, std::move(*answer)};
    return {};
  });
  if (done) return claim;
  const auto code = done.error().code;
  if (code == base::ErrorCode::failed_precondition) return {Kind::other_body, {}};
  if (code == base::ErrorCode::aborted) return {Kind::under_way, {}};
  spdlog::warn("a repeated request could not be looked up: {}", done.error().message);
  return {Kind::full, {}};
}

void SavedAnswers::keep(const std::string& key, protocol::KeptAnswer answer) {
  const auto organisation = organisation_of(key);
  if (organisation.empty()) return of_strangers_.keep(key, std::move(answer));
  const auto now = base::wall_now();
  const auto digest = digest_of(key);
  const auto done = office_.transaction([&](store::Connection& connection) -> base::Status {
    auto sealed = seal(connection, office_.box, {organisation, digest, kField}, text_of(answer), now);
    if (!sealed) return tl::unexpected(sealed.error());
    return work::IdempotencyKeys(connection)
        .finish(organisation, digest, {answer.status, answer.content_type, std::move(*sealed)},
                base::UtcTime{now.unix_ms + kLifetimeMs});
  });
  if (!done) spdlog::warn("an answer could not be kept for a repetition: {}", done.error().message);
}

void SavedAnswers::release(const std::string& key) {
  const auto organisation = organisation_of(key);
  if (organisation.empty()) return of_strangers_.release(key);
  const auto done = office_.with_connection([&](store::Connection& connection) {
    return work::IdempotencyKeys(connection).release(organisation, digest_of(key));
  });
  if (!done) spdlog::warn("a key could not be released: {}", done.error().message);
}

}  // namespace frontdesk::api
