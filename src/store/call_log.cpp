#include "store/call_log.hpp"

#include <algorithm>
#include <charconv>

#include "store/call_mapping.hpp"
#include "store/migrations.hpp"
#include "store/pool.hpp"

namespace frontdesk::store {
namespace {

/// Conditions and their values, joined by AND.
struct Where {
  std::string text = "organisation = ?";
  std::vector<Value> values;

  void add(std::string_view condition, Value value) {
    text += " AND ";
    text += condition;
    values.push_back(std::move(value));
  }
};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); });
}

/// % and _ have a meaning in LIKE; a caller's search text has none. ASCII letters are small.
std::string contains_pattern(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return pattern + "%";
}

Where where_of(const CallFilter& filter, Dialect dialect) {
  Where where;
  where.values.emplace_back(filter.organisation);
  if (filter.from) where.add("started_at >= ?", filter.from->unix_ms);
  if (filter.to) where.add("started_at < ?", filter.to->unix_ms);
  if (filter.status) where.add("status = ?", std::string(name(*filter.status)));
  if (filter.min_duration_ms) where.add("duration_ms >= ?", *filter.min_duration_ms);
  if (filter.max_duration_ms) where.add("duration_ms <= ?", *filter.max_duration_ms);
  // 0 stands for "never rated": such a call is neither sure nor unsure.
  if (filter.min_confidence) where.add("ai_confidence > 0 AND ai_confidence >= ?", *filter.min_confidence);
  if (filter.max_confidence) where.add("ai_confidence > 0 AND ai_confidence <= ?", *filter.max_confidence);
  if (!filter.caller.empty()) {
    // SQLite's LIKE takes no notice of the case of ASCII letters; here PostgreSQL's does the same. Its ILIKE would take
    // that of all alphabets into account, and four times as long.
    const auto contains = [&](const std::string& column) {
      const bool folds = dialect == Dialect::sqlite || !has_letter(filter.caller);
      return (folds ? column : "lower(" + column + " COLLATE \"C\")") + " LIKE ? ESCAPE '\\'";
    };
    const auto pattern = contains_pattern(filter.caller);
    where.add("(" + contains("caller") + " OR " + contains("caller_name") + ")", pattern);
    where.values.emplace_back(pattern);
  }
  return where;
}

std::string cursor_of(const CallRow& last) {
  return std::to_string(last.started_at.unix_ms) + "." + last.id;
}

bool add_cursor(Where& where, const std::string& cursor) {
  const auto dot = cursor.find('.');
  std::int64_t at = 0;
  if (dot == std::string::npos) return false;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + dot, at);
  if (error != std::errc{} || end != cursor.data() + dot) return false;
  where.add("(started_at, id) < (?, ?)", at);
  where.values.emplace_back(cursor.substr(dot + 1));
  return true;
}

}  // namespace

struct CallLog::State {
  State(const Location& location, std::shared_ptr<const WordSeal> seal)
      : folder(location.folder),
        words(std::move(seal)),
        dialect(location.shared() ? Dialect::postgres : Dialect::sqlite),
        pool([location] { return open_connection(location, OpenMode::read_only); }) {}

  base::Result<Rows> run(const std::string& sql, std::span<const Value> values) {
    const auto connection = pool.take();
    if (!connection) return tl::unexpected(connection.error());
    return (*connection)->run(sql, values);
  }

  base::Status check_schema() {
    const auto connection = pool.take();
    if (!connection) return tl::unexpected(connection.error());
    const auto schema = schema_state(**connection);
    if (!schema) return tl::unexpected(schema.error());
    if (schema->pending.empty()) return {};
    return base::fail(base::ErrorCode::failed_precondition, "store",
                      "the database is that of an older version of frontdesk: run frontdesk migrate");
  }

  const std::filesystem::path folder;
  const std::shared_ptr<const WordSeal> words;
  const Dialect dialect;
  Pool pool;
};

CallLog::CallLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
CallLog::~CallLog() = default;
const std::filesystem::path& CallLog::data_folder() const {
  return state_->folder;
}

const WordSeal* CallLog::words() const {
  return state_->words.get();
}

