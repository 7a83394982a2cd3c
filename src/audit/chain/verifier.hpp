// Reads the log from its first record to its last and says what was done to it. Each fault is reported once, and the
// chain is followed on from the record behind it.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "audit/chain/anchor.hpp"

namespace frontdesk::chain {

inline constexpr std::size_t kMostFindings = 100;

enum class Fault {
  changed,         ///< a record does not belong behind the one before it: edited, moved, or made without the key
  missing,         ///< records inside were deleted
  unexpected,      ///< a number below 1, or twice
  end_missing,     ///< the log ends before its anchor
  end_different,   ///< another record stands where the anchor was
  anchor_missing,  ///< there are records, but no anchor
  anchor_changed,
};
std::string_view meaning(Fault fault);

struct Finding {
  Fault fault;
  std::int64_t sequence;  ///< of the record; of `missing` and `end_missing`, the first that is not there
  friend bool operator==(const Finding&, const Finding&) = default;
};

class Verifier {
 public:
  explicit Verifier(base::Secret key) : key_(std::move(key)) {}

  /// `anchor`: error not_found = there is none.
  void set_anchor(const base::Result<Anchor>& anchor);
  /// In the order of their numbers, with the MAC that stands in the table.
  void add(const Record& record, const Mac& mac);
  /// After the last record.
  std::vector<Finding> finish();

  std::int64_t records() const { return records_; }
  const Head& end() const { return end_; }

 private:
  void report(Fault fault, std::int64_t sequence);

  base::Secret key_;
  Head end_;
  std::optional<Anchor> anchor_;
  bool anchor_absent_ = false;
  std::int64_t records_ = 0;
  std::vector<Finding> findings_;
};

}  // namespace frontdesk::chain
