#include "store/caller_rows.hpp"

#include "store/call_mapping.hpp"

namespace frontdesk::store {

base::Result<std::vector<CallRow>> calls_of_caller(Connection& connection, const std::string& organisation,
                                                   const std::string& number) {
  const auto rows = connection.run("SELECT " + std::string(kCallColumns) +
                                       " FROM calls WHERE organisation = ? AND (caller = ? OR diverted_by = ?) "
                                       "ORDER BY started_at, id LIMIT ?",
                                   {organisation, number, number, std::int64_t{kMostCallsOfCaller}});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<CallRow> calls;
  for (const auto& row : *rows) calls.push_back(call_of(row));
  return calls;
}

base::Result<std::vector<MessageRow>> messages_for_number(Connection& connection, const WordSeal* words,
                                                          const std::string& organisation, const std::string& number) {
  const auto rows = connection.run("SELECT " + std::string(kMessageColumns) +
                                       " FROM messages WHERE organisation = ? AND number = ? "
                                       "ORDER BY taken_at, id LIMIT ?",
                                   {organisation, number, std::int64_t{kMostCallsOfCaller}});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<MessageRow> messages;
  for (const auto& row : *rows) messages.push_back(message_of(row));
  for (auto& message : messages)
    if (auto opened = open_words(connection, words, message); !opened) return tl::unexpected(opened.error());
  return messages;
}

base::Status erase_call(Connection& connection, const std::string& organisation, const std::string& call) {
  return connection.write("DELETE FROM calls WHERE organisation = ? AND id = ?", {organisation, call});
}

base::Status take_over_log(Connection& connection) {
  if (connection.dialect() != Dialect::sqlite) return {};
  return connection.run_script("PRAGMA wal_checkpoint(TRUNCATE);");
}

}  // namespace frontdesk::store
