#include "live/tickets.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "base/entropy.hpp"

namespace frontdesk::live {
namespace {

constexpr int kWordsOfRandomness = 4;  // 256 bits

std::string digest_of(const std::string& ticket) {
  std::array<unsigned char, 32> digest{};
  EVP_Digest(ticket.data(), ticket.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return {digest.begin(), digest.end()};
}

std::string new_ticket() {
  std::string ticket = "wst_";
  for (int i = 0; i < kWordsOfRandomness; ++i) {
    std::array<char, 17> word{};
    std::snprintf(word.data(), word.size(), "%016llx", static_cast<unsigned long long>(base::random_u64()));
    ticket += word.data();
  }
  return ticket;
}

}  // namespace

base::Result<std::string> Tickets::issue(const access::Principal& principal, base::Instant now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [now](const auto& each) { return each.second.until <= now; });
  const auto own = static_cast<std::size_t>(std::count_if(open_.begin(), open_.end(), [&](const auto& each) {
    return each.second.principal.id == principal.id && each.second.principal.organisation == principal.organisation;
  }));
  if (own >= kMaxOpenPerPrincipal || open_.size() >= kMaxOpen)
    return base::fail(base::ErrorCode::resource_exhausted, "live",
                      "too many tickets are waiting to be used: use them, or try again in half a minute",
                      base::Retry::later);
  auto ticket = new_ticket();
  open_[digest_of(ticket)] = {principal, now + kGoodFor};
  return ticket;
}

std::optional<access::Principal> Tickets::redeem(const std::string& ticket, base::Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.extract(digest_of(ticket));
  if (!found || found.mapped().until <= now) return std::nullopt;
  return std::move(found.mapped().principal);
}

}  // namespace frontdesk::live
