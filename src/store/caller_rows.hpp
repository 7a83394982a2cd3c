// All that the database holds of one caller, for whoever asks for it or wants it gone.
#pragma once
#include <string>
#include <vector>

#include "store/call_records.hpp"
#include "store/sealed_words.hpp"

namespace frontdesk::store {

inline constexpr int kMostCallsOfCaller = 1000;  ///< in one answer

/// Calls from the number, or that it diverted to us; the oldest first. `number` as the call log has it: E.164 where it
/// could be read.
base::Result<std::vector<CallRow>> calls_of_caller(Connection& connection, const std::string& organisation,
                                                   const std::string& number);
/// Messages that ask to be called back at the number, whoever left them; the oldest first.
base::Result<std::vector<MessageRow>> messages_for_number(Connection& connection, const WordSeal* words,
                                                          const std::string& organisation, const std::string& number);

/// With its turns, messages, consents and events.
base::Status erase_call(Connection& connection, const std::string& organisation, const std::string& call);

/// SQLite keeps what was deleted in its log until that is taken over: after the commit, on any connection. What is in
/// use by readers stays until the next time.
base::Status take_over_log(Connection& connection);

}  // namespace frontdesk::store
