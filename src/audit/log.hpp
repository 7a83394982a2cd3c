// The audit log: who changed what, when and from where. A change and its record are one transaction: if the record
// cannot be written, or its anchor not, the change is not made. The anchor is written as intended before the commit and
// confirmed after it; stopped in between, the log goes on from what the table holds.
//
// What it shows: an edit, a deletion inside, a cut-off tail, an emptied table, reordering, a chain made anew without
// the key. What it cannot: an old database put back together with its old anchor. Whoever fears that keeps copies of
// the anchor elsewhere.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/chain/verifier.hpp"
#include "store/sql.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::audit {

inline constexpr int kMostListed = 200;
inline constexpr std::size_t kLongestShown = 2000;  ///< bytes of a value before or after; the rest is cut off

/// Who does it.
struct Actor {
  std::string organisation;
  std::string id;       ///< "user_...", "token_...", "system", "operator"
  std::string session;  ///< a user's
  std::string address;
};

struct Entry {
  Actor actor;
  std::string action;
  std::string subject;
  std::vector<chain::Change> changes;  ///< secrets only as chain::shown()
};

/// Collects what a transaction does.
class Trail {
 public:
  void add(Entry entry) { entries_.push_back(std::move(entry)); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// What of the log to list; empty: everything.
struct Filter {
  std::string organisation;  ///< never everything
  std::string actor;
  std::string action;  ///< with a dot at its end: all that begin so; ASCII
  std::string subject;
  std::optional<base::UtcTime> from;  ///< not earlier
  std::optional<base::UtcTime> to;    ///< earlier
  std::int64_t before = 0;            ///< a number; 0: from the end
};

struct Report {
  std::int64_t records = 0;
  std::vector<chain::Finding> findings;  ///< none: the log is whole
};

/// Many threads may use it, each with a connection of its own.
class Log {
 public:
  /// Makes the key and the first anchor of an installation that has neither. data_loss if the anchor is missing
  /// although there are records.
  static base::Result<std::unique_ptr<Log>> open(store::Connection& connection, const secrets::DataKeys& keys,
                                                 std::filesystem::path anchor, base::UtcTime now);

  /// Runs `work` in a transaction that ends with the trail's records.
  base::Status change(store::Connection& connection, base::UtcTime now,
                      const std::function<base::Status(Trail&)>& work);

  /// Newest first, before `before` (0: from the end).
  base::Result<std::vector<chain::Record>> list(store::Connection& connection, std::string_view organisation,
                                                std::int64_t before, int limit) const;
  /// Newest first; at most kMostListed.
  base::Result<std::vector<chain::Record>> list(store::Connection& connection, const Filter& filter, int limit) const;
  base::Result<Report> verify(store::Connection& connection) const;

  /// Takes the log as it stands and says so in a record: after a backup was restored.
  base::Status reanchor(store::Connection& connection, const Actor& actor, std::string_view reason, base::UtcTime now);

  /// The same for the same text, and nothing to whoever has not the key: for numbers and names of callers.
  std::string pseudonym(std::string_view text) const;

  /// Confirmations that could not be written after their commit; the next change makes up for them.
  std::uint64_t unconfirmed() const { return unconfirmed_; }

 private:
  Log(base::Secret key, std::filesystem::path anchor) : key_(std::move(key)), anchor_(std::move(anchor)) {}
  base::Result<chain::Anchor> anchor() const;
  base::Status write(const chain::Anchor& anchor) const;
  base::Status change_locked(store::Connection& connection, base::UtcTime now, bool check_anchor,
                             const std::function<base::Status(Trail&)>& work);

  base::Secret key_;
  std::filesystem::path anchor_;
  std::mutex mutex_;  ///< the anchor's file follows the order of commits
  std::atomic<std::uint64_t> unconfirmed_{0};
};

/// Verifies without changing anything: for the command line.
base::Result<Report> verify(store::Connection& connection, const secrets::DataKeys& keys,
                            const std::filesystem::path& anchor);

}  // namespace frontdesk::audit
