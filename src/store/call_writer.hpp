// The call log for its one writer, the store thread. What a function acknowledged survives the
// process being killed.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "store/call_records.hpp"
#include "store/database.hpp"
#include "store/sealed_words.hpp"

namespace frontdesk::store {

class CallWriter {
 public:
  /// `machine` is whose calls these are, in a database that several share. `words` seals what is said, and must outlive
  /// the writer; null: it is written in the clear.
  explicit CallWriter(Connection& connection, std::string machine = {}, const WordSeal* words = nullptr)
      : connection_(connection), machine_(std::move(machine)), words_(words) {}

  base::Status begin(const CallRow& call);
  base::Status answered(const std::string& call, base::UtcTime at);
  base::Status add_turn(const TurnRow& turn);
  base::Status add_message(const MessageRow& message);
  /// The same a second time changes nothing.
  base::Status add_consent(const ConsentRow& consent);
  /// Of calls that ended before, the oldest first: id and path; a hundred at most.
  base::Result<std::vector<std::pair<std::string, std::string>>> recordings_before(base::UtcTime time);
  base::Status recording_forgotten(const std::string& call);
  /// `path` is below the data folder.
  base::Status recording_begun(const std::string& call, const std::string& path);
  /// How far the call has come, so that one cut off by a crash has a length.
  base::Status heartbeat(const std::string& call, std::int64_t duration_ms);
  /// Sets everything that is known at the end; counts and percentiles are computed from the turns.
  base::Status finish(const CallRow& call);
  /// Calls that a previous process of this machine left in progress become interrupted; returns them.
  base::Result<std::vector<CallRow>> close_interrupted();

 private:
  base::Status summarise(CallRow& call);
  base::Result<std::string> organisation_of(const std::string& call);
  Connection& connection_;
  const std::string machine_;
  const WordSeal* const words_;
};

}  // namespace frontdesk::store
