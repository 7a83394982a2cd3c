#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/pool.hpp"
#include "store/test_databases/test_databases.hpp"

namespace frontdesk::store {
namespace {

using test_databases::Kind;
using test_databases::Schema;
using test_databases::TestDatabase;

/// What must hold whatever the database is.
class Contract : public ::testing::TestWithParam<Kind> {
 protected:
  Contract() : connection(database.connect()) {
    const auto made = connection->run_script(
        "CREATE TABLE parents (id TEXT PRIMARY KEY, hits BIGINT NOT NULL DEFAULT 0);"
        "CREATE TABLE things (id TEXT PRIMARY KEY, parent TEXT REFERENCES parents (id), number BIGINT, ratio DOUBLE "
        "PRECISION, note TEXT, sealed BYTEA, CHECK (number IS NULL OR number < 1000000000000));");
    EXPECT_TRUE(made) << made.error().message;
  }
  base::Status add(const std::string& id, const Value& number = {}, const Value& note = {}, const Value& sealed = {}) {
    return connection->write("INSERT INTO things (id, number, note, sealed) VALUES (?, ?, ?, ?)",
                             {id, number, note, sealed});
  }
  Row thing(const std::string& id) {
    auto rows = connection->run("SELECT number, ratio, note, sealed FROM things WHERE id = ?", {id});
    EXPECT_TRUE(rows && rows->size() == 1) << (rows ? "another number of rows" : rows.error().message);
    return rows && !rows->empty() ? rows->front() : Row(std::vector<Value>(4));
  }

