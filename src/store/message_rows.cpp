#include "store/message_rows.hpp"

#include <algorithm>
#include <charconv>

#include "store/call_log.hpp"
#include "store/call_mapping.hpp"

namespace frontdesk::store {
namespace {

tl::unexpected<base::Error> no_such_message() {
  return base::fail(base::ErrorCode::not_found, "store", "there is no such message");
}

base::Status changed_one(const Connection& connection, base::Status done) {
  if (!done || connection.changed() == 1) return done;
  return no_such_message();
}

}  // namespace

base::Result<MessagePage> list_messages(Connection& connection, const WordSeal* words, const MessageFilter& filter,
                                        int limit, const std::vector<std::string>& after) {
  std::string where = "organisation = ?";
  std::vector<Value> values{filter.organisation};
  const auto add = [&](const char* condition, const std::string& value) {
    if (value.empty()) return;
    where += condition;
    values.emplace_back(value);
  };
  add(" AND call = ?", filter.call);
  add(" AND status = ?", filter.status);
  if (after.size() == 2) {
    std::int64_t taken = 0;
    std::from_chars(after[0].data(), after[0].data() + after[0].size(), taken);
    where += " AND (taken_at < ? OR (taken_at = ? AND id < ?))";
    values.insert(values.end(), {taken, taken, after[1]});
  }
  const auto wanted = std::clamp(limit, 1, kMaxPage);
  values.emplace_back(std::int64_t{wanted + 1});
  const auto rows = connection.run("SELECT " + std::string(kMessageColumns) + " FROM messages WHERE " + where +
                                       " ORDER BY taken_at DESC, id DESC LIMIT ?",
                                   values);
  if (!rows) return tl::unexpected(rows.error());
  MessagePage page;
  for (const auto& row : *rows) page.messages.push_back(message_of(row));
  for (auto& message : page.messages)
    if (auto opened = open_words(connection, words, message); !opened) return tl::unexpected(opened.error());
  if (page.messages.size() > static_cast<std::size_t>(wanted)) {
    page.messages.pop_back();
    page.next = {std::to_string(page.messages.back().taken_at.unix_ms), page.messages.back().id};
  }
  return page;
}

base::Result<MessageRow> find_message(Connection& connection, const WordSeal* words, const std::string& organisation,
                                      const std::string& id) {
  const auto rows =
      connection.run("SELECT " + std::string(kMessageColumns) + " FROM messages WHERE organisation = ? AND id = ?",
                     {organisation, id});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return no_such_message();
  auto message = message_of(rows->front());
  if (auto opened = open_words(connection, words, message); !opened) return tl::unexpected(opened.error());
  return message;
}

base::Result<std::int64_t> count_messages(Connection& connection, const std::string& call) {
  const auto rows = connection.run("SELECT COUNT(*) FROM messages WHERE call = ?", {call});
  if (!rows) return tl::unexpected(rows.error());
  return rows->front().integer(0);
}

base::Status set_message_status(Connection& connection, const std::string& organisation, const std::string& id,
                                const std::string& status) {
  return changed_one(connection, connection.write("UPDATE messages SET status = ? WHERE organisation = ? AND id = ?",
                                                  {status, organisation, id}));
}

base::Status remove_message(Connection& connection, const std::string& organisation, const std::string& id) {
  return changed_one(connection,
                     connection.write("DELETE FROM messages WHERE organisation = ? AND id = ?", {organisation, id}));
}

}  // namespace frontdesk::store
