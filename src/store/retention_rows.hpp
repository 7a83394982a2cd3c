// What is older than it may be kept. In batches, so that nobody waits long for the writer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "store/call_records.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

inline constexpr int kRetentionBatch = 100;

/// In days; 0: for good.
struct RetentionPolicy {
  std::int64_t transcripts_days = 0;
  std::int64_t messages_days = 0;
  std::int64_t calls_days = 0;
  friend bool operator==(const RetentionPolicy&, const RetentionPolicy&) = default;
};
/// nullopt: the organisation has none of its own.
base::Result<std::optional<RetentionPolicy>> retention_policy(Connection& connection, const std::string& organisation);
base::Status set_retention_policy(Connection& connection, const std::string& organisation,
                                  const RetentionPolicy& policy, base::UtcTime now);

/// Calls of the machine that began before `time`, are over and still have words or a journal; the oldest first.
base::Result<std::vector<CallRow>> calls_with_words_before(Connection& connection, const std::string& machine,
                                                           base::UtcTime time);
/// Calls of the machine that began before `time` and are over; the oldest first.
base::Result<std::vector<CallRow>> calls_before(Connection& connection, const std::string& machine, base::UtcTime time);
/// The turns and the events of a call, and the path of its journal. What the caller said about being recorded stays.
base::Status forget_words(Connection& connection, const std::string& call);
/// Calls of the machine that are over, have an id greater than `after` and a journal in the clear; by id.
base::Result<std::vector<CallRow>> calls_with_plain_journals(Connection& connection, const std::string& machine,
                                                             const std::string& after);
/// Nothing to do if the journal is another one by now.
base::Status journal_moved(Connection& connection, const CallRow& call, const std::string& to);
/// How many went.
base::Result<std::int64_t> forget_messages_before(Connection& connection, base::UtcTime time);

}  // namespace frontdesk::store