  TestDatabase database{GetParam(), Schema::none};
  std::unique_ptr<Connection> connection;
};

INSTANTIATE_TEST_SUITE_P(On, Contract, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

Blob all_bytes() {
  Blob blob;
  for (int i = 0; i < 1024; ++i) blob.push_back(static_cast<std::uint8_t>(i));
  return blob;
}

}  // namespace

TEST_P(Contract, GivesValuesBackAsTheyWere) {
  const std::string hostile = "Zoë's \"what?\" -- ? /* ? */ $1 %_\\ \xF0\x9F\x98\x80\n";
  ASSERT_TRUE(add("a", std::int64_t{-4'000'000'000}, hostile, all_bytes()));
  ASSERT_TRUE(add("b"));
  ASSERT_TRUE(add("c", std::int64_t{0}, std::string(), Blob()));
  ASSERT_TRUE(connection->write("UPDATE things SET ratio = ? WHERE id = ?", {0.1 + 0.2, std::string("a")}));
  EXPECT_EQ(connection->changed(), 1);
  const auto a = thing("a");
  EXPECT_EQ(a.integer(0), -4'000'000'000);
  EXPECT_EQ(a.real(1), 0.1 + 0.2);
  EXPECT_EQ(a.text(2), hostile);
  EXPECT_EQ(a.bytes(3), all_bytes());
  const auto b = thing("b");
  EXPECT_EQ(b.maybe_integer(0), std::nullopt);
  EXPECT_EQ(b.maybe_text(2), std::nullopt);
  EXPECT_EQ(b.bytes(3), Blob());
  const auto c = thing("c");
  EXPECT_EQ(c.maybe_integer(0), 0);
  EXPECT_EQ(c.maybe_text(2), "");
}

TEST_P(Contract, TakesTextsThatAreNone) {
  ASSERT_TRUE(add("a", {}, std::string("a\0b", 3)));
  ASSERT_TRUE(add("b", {}, std::string("caf\xE9 \xED\xA0\x80 \xC0\x80")));
  EXPECT_EQ(thing("a").text(2),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(thing("b").text(2), "caf\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_P(Contract, AParameterMayBeOfAnotherTypeEachTime) {
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(add("null" + std::to_string(round)));
    ASSERT_TRUE(add("number" + std::to_string(round), std::int64_t{7}, std::string("x"), Blob{1}));
  }
  ASSERT_TRUE(connection->write("UPDATE things SET ratio = ? WHERE id = ?", {std::int64_t{2}, std::string("null0")}));
  EXPECT_EQ(thing("null0").real(1), 2.0);
  EXPECT_EQ(thing("number1").bytes(3), Blob{1});
  const auto sums = connection->run("SELECT COUNT(*), SUM(number) FROM things WHERE number = ?", {std::int64_t{7}});
  ASSERT_TRUE(sums) << sums.error().message;
  EXPECT_EQ(sums->front().integer(0), 2);
  EXPECT_EQ(sums->front().integer(1), 14);
}

TEST_P(Contract, QuestionMarksInLiteralsAreNoParameters) {
  const auto rows =
      connection->run("SELECT 'a?''?', \"id\" /* ? */ FROM things WHERE id = ? -- ?\n", {std::string("?")});
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_TRUE(rows->empty());
}

TEST_P(Contract, ErrorsMeanTheSame) {
  ASSERT_TRUE(add("a"));
  const auto twice = add("a", {}, std::string("0333 555 0100"));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, base::ErrorCode::already_exists);
  EXPECT_EQ(twice.error().retry, base::Retry::never);
  EXPECT_THAT(twice.error().message, ::testing::Not(::testing::HasSubstr("0333")));
  const auto orphan = connection->write("INSERT INTO things (id, parent) VALUES ('b', 'nobody')");
  ASSERT_FALSE(orphan);
  EXPECT_EQ(orphan.error().code, base::ErrorCode::failed_precondition);
  const auto refused = add("c", std::int64_t{1'000'000'000'000});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::failed_precondition);
  EXPECT_FALSE(connection->run("SELECT nothing FROM nowhere"));
  EXPECT_TRUE(add("d")) << "the connection goes on after errors";
}

TEST_P(Contract, ATransactionIsAllOrNothing) {
  const auto failed = connection->transaction([&]() -> base::Status {
    if (auto done = add("a"); !done) return done;
    return base::fail(base::ErrorCode::cancelled, "test", "no");
  });
  EXPECT_EQ(failed.error().code, base::ErrorCode::cancelled);
  const auto nested = connection->transaction([&] { return connection->transaction([&] { return add("b"); }); });
  EXPECT_TRUE(nested);
  const auto left = connection->run("SELECT id FROM things");
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().text(0), "b");
}

TEST_P(Contract, ATransactionFailsWithTheOneWithin) {
  const auto done = connection->transaction([&]() -> base::Status {
    (void)connection->transaction([&]() -> base::Status {
      if (auto added = add("half"); !added) return added;
      return base::fail(base::ErrorCode::cancelled, "test", "no");
    });
    return {};
  });
  EXPECT_FALSE(done);
  EXPECT_TRUE(connection->run("SELECT id FROM things")->empty());
}

TEST_P(Contract, NothingGoesOnAfterAnErrorInATransaction) {
  ASSERT_TRUE(add("a"));
  const auto done = connection->transaction([&]() -> base::Status {
    (void)add("a");
    EXPECT_FALSE(add("b"));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(connection->run("SELECT id FROM things")->size(), 1U);
}

TEST_P(Contract, WritersThatReadFirstDoNotLoseUpdates) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  ASSERT_TRUE(connection->write("INSERT INTO parents (id, hits) VALUES ('p', 0)"));
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      const auto own = database.connect();
      for (int n = 0; n < kEach; ++n) {
        const auto done = own->transaction([&]() -> base::Status {
          const auto rows = own->run("SELECT hits FROM parents WHERE id = 'p'");
          if (!rows) return tl::unexpected(rows.error());
          return own->write("UPDATE parents SET hits = ? WHERE id = 'p'", {rows->front().integer(0) + 1});
        });
        if (!done) ++failures;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(connection->run("SELECT hits FROM parents")->front().integer(0), kThreads * kEach - failures);
  EXPECT_EQ(failures, 0);
}

TEST_P(Contract, ManyDifferentStatementsAreNoProblem) {
  ASSERT_TRUE(add("a"));
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 250; ++i) {
      const auto rows = connection->run("SELECT id, " + std::to_string(i) + " FROM things WHERE id = ?", {"a"});
      ASSERT_TRUE(rows) << rows.error().message;
      ASSERT_EQ(rows->front().integer(1), i);
    }
}

TEST_P(Contract, StatementsOutliveAChangeOfTheirTable) {
  ASSERT_TRUE(add("a", std::int64_t{1}));
  ASSERT_TRUE(connection->run("SELECT * FROM things"));
  ASSERT_TRUE(database.connect()->run_script("ALTER TABLE things ADD COLUMN more BIGINT NOT NULL DEFAULT 5"));
  const auto rows = connection->run("SELECT * FROM things");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->front().size(), 7U);
}

TEST_P(Contract, ReturningGivesTheChangedRows) {
  ASSERT_TRUE(add("a", std::int64_t{1}));
  const auto rows = connection->run("UPDATE things SET number = number + 1 WHERE id = ? RETURNING number", {"a"});
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().integer(0), 2);
  EXPECT_EQ(thing("a").integer(0), 2);
}

TEST_P(Contract, APoolLendsAsManyAsItHas) {
  Pool pool([&]() -> base::Result<std::unique_ptr<Connection>> { return database.connect(); }, 2);
  auto first = pool.take();
  ASSERT_TRUE(first);
  {
    auto second = pool.take();
    ASSERT_TRUE(second);
    EXPECT_TRUE((*second)->run("SELECT id FROM things"));
    const auto third = pool.take(base::milliseconds(20));
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, base::ErrorCode::resource_exhausted);
    EXPECT_EQ(third.error().retry, base::Retry::later);
  }
  EXPECT_TRUE(pool.take(base::milliseconds(20))) << "what was given back is lent again";
}

TEST(PoolAlone, AFailureToConnectTakesNoPlace) {
  int tries = 0;
  Pool pool(
      [&]() -> base::Result<std::unique_ptr<Connection>> {
        ++tries;
        return base::fail(base::ErrorCode::unavailable, "store", "no");
      },
      1);
  EXPECT_FALSE(pool.take(base::milliseconds(1)));
  EXPECT_FALSE(pool.take(base::milliseconds(1)));
  EXPECT_EQ(tries, 2);
}

}  // namespace frontdesk::store
