#include "store/postgres_session.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "base/clock.hpp"

namespace frontdesk::store {
namespace {

constexpr int kOldestServer = 130'000;
constexpr int kGoodbyes = 4;  // reads of a socket that nothing is expected from

/// libpq's words on one line; they name host, user and database, never the password.
std::string words_of(const PGconn* connection) {
  std::string words = PQerrorMessage(connection);
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
  std::replace(words.begin(), words.end(), '\n', ' ');
  return words;
}

tl::unexpected<base::Error> away(const std::string& why) {
  return base::fail(base::ErrorCode::unavailable, "store", "the database server cannot be reached: " + why,
                    base::Retry::later);
}

base::Status check_url(const base::Secret& url) {
  char* complaint = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.expose().c_str(), &complaint);
  PQconninfoFree(options);
  PQfreemem(complaint);  // it may quote the password
  if (options != nullptr) return {};
  return base::fail(base::ErrorCode::invalid_argument, "store",
                    "the address of the database is not one: write postgresql://user:password@host/name, with %40 for "
                    "an @ in the password");
}

base::Status check_server(const PGconn* connection) {
  if (PQserverVersion(connection) < kOldestServer)
    return base::fail(base::ErrorCode::failed_precondition, "store",
                      "the database server is too old: PostgreSQL 13 or later is needed");
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding != nullptr && std::string_view(encoding) == "UTF8") return {};
  return base::fail(base::ErrorCode::failed_precondition, "store",
                    "the database is not UTF-8: create it with ENCODING 'UTF8' TEMPLATE template0");
}

}  // namespace

base::Result<PostgresSession> PostgresSession::connect(const base::Secret& url, base::Duration limit) {
  if (auto checked = check_url(url); !checked) return tl::unexpected(checked.error());
  // Before the URL: defaults, which it may change. After it: what it may not.
  constexpr std::array kKeys = {
      "application_name", "keepalives_idle", "keepalives_interval", "keepalives_count",
      "tcp_user_timeout", "dbname",          "client_encoding",     static_cast<const char*>(nullptr)};
  const std::array values = {
      "frontdesk", "30", "10", "3", "30000", url.expose().c_str(), "UTF8", static_cast<const char*>(nullptr)};
  PostgresSession session(PQconnectStartParams(kKeys.data(), values.data(), 1));
  PGconn* connection = session.get();
  if (connection == nullptr) return away("out of memory");
  const auto deadline = base::monotonic_now() + limit;
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(connection)) {
    if (PQstatus(connection) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) return away(words_of(connection));
    if (!session.wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline)) return away("it does not answer");
  }
  if (auto checked = check_server(connection); !checked) return tl::unexpected(checked.error());
  PQsetnonblocking(connection, 1);
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  return session;
}

bool PostgresSession::alive() {
  if (!connection_) return false;
  // A server that went while nothing was asked of it has left its goodbye, an end of file, or one after the other.
  for (int i = 0; i < kGoodbyes && wait(POLLIN, base::monotonic_now()); ++i)
    if (PQconsumeInput(connection_.get()) == 0) break;
  return PQstatus(connection_.get()) == CONNECTION_OK;
}

bool PostgresSession::wait(short events, base::Instant deadline) const {
  pollfd waiting{PQsocket(connection_.get()), events, 0};
  while (true) {
    const auto left = std::max<std::int64_t>(base::to_ms(deadline - base::monotonic_now()), 0);
    const int ready = poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // libpq finds out what is wrong with it
    if (ready == 0 && left < 60'000) return false;
  }
}

tl::unexpected<base::Error> PostgresSession::lost() {
  const auto words = words_of(connection_.get());
  drop();
  return base::fail(base::ErrorCode::unavailable, "store", "the connection to the database was lost: " + words,
                    base::Retry::later);
}

tl::unexpected<base::Error> PostgresSession::late() {
  drop();
  return base::fail(base::ErrorCode::deadline_exceeded, "store", "the database does not answer in time",
                    base::Retry::later);
}

base::Status PostgresSession::flush(base::Instant deadline) {
  while (true) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return lost();
    if (!wait(POLLIN | POLLOUT, deadline)) return late();
    if (PQconsumeInput(connection_.get()) == 0) return lost();
  }
}

base::Result<PostgresResult> PostgresSession::receive(bool sent, base::Instant deadline) {
  if (!sent) return lost();
  if (auto flushed = flush(deadline); !flushed) return tl::unexpected(flushed.error());
  PostgresResult kept;
  while (true) {
    while (PQisBusy(connection_.get()) != 0) {
      if (!wait(POLLIN, deadline)) return late();
      if (PQconsumeInput(connection_.get()) == 0) return lost();
    }
    PostgresResult result(PQgetResult(connection_.get()));
    if (!result) break;
    if (!kept || PQresultStatus(kept.get()) != PGRES_FATAL_ERROR) kept = std::move(result);
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK || !kept) return lost();
  return kept;
}

}  // namespace frontdesk::store
