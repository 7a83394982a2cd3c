#include "store/postgres_connection.hpp"

#include <algorithm>
#include <charconv>
#include <list>

#include "base/clock.hpp"
#include "store/postgres_session.hpp"
#include "store/postgres_statement.hpp"
#include "store/storable_text.hpp"

namespace frontdesk::store {
namespace {

constexpr base::Duration kGrace = base::seconds(3);  // for the server's own "too late" to arrive

// From pg_type.dat; they never change.
constexpr Oid kInteger = 20;
constexpr Oid kShortest = 21;
constexpr Oid kShorter = 23;
constexpr Oid kReal = 701;
constexpr Oid kShorterReal = 700;
constexpr Oid kNumeric = 1700;
constexpr Oid kText = 25;
constexpr Oid kBytes = 17;
constexpr Oid kUnknown = 0;

/// Parameters as libpq takes them: text, but for bytes.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values) {
    texts_.reserve(values.size());  // pointers into it are kept
    for (const auto& value : values) std::visit([this](const auto& each) { add(each); }, value);
  }
  int count() const { return static_cast<int>(values_.size()); }
  const std::vector<Oid>& types() const { return types_; }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(std::monostate) { add(kUnknown, nullptr, 0, 0); }
  void add(std::int64_t number) { add_text(kInteger, std::to_string(number)); }
  void add(double number) {
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add_text(kReal, std::string(digits.data(), end));
  }
  void add(const std::string& text) { add_text(kText, is_storable(text) ? text : storable_text(text)); }
  void add(const Blob& blob) {
    add(kBytes, blob.empty() ? "" : reinterpret_cast<const char*>(blob.data()), static_cast<int>(blob.size()), 1);
  }
  void add_text(Oid type, std::string text) {
    texts_.push_back(std::move(text));
    add(type, texts_.back().c_str(), 0, 0);
  }
  void add(Oid type, const char* value, int length, int format) {
    types_.push_back(type);
    values_.push_back(value);
    lengths_.push_back(length);
    formats_.push_back(format);
  }

  std::vector<std::string> texts_;
  std::vector<Oid> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

template <class Number>
Value number_of(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Value bytes_of(const char* escaped) {
  std::size_t size = 0;
  auto* data = PQunescapeBytea(reinterpret_cast<const unsigned char*>(escaped), &size);
  if (data == nullptr) return Blob();
  Blob blob(data, data + size);
  PQfreemem(data);
  return blob;
}

Value value_at(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::monostate{};
  const char* data = PQgetvalue(result, row, column);
  const std::string_view text(data, static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kInteger:
    case kShorter:
    case kShortest:
      return number_of<std::int64_t>(text);
    case kReal:
    case kShorterReal:
      return number_of<double>(text);
    case kNumeric:  // a SUM of integers
      if (text.find('.') == std::string_view::npos) return number_of<std::int64_t>(text);
      return number_of<double>(text);
    case kBytes:
      return bytes_of(data);
    default:
      return std::string(text);
  }
}

Rows rows_of(const PGresult* result) {
  Rows rows;
  const int columns = PQnfields(result);
  const int count = std::min(PQntuples(result), static_cast<int>(kMaxRows));
  rows.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int j = 0; j < columns; ++j) values.push_back(value_at(result, i, j));
    rows.emplace_back(std::move(values));
  }
  return rows;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : text;
}

/// The server's own words may quote a caller's data, except where they are about the statement itself.
std::string message_of(const PGresult* result, const std::string& state) {
  std::string message = "the database refuses a statement (" + state;
  if (const auto constraint = field(result, PG_DIAG_CONSTRAINT_NAME); !constraint.empty()) message += ", " + constraint;
  if (const auto column = field(result, PG_DIAG_COLUMN_NAME); !column.empty()) message += ", column " + column;
  message += ")";
  const bool about_data = state.starts_with("22") || state.starts_with("23");
  return about_data ? message : message + ": " + field(result, PG_DIAG_MESSAGE_PRIMARY);
}

