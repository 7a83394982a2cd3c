#include "store/postgres_connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "store/postgres_statement.hpp"
#include "store/storable_text.hpp"
#include "store/test_databases/postgres_server.hpp"

namespace frontdesk::store {
namespace {

using test_databases::PostgresServer;

class Postgres : public ::testing::Test {
 protected:
  PostgresServer& server = PostgresServer::shared();
  base::Secret url = server.url(server.create_database(false));
};

void end_all_sessions(const PostgresServer& server) {
  server.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL");
}

/// Takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0 && listen(socket_, 4) == 0)
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
  }
  ~SilentServer() { close(socket_); }
  int port = 0;

 private:
  int socket_;
};

}  // namespace

TEST(PostgresStatement, NumbersParametersButNotThoseInLiterals) {
  EXPECT_EQ(numbered_parameters("SELECT ? WHERE a = ? AND b IN (?,?)"), "SELECT $1 WHERE a = $2 AND b IN ($3,$4)");
  EXPECT_EQ(numbered_parameters("'?' \"?\" ? -- ?\n? /* ? ' */ ?"), "'?' \"?\" $1 -- ?\n$2 /* ? ' */ $3");
  EXPECT_EQ(numbered_parameters("'it''s ?' ?"), "'it''s ?' $1");
  EXPECT_EQ(numbered_parameters("? '?"), "$1 '?") << "an open literal ends with the text";
  EXPECT_EQ(numbered_parameters(""), "");
}

TEST(PostgresStatement, KnowsWhatEachStateMeans) {
  const auto is = [](std::string_view state, base::ErrorCode code, base::Retry retry) {
    const auto verdict = verdict_on(state);
    return verdict.code == code && verdict.retry == retry;
  };
  EXPECT_TRUE(is("40001", base::ErrorCode::aborted, base::Retry::now));
  EXPECT_TRUE(is("40P01", base::ErrorCode::aborted, base::Retry::now));
  EXPECT_TRUE(is("23505", base::ErrorCode::already_exists, base::Retry::never));
  EXPECT_TRUE(is("23503", base::ErrorCode::failed_precondition, base::Retry::never));
  EXPECT_TRUE(is("53100", base::ErrorCode::unavailable, base::Retry::later));
  EXPECT_TRUE(is("57P01", base::ErrorCode::unavailable, base::Retry::later));
  EXPECT_TRUE(is("42501", base::ErrorCode::permission_denied, base::Retry::later));
  EXPECT_TRUE(is("57014", base::ErrorCode::deadline_exceeded, base::Retry::later));
  EXPECT_TRUE(is("42601", base::ErrorCode::internal, base::Retry::never));
}

TEST(StorableText, KeepsEveryCharacterAndNothingElse) {
  for (const std::string text : {"", "a", "\x7F", "\xC2\x80", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xEE\x80\x80",
                                 "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_storable(text));
    EXPECT_EQ(storable_text(text), text);
  }
  for (const std::string_view text :
       {std::string(1, '\0'), std::string("\x80"), std::string("\xC1\xBF"), std::string("\xE0\x9F\xBF"),
        std::string("\xED\xA0\x80"), std::string("\xF0\x8F\xBF\xBF"), std::string("\xF4\x90\x80\x80"),
        std::string("\xF8\x88\x80\x80\x80"), std::string("\xE2\x82"), std::string("\xFF")}) {
    EXPECT_FALSE(is_storable(text));
    EXPECT_TRUE(is_storable(storable_text(text)));
  }
}

TEST_F(Postgres, AnAddressThatIsNoneIsNotQuoted) {
  for (const char* text :
       {"postgresql://frontdesk:s3cret@host/name?nonsense=1", "postgresql://a:s3cret@[::1/x", "s3cret"}) {
    const auto refused = open_postgres(base::Secret(text));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::invalid_argument);
    EXPECT_THAT(refused.error().message, ::testing::Not(::testing::HasSubstr("s3cret")));
  }
}

TEST_F(Postgres, SaysThatNobodyIsThereWithoutThePassword) {
  const auto refused = open_postgres(base::Secret("postgresql://frontdesk:s3cret@127.0.0.1:1/name"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(refused.error().retry, base::Retry::later);
  EXPECT_THAT(refused.error().message, ::testing::Not(::testing::HasSubstr("s3cret")));
}

TEST_F(Postgres, GivesUpOnAServerThatSaysNothing) {
  const SilentServer silent;
  const auto before = base::monotonic_now();
  PostgresOptions options;
  options.connect_limit = base::milliseconds(150);
  const auto refused =
      open_postgres(base::Secret("postgresql://a@127.0.0.1:" + std::to_string(silent.port) + "/b"), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
  EXPECT_LT(base::to_ms(base::monotonic_now() - before), 5000);
}

TEST_F(Postgres, EndsAStatementThatTakesTooLong) {
  PostgresOptions options;
  options.statement_limit = base::milliseconds(100);
  const auto connection = open_postgres(url, options);
  ASSERT_TRUE(connection) << connection.error().message;
  const auto late = (*connection)->run("SELECT pg_sleep(60)");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::ErrorCode::deadline_exceeded);
  EXPECT_EQ(late.error().retry, base::Retry::later);
  EXPECT_TRUE((*connection)->run("SELECT 1"));
}

TEST_F(Postgres, AReaderCannotWrite) {
  PostgresOptions options;
  options.read_only = true;
  const auto connection = open_postgres(url, options);
  ASSERT_TRUE(connection);
  EXPECT_FALSE((*connection)->run("CREATE TABLE a (b BIGINT)"));
}

TEST_F(Postgres, AConnectionThatWasLostIsMadeAnew) {
  const auto connection = open_postgres(url);
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->run_script("CREATE TABLE a (b BIGINT PRIMARY KEY)"));
  ASSERT_TRUE((*connection)->write("INSERT INTO a VALUES (?)", {std::int64_t{1}}));
  end_all_sessions(server);
  // Whether the goodbye has arrived is a matter of time: the first statement may still find the old connection.
  const auto first = (*connection)->write("INSERT INTO a VALUES (?)", {std::int64_t{2}});
  if (!first) {
    EXPECT_EQ(first.error().code, base::ErrorCode::unavailable);
    EXPECT_EQ(first.error().retry, base::Retry::later);
    EXPECT_TRUE((*connection)->write("INSERT INTO a VALUES (?)", {std::int64_t{2}}));
  }
  EXPECT_EQ((*connection)->run("SELECT b FROM a")->size(), 2U);
}

TEST_F(Postgres, ATransactionIsNotCarriedOnByAnotherConnection) {
  const auto connection = open_postgres(url);
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->run_script("CREATE TABLE a (b BIGINT PRIMARY KEY)"));
  const auto lost = (*connection)->transaction([&]() -> base::Status {
    if (auto done = (*connection)->write("INSERT INTO a VALUES (1)"); !done) return done;
    end_all_sessions(server);
    auto done = (*connection)->write("INSERT INTO a VALUES (2)");
    EXPECT_FALSE(done);
    EXPECT_FALSE((*connection)->write("INSERT INTO a VALUES (3)"));
    return done;
  });
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, base::ErrorCode::unavailable);
  EXPECT_EQ((*connection)->run("SELECT b FROM a")->size(), 0U);
}

TEST_F(Postgres, SurvivesTheServersRestart) {
  const auto connection = open_postgres(url);
  ASSERT_TRUE(connection);
  server.stop();
  const auto away = (*connection)->run("SELECT 1");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(away.error().retry, base::Retry::later);
  server.start();
  EXPECT_TRUE((*connection)->run("SELECT 1"));
}

}  // namespace frontdesk::store