base::Result<std::unique_ptr<CallLog>> CallLog::open(const Location& location, std::shared_ptr<const WordSeal> words) {
  auto state = std::make_unique<State>(location, std::move(words));
  if (auto ready = state->check_schema(); !ready) return tl::unexpected(ready.error());
  return std::unique_ptr<CallLog>(new CallLog(std::move(state)));
}

base::Result<CallPage> CallLog::list(const CallFilter& filter, int limit, const std::string& cursor) const {
  auto where = where_of(filter, state_->dialect);
  if (!cursor.empty() && !add_cursor(where, cursor))
    return base::fail(base::ErrorCode::invalid_argument, "store", "the cursor is not one that a list returned");
  const auto wanted = std::clamp(limit, 1, kMaxPage);
  where.values.emplace_back(std::int64_t{wanted + 1});
  // Which calls they are is found in an index alone (migration 6).
  const auto rows =
      state_->run("SELECT " + std::string(kCallColumns) + " FROM calls WHERE id IN (SELECT id FROM calls WHERE " +
                      where.text + " ORDER BY started_at DESC, id DESC LIMIT ?) ORDER BY started_at DESC, id DESC",
                  where.values);
  if (!rows) return tl::unexpected(rows.error());
  CallPage page;
  for (const auto& row : *rows) page.calls.push_back(call_of(row));
  if (page.calls.size() > static_cast<std::size_t>(wanted)) {
    page.calls.pop_back();
    page.next = cursor_of(page.calls.back());
  }
  return page;
}

base::Result<CallRow> CallLog::call(const std::string& id, const std::string& organisation) const {
  const bool last = id == "last";
  const std::string sql = "SELECT " + std::string(kCallColumns) + " FROM calls WHERE organisation = ? " +
                          (last ? "ORDER BY started_at DESC, id DESC LIMIT 1" : "AND id = ?");
  std::vector<Value> values{organisation};
  if (!last) values.emplace_back(id);
  const auto rows = state_->run(sql, values);
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty())
    return base::fail(base::ErrorCode::not_found, "store",
                      last ? "no call has been taken yet" : "there is no such call");
  return call_of(rows->front());
}

base::Result<std::vector<TurnRow>> CallLog::turns(const std::string& call) const {
  const auto connection = state_->pool.take();
  if (!connection) return tl::unexpected(connection.error());
  const auto rows = (*connection)
                        ->run("SELECT " + std::string(kTurnColumns) + organisation_of_call("call_turns") +
                                  " FROM call_turns WHERE call = ? ORDER BY turn_index",
                              {call});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<TurnRow> turns;
  for (const auto& row : *rows) {
    turns.push_back(turn_of(row));
    auto opened = open_words(**connection, state_->words.get(), row.text(kTurnColumnCount), turns.back());
    if (!opened) return tl::unexpected(opened.error());
  }
  return turns;
}

base::Result<std::vector<MessageRow>> CallLog::messages(const std::string& call, int limit,
                                                        const std::string& organisation) const {
  MessageFilter filter;
  filter.organisation = organisation;
  filter.call = call;
  auto page = message_page(filter, limit, {});
  if (!page) return tl::unexpected(page.error());
  return std::move(page->messages);
}

base::Result<MessagePage> CallLog::message_page(const MessageFilter& filter, int limit,
                                                const std::vector<std::string>& after) const {
  const auto connection = state_->pool.take();
  if (!connection) return tl::unexpected(connection.error());
  return list_messages(**connection, state_->words.get(), filter, limit, after);
}

base::Result<std::vector<ConsentRow>> CallLog::consents(const std::string& call) const {
  const auto connection = state_->pool.take();
  if (!connection) return tl::unexpected(connection.error());
  const auto rows = (*connection)
                        ->run("SELECT " + std::string(kConsentColumns) + organisation_of_call("consents") +
                                  " FROM consents WHERE call = ? ORDER BY sequence",
                              {call});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<ConsentRow> consents;
  for (const auto& row : *rows) {
    consents.push_back(consent_of(row));
    auto opened = open_words(**connection, state_->words.get(), row.text(kConsentColumnCount), consents.back());
    if (!opened) return tl::unexpected(opened.error());
  }
  return consents;
}

}  // namespace frontdesk::store
