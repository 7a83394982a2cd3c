#include "live/tickets.hpp"

#include <openssl/evp.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "base/entropy.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;

constexpr int kWordsOfRandomness = 4;  // 256 bits

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

/// By its digest: who reads the cache gets no tickets.
std::string key_of(const std::string& ticket) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(ticket.data(), ticket.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string key = "ws-ticket:";
  for (std::size_t i = 0; i < digest.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 8; ++k) word = word << 8U | digest[i + k];
    key += hexadecimal(word);
  }
  return key;
}

std::string new_ticket() {
  std::string ticket = "wst_";
  for (int i = 0; i < kWordsOfRandomness; ++i) ticket += hexadecimal(base::random_u64());
  return ticket;
}

std::string to_json(const access::Principal& principal) {
  return bj::serialize(bj::object{{"token", principal.kind == access::Principal::Kind::token},
                                  {"organisation", principal.organisation},
                                  {"id", principal.id},
                                  {"role", access::name(principal.role)},
                                  {"scopes", bj::array(principal.scopes.begin(), principal.scopes.end())},
                                  {"session", principal.session},
                                  {"authenticated_at", principal.authenticated_at.unix_ms}});
}

/// nullopt: another version wrote it.
std::optional<access::Principal> principal_of(const std::string& json) {
  try {
    const auto parsed = bj::parse(json);
    const auto& object = parsed.as_object();
    access::Principal principal;
    principal.kind = object.at("token").as_bool() ? access::Principal::Kind::token : access::Principal::Kind::user;
    principal.organisation = std::string(object.at("organisation").as_string());
    principal.id = std::string(object.at("id").as_string());
    const auto role = access::role_named(std::string_view(object.at("role").as_string()));
    if (!role) return std::nullopt;
    principal.role = *role;
    for (const auto& scope : object.at("scopes").as_array()) principal.scopes.emplace_back(scope.as_string());
    principal.session = std::string(object.at("session").as_string());
    principal.authenticated_at = {object.at("authenticated_at").as_int64()};
    return principal;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

base::Result<std::string> Tickets::issue(const access::Principal& principal) {
  const auto asked = counters_->add("ws-tickets:" + principal.organisation + ":" + principal.id, good_for_);
  if (!asked) return tl::unexpected(asked.error());
  if (asked->count > kMostPerPrincipal)
    return base::fail(base::ErrorCode::resource_exhausted, "live",
                      "too many tickets were asked for: try again in half a minute", base::Retry::later);
  auto ticket = new_ticket();
  if (const auto kept = cache_->put(key_of(ticket), to_json(principal), good_for_); !kept)
    return tl::unexpected(kept.error());
  return ticket;
}

base::Result<access::Principal> Tickets::redeem(const std::string& ticket) {
  const auto found = cache_->take(key_of(ticket));
  if (!found) return tl::unexpected(found.error());
  if (*found)
    if (auto principal = principal_of(**found)) return std::move(*principal);
  return base::fail(base::ErrorCode::unauthenticated, "live",
                    "this ticket is unknown, used or older than half a minute: ask for a new one");
}

}  // namespace frontdesk::live