/// A prepared statement fits parameters of other types where either side left the type open.
bool fits(const std::vector<Oid>& prepared, const std::vector<Oid>& wanted) {
  return std::equal(prepared.begin(), prepared.end(), wanted.begin(), wanted.end(),
                    [](Oid a, Oid b) { return a == b || a == kUnknown || b == kUnknown; });
}

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(base::Secret url, const PostgresOptions& options, PostgresSession session)
      : url_(std::move(url)), options_(options), session_(std::move(session)) {}

  std::int64_t changed() const override { return changed_; }
  Dialect dialect() const override { return Dialect::postgres; }

  base::Status set_up() {
    const auto limit = std::to_string(base::to_ms(options_.statement_limit));
    return sent_script("SET statement_timeout = " + limit + "; SET idle_in_transaction_session_timeout = " + limit +
                       "; SET TIME ZONE 'UTC'; SET default_transaction_isolation = 'read committed'; SET "
                       "default_transaction_read_only = " +
                       (options_.read_only ? "on" : "off"));
  }

 private:
  struct Prepared {
    std::string sql;
    std::string name;
    std::vector<Oid> types;
  };

  base::Result<Rows> execute(std::string_view sql, std::span<const Value> parameters) override {
    if (auto ready = be_connected(sql); !ready) return tl::unexpected(ready.error());
    const Parameters bound(parameters);
    auto rows = run_prepared(sql, bound);
    const bool again = !rows && stale_ && !in_transaction();
    if (stale_) forget_statements();
    return again ? run_prepared(sql, bound) : rows;
  }

  base::Status execute_script(std::string_view sql) override {
    if (auto ready = be_connected(sql); !ready) return ready;
    return sent_script(std::string(sql));
  }

  std::string_view begin_statement() const override { return "BEGIN ISOLATION LEVEL SERIALIZABLE"; }

  base::Instant deadline() const { return base::monotonic_now() + options_.statement_limit + kGrace; }

  /// In a transaction a new connection would carry on with half of it.
  base::Status be_connected(std::string_view sql) {
    if (session_.alive()) return {};
    if (in_transaction() || sql == "COMMIT" || sql == "ROLLBACK")
      return base::fail(base::ErrorCode::unavailable, "store",
                        "the connection to the database was lost in the middle of a transaction", base::Retry::later);
    auto session = PostgresSession::connect(url_, options_.connect_limit);
    if (!session) return tl::unexpected(session.error());
    session_ = std::move(*session);
    statements_.clear();
    return set_up();
  }

  base::Status sent_script(const std::string& sql) {
    const auto result = answered(PQsendQuery(session_.get(), sql.c_str()));
    if (!result) return tl::unexpected(result.error());
    return {};
  }

  base::Result<Rows> run_prepared(std::string_view sql, const Parameters& parameters) {
    const auto* statement = prepared(sql, parameters.types());
    if (statement == nullptr) return tl::unexpected(problem_);
    const auto result =
        answered(PQsendQueryPrepared(session_.get(), statement->name.c_str(), parameters.count(), parameters.values(),
                                     parameters.lengths(), parameters.formats(), 0));
    if (!result) return tl::unexpected(result.error());
    changed_ = 0;
    const std::string_view tuples(PQcmdTuples(result->get()));
    std::from_chars(tuples.data(), tuples.data() + tuples.size(), changed_);
    return rows_of(result->get());
  }

  /// Null if it cannot be prepared; problem_ says why.
  const Prepared* prepared(std::string_view sql, const std::vector<Oid>& types) {
    const auto found = std::find_if(statements_.begin(), statements_.end(),
                                    [&](const auto& each) { return each.sql == sql && fits(each.types, types); });
    if (found != statements_.end()) {
      statements_.splice(statements_.begin(), statements_, found);
      return &statements_.front();
    }
    Prepared statement{std::string(sql), "s" + std::to_string(++minted_), types};
    const auto result = answered(PQsendPrepare(session_.get(), statement.name.c_str(), numbered_parameters(sql).c_str(),
                                               static_cast<int>(types.size()), types.data()));
    if (!result) {
      problem_ = result.error();
      return nullptr;
    }
    make_room();
    statements_.push_front(std::move(statement));
    return &statements_.front();
  }

  void make_room() {
    if (statements_.size() < kCachedStatements) return;
    (void)sent_script("DEALLOCATE " + statements_.back().name);
    statements_.pop_back();
  }

  void forget_statements() {
    if (!in_transaction()) (void)sent_script("DEALLOCATE ALL");
    statements_.clear();
  }

  base::Result<PostgresResult> answered(int sent) {
    stale_ = false;
    auto result = session_.receive(sent == 1, deadline());
    if (!result) return result;
    if (PQresultStatus(result->get()) != PGRES_FATAL_ERROR) return result;
    const auto state = field(result->get(), PG_DIAG_SQLSTATE);
    stale_ = is_stale_statement(state);
    const auto verdict = verdict_on(state);
    return base::fail(verdict.code, "store", message_of(result->get(), state), verdict.retry);
  }

  const base::Secret url_;
  const PostgresOptions options_;
  PostgresSession session_;
  std::list<Prepared> statements_;  ///< the last used first
  std::int64_t minted_ = 0;
  std::int64_t changed_ = 0;
  base::Error problem_;
  bool stale_ = false;
};

}  // namespace

base::Result<std::unique_ptr<Connection>> open_postgres(const base::Secret& url, const PostgresOptions& options) {
  auto session = PostgresSession::connect(url, options.connect_limit);
  if (!session) return tl::unexpected(session.error());
  auto connection = std::make_unique<PostgresConnection>(url, options, std::move(*session));
  if (auto ready = connection->set_up(); !ready) return tl::unexpected(ready.error());
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace frontdesk::store
