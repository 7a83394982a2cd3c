// A record of the audit log and its place in the chain: HMAC-SHA-256, with a key that is not in the log, over the MAC
// before and every field. Without the key nobody can make a record, change one or join two ends.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::chain {

using Mac = std::array<std::uint8_t, 32>;

/// One field, as far as it may be shown.
struct Change {
  std::string field;
  std::string before;
  std::string after;
  friend bool operator==(const Change&, const Change&) = default;
};

struct Record {
  std::int64_t sequence = 0;  ///< from 1, without gaps
  base::UtcTime at{};
  std::string organisation;
  std::string actor;    ///< "user_...", "token_...", "system", "operator"
  std::string session;  ///< a user's
  std::string address;
  std::string action;   ///< "team.role_changed"
  std::string subject;  ///< id of what was changed
  std::vector<Change> changes;
};

/// The last record and its MAC; sequence 0 before the first.
struct Head {
  std::int64_t sequence = 0;
  Mac mac{};
  friend bool operator==(const Head&, const Head&) = default;
};

/// How a secret stands in a change: "(secret ending 1234)", "(secret)", "(not set)".
std::string shown(const base::Secret& secret);

/// Every field with its length before it: no two records have the same text.
std::string canonical(const Record& record);
Mac mac_after(const base::Secret& key, const Mac& before, const Record& record);

}  // namespace frontdesk::chain
