#include "rest/guard.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/clock.hpp"
#include "rest/protocol/digest.hpp"

namespace frontdesk::rest {
namespace {

constexpr std::size_t kLongestKey = 255;
constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address: the /64 that a household or a machine has to itself
constexpr std::string_view kOwnPage = "X-Requested-With";

bool changes(const std::string& method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

/// The detail says nothing about what exists or who else may.
Problem may_not(const access::Permission& permission) {
  return {403, "this needs the permission " + std::string(permission.name) + ": ask whoever administers this account",
          "permission"};
}

/// A page of another site can make a browser send our cookie, but not add a header of its own: that takes a preflight,
/// which is answered for the listed origins only, and never with leave to send cookies.
bool from_own_page(const http::Request& request) {
  const auto* field = http::find_field(request.headers, kOwnPage);
  return field != nullptr && !field->empty();
}

std::string whole_seconds(base::Duration duration) {
  return std::to_string((base::to_ms(duration) + 999) / 1000);
}

Problem too_often(const protocol::TokenBuckets::Verdict& verdict) {
  Problem problem(429, "too many requests: wait as long as Retry-After says", "rate");
  problem.headers.push_back({"Retry-After", std::max(whole_seconds(verdict.wait), std::string("1"))});
  return problem;
}

void add_rate(http::Response& response, const protocol::TokenBuckets::Verdict& verdict) {
  if (verdict.limit == 0) return;
  response.headers.push_back({"RateLimit-Limit", std::to_string(verdict.limit)});
  response.headers.push_back({"RateLimit-Remaining", std::to_string(verdict.remaining)});
  response.headers.push_back({"RateLimit-Reset", whole_seconds(verdict.reset)});
}

/// SHA-256: whoever sends two bodies under one key chooses both.
std::string fingerprint_of(const http::Request& request) {
  std::string whole = request.method;
  for (const auto& segment : request.segments) whole.append("/").append(segment);
  for (const auto& [name, value] : request.query) whole.append("\n").append(name).append("=").append(value);
  whole.append("\n\n").append(request.body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  EVP_Digest(whole.data(), whole.size(), hash.data(), &length, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(hash.data()), length};
}

bool acceptable_key(const std::string& key) {
  return !key.empty() && key.size() <= kLongestKey &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

protocol::KeptAnswer kept(const http::Response& response) {
  const auto value = [&](std::string_view name) {
    const auto* field = http::find_field(response.headers, name);
    return field == nullptr ? std::string() : *field;
  };
  return {response.status, value("Content-Type"), value("Location"), value("ETag"), response.body};
}

http::Response again(const protocol::KeptAnswer& answer) {
  auto response = http::text(answer.body, answer.content_type);
  if (answer.content_type.empty()) response.headers.clear();
  response.status = answer.status;
  if (!answer.location.empty()) response.headers.push_back({"Location", answer.location});
  if (!answer.entity_tag.empty()) response.headers.push_back({"ETag", answer.entity_tag});
  response.headers.push_back({"Idempotency-Replayed", "true"});
  return response;
}

}  // namespace

std::string address_key(const base::Endpoint& peer) {
  if (!peer.v6) return base::address_text(peer);
  return {reinterpret_cast<const char*>(peer.address.data()), kNetworkBytes};
}

Guard::Guard(const ApiOptions& options, std::shared_ptr<Authenticator> authenticator,
             std::shared_ptr<AnswerStore> answers)
    : authenticator_(std::move(authenticator)),
      answers_(std::move(answers)),
      by_address_(options.per_address, options.clients_remembered),
      by_caller_(options.per_caller, options.clients_remembered) {}

Guard::Verdict Guard::take(protocol::TokenBuckets& buckets, const std::string& client) {
  const auto now = base::monotonic_now();
  const std::lock_guard lock(mutex_);
  return buckets.take(client, std::max(now, base::Instant{}));
}

http::Response Guard::answer(const Endpoint& endpoint, const http::Request& request) {
  Verdict rate;
  auto answered = admitted(endpoint, request, rate);
  auto response = answered ? std::move(*answered) : respond(answered.error());
  add_rate(response, rate);
  return response;
}

Answer<http::Response> Guard::admitted(const Endpoint& endpoint, const http::Request& request, Verdict& rate) {
  rate = take(by_address_, address_key(request.peer));
  if (!rate.allowed) return tl::unexpected(too_often(rate));
  auto principal = principal_of(endpoint, request);
  if (!principal) return tl::unexpected(std::move(principal.error()));
  if (!principal->id.empty()) {
    rate = take(by_caller_, principal->organisation + '/' + principal->id);
    if (!rate.allowed) return tl::unexpected(too_often(rate));
  }
  if (request.body.size() > endpoint.operation.body_bytes)
    return tl::unexpected(
        Problem(413, "the body is longer than " + std::to_string(endpoint.operation.body_bytes) + " bytes"));
  if (endpoint.operation.conditional && http::find_field(request.headers, "If-Match") == nullptr)
    return tl::unexpected(
        Problem(428, "send If-Match with the ETag of the version you have seen, so that no change is lost", "version"));
  const auto* key = endpoint.operation.keyed ? http::find_field(request.headers, "Idempotency-Key") : nullptr;
  if (key == nullptr) return endpoint.perform(request, *principal);
  if (!acceptable_key(*key))
    return tl::unexpected(Problem(400, "Idempotency-Key: write 1 to 255 visible characters of ASCII", "repetition"));
  return once(endpoint, request, *principal, *key);
}

Answer<access::Principal> Guard::principal_of(const Endpoint& endpoint, const http::Request& request) {
  const auto& access = endpoint.operation.access;
  if (access.kind() == Access::Kind::everyone) return access::Principal{};
  auto caller = authenticator_->authenticate(request);
  if (!caller) {
    auto problem = std::move(caller.error());
    if (problem.status == 401) problem.headers.push_back({"WWW-Authenticate", "Bearer realm=\"frontdesk\""});
    return tl::unexpected(std::move(problem));
  }
  const auto& principal = caller->principal;
  if (access.kind() == Access::Kind::signed_in && principal.kind != access::Principal::Kind::user)
    return tl::unexpected(Problem(403, "this is for people who have signed in, not for tokens", "permission"));
  if (access.kind() == Access::Kind::permission && !access::allows(principal, *access.permission()))
    return tl::unexpected(may_not(*access.permission()));
  if (caller->credential == Credential::cookie && changes(request.method) && !from_own_page(request))
    return tl::unexpected(
        Problem(403, "send the header X-Requested-With, which shows that no other site sent this", "forgery"));
  return std::move(caller->principal);
}

Answer<http::Response> Guard::once(const Endpoint& endpoint, const http::Request& request,
                                   const access::Principal& principal, const std::string& given) {
  const auto key = principal.organisation + '\n' + principal.id + '\n' + given;
  auto claim = answers_->claim(key, fingerprint_of(request));
  switch (claim.kind) {
    case protocol::Claim::Kind::kept:
      return again(claim.answer);
    case protocol::Claim::Kind::under_way:
      return tl::unexpected(Problem(409, "the same request is being carried out: ask again in a moment", "repetition"));
    case protocol::Claim::Kind::other_body:
      return tl::unexpected(
          Problem(422, "this Idempotency-Key was used for another request: use a new one", "repetition"));
    case protocol::Claim::Kind::full: {
      Problem problem(503, "too many requests with keys are being carried out: try again in a second", "repetition");
      problem.headers.push_back({"Retry-After", "1"});
      return tl::unexpected(std::move(problem));
    }
    case protocol::Claim::Kind::fresh:
      break;
  }
  return carried_out(endpoint, request, principal, key);
}

/// What succeeded is the answer for good; what was refused or failed changed nothing and may be tried again.
Answer<http::Response> Guard::carried_out(const Endpoint& endpoint, const http::Request& request,
                                          const access::Principal& principal, const std::string& key) {
  try {
    auto answer = endpoint.perform(request, principal);
    const bool lasting = answer && !answer->file && !answer->live;
    if (lasting)
      answers_->keep(key, kept(*answer));
    else
      answers_->release(key);
    return answer;
  } catch (...) {
    answers_->release(key);
    throw;
  }
}

}  // namespace frontdesk::rest
