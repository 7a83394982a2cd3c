#include "accounts/credentials/lock_out.hpp"

#include <algorithm>

#include "accounts/credentials/allow_list.hpp"

namespace frontdesk::credentials {
namespace {

constexpr int kMostDoublings = 16;
constexpr std::size_t kCustomerBytes = 8;

}  // namespace

base::UtcTime next_try(const Failures& failures, const LockOutRule& rule) {
  if (failures.count < rule.delay_from) return failures.last;
  auto wait = rule.lock;
  if (failures.count < rule.lock_from)
    wait = std::min(rule.lock, rule.first_delay * (1 << std::min(failures.count - rule.delay_from, kMostDoublings)));
  return {failures.last.unix_ms + base::to_ms(wait)};
}

Failures one_more(const Failures& failures, base::UtcTime now) {
  const bool old = now.unix_ms - failures.last.unix_ms > base::to_ms(kFailuresForgotten);
  return {old ? 1 : failures.count + 1, now};
}

std::string source_of(const base::Endpoint& address) {
  auto source = unmapped(address);
  source.port = 0;
  if (!source.v6) return base::address_text(source);
  std::fill(source.address.begin() + kCustomerBytes, source.address.end(), std::uint8_t{0});
  return base::address_text(source) + "/64";
}

}  // namespace frontdesk::credentials
