#include "store/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/test_databases/test_databases.hpp"

namespace frontdesk::store {
namespace {

using test_databases::Kind;
using test_databases::Schema;
using test_databases::TestDatabase;

class MigrationsOn : public ::testing::TestWithParam<Kind> {
 protected:
  /// As if the program had been one that knew no more than `version`.
  void migrate_up_to(int version) {
    const auto connection = database.connect();
    ASSERT_TRUE(
        connection->run_script("CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)"));
    for (const auto& each : migrations()) {
      if (each.version > version) break;
      ASSERT_TRUE(connection->run_script(each.script));
      const auto own = GetParam() == Kind::sqlite ? each.sqlite_script : each.postgres_script;
      ASSERT_TRUE(own.empty() || connection->run_script(own));
      ASSERT_TRUE(connection->write("INSERT INTO schema_migrations VALUES (?, ?)",
                                    {std::int64_t{each.version}, std::string(each.name)}));
    }
  }
  std::size_t copies() const {
    std::error_code none;
    const auto folder = std::filesystem::directory_iterator(database.location().folder / "backups", none);
    return none ? 0 : static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
  }

  TestDatabase database{GetParam(), Schema::none};
};

INSTANTIATE_TEST_SUITE_P(On, MigrationsOn, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST(Migrations, AreNumberedUpwardsAndNamed) {
  int last = 0;
  for (const auto& each : migrations()) {
    EXPECT_GT(each.version, last);
    EXPECT_FALSE(each.name.empty());
    EXPECT_FALSE(each.script.empty()) << each.version << " has a part for one database and none for both";
    last = each.version;
  }
  EXPECT_EQ(migrations().front().name, "call log");
}

TEST_P(MigrationsOn, AreAppliedOnce) {
  ASSERT_TRUE(open_database(database.location()));
  const auto again = database.open();
  EXPECT_EQ(again->run("SELECT COUNT(*) FROM schema_migrations")->front().integer(0),
            static_cast<std::int64_t>(migrations().size()));
  const auto state = schema_state(*again);
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->pending.empty());
  EXPECT_EQ(state->newest(), migrations().back().version);
  EXPECT_EQ(copies(), 0U) << "a new database needs no copy of what it was";
}

TEST_P(MigrationsOn, TheFutureIsRefused) {
  ASSERT_TRUE(database.open()->run("INSERT INTO schema_migrations VALUES (999, 'from tomorrow')"));
  const auto refused = open_database(database.location());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::failed_precondition);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("999"));
}

TEST_P(MigrationsOn, LookingChangesNothing) {
  const auto connection = database.connect();
  const auto state = schema_state(*connection);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->pending.size(), migrations().size());
  EXPECT_FALSE(connection->run("SELECT 1 FROM schema_migrations"));
}

TEST_P(MigrationsOn, EveryEarlierSchemaComesUpToDateWithItsRows) {
  migrate_up_to(4);
  ASSERT_TRUE(database.connect()->run_script(
      "INSERT INTO calls (id, organisation, caller, caller_name, called, trunk, sip_call_id, status, end_class, "
      "end_reason, screening, started_at, duration_ms, ai_confidence, turns, loss_percent, jitter_ms, recording, "
      "journal) VALUES ('call_1', 'org_local', '+44', 'Zoe', '', '', '', 'answered', '', '', '', 1, 4, 0, 1, 0, 0, '', "
      "'');"
      "INSERT INTO consents (call, at, policy, outcome, words) VALUES ('call_1', 7, 'ask', 'refused', 'no');"
      "INSERT INTO consents (call, at, policy, outcome, words) VALUES ('call_1', 7, 'ask', 'given', 'well, yes');"));
  const auto connection = database.open();
  EXPECT_EQ(connection->run("SELECT caller_name FROM calls")->front().text(0), "Zoe");
  EXPECT_EQ(connection->run("SELECT COUNT(*) FROM consents")->front().integer(0), 2);
  EXPECT_TRUE(schema_state(*connection)->pending.empty());
  if (GetParam() == Kind::sqlite) {
    EXPECT_EQ(connection->run("SELECT outcome FROM consents ORDER BY sequence")->back().text(0), "given");
    ASSERT_EQ(copies(), 1U) << "as it was, in case the migration is regretted";
    const auto copy = std::filesystem::directory_iterator(database.location().folder / "backups")->path();
    EXPECT_EQ(std::filesystem::status(copy).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto old = open_sqlite(copy, OpenMode::read_only);
    ASSERT_TRUE(old);
    EXPECT_EQ(schema_state(**old)->newest(), 4);
    EXPECT_EQ((*old)->run("SELECT caller_name FROM calls")->front().text(0), "Zoe");
  }
}

TEST_P(MigrationsOn, OneThatCameLateIsAppliedStill) {
  migrate_up_to(1);
  ASSERT_TRUE(database.connect()->run_script(std::string(migrations()[2].script) +
                                             "INSERT INTO schema_migrations VALUES (3, 'callers and quality')"));
  EXPECT_TRUE(open_database(database.location()));
}

TEST_P(MigrationsOn, OneThatFailsLeavesNothingBehind) {
  migrate_up_to(3);
  ASSERT_TRUE(database.connect()->run_script("CREATE TABLE consents_of_call (in_the_way BIGINT)"));
  const auto failed = open_database(database.location());
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, ::testing::HasSubstr("migration 4"));
  const auto connection = database.connect();
  EXPECT_FALSE(connection->run("SELECT 1 FROM consents")) << "the table before the one that failed is gone too";
  EXPECT_EQ(schema_state(*connection)->newest(), 3);
}

TEST(MigrationsOnPostgres, SeveralMachinesMayStartAtOnce) {
  const TestDatabase database(Kind::postgres, Schema::none);
  std::vector<std::thread> machines;
  std::atomic<int> started{0};
  for (int i = 0; i < 6; ++i)
    machines.emplace_back([&] {
      const auto opened = open_database(database.location());
      EXPECT_TRUE(opened) << opened.error().message;
      if (opened) ++started;
    });
  for (auto& machine : machines) machine.join();
  EXPECT_EQ(started, 6);
  EXPECT_EQ(database.connect()->run("SELECT COUNT(*) FROM organisations")->front().integer(0), 1);
}

}  // namespace frontdesk::store
