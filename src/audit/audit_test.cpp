#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

#include "audit/anchor_file.hpp"
#include "audit/log.hpp"
#include "audit/secret_use.hpp"
#include "store/test_databases/refused_records.hpp"

namespace frontdesk::audit {
namespace {

constexpr base::UtcTime kNow{1'800'000'000'000};
const Actor kZoe{"org_local", "user_zoe", "session_1", "192.0.2.1"};
const std::string kPlanted = "sk-planted-0123456789-WXYZ";

using test_databases::Kind;

class Audit : public testing::TestWithParam<Kind> {
 protected:
  Audit() : keys(std::make_shared<const vault::KeyRing>(*vault::KeyRing::from_text(std::string(64, 'a')))) {
    anchor = database.location().folder / kAnchorFile;
    connection = connect();
    EXPECT_TRUE(connection->run_script("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);"));
    log = std::move(*Log::open(*connection, keys, anchor, kNow));
  }

  std::unique_ptr<store::Connection> connect() { return database.connect(); }
  base::Status set(const std::string& name, const std::string& value) { return set(*connection, name, value); }
  base::Status set(store::Connection& by, const std::string& name, const std::string& value) {
    return log->change(by, kNow, [&](Trail& trail) -> base::Status {
      const auto written = by.run("INSERT INTO settings VALUES (?, ?)", {name, value});
      if (!written) return tl::unexpected(written.error());
      trail.add({kZoe, "settings.changed", name, {{"value", "", value}}});
      return {};
    });
  }
  void fill(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(set("name" + std::to_string(i), std::to_string(i)));
  }
  std::int64_t settings() { return connection->run("SELECT COUNT(*) FROM settings")->front().integer(0); }
  std::int64_t records() { return connection->run("SELECT COUNT(*) FROM audit_log")->front().integer(0); }
  void tamper(const std::string& sql) { ASSERT_TRUE(connection->run_script(sql + ";")); }
  std::vector<chain::Finding> findings() { return log->verify(*connection)->findings; }

  test_databases::TestDatabase database{GetParam()};
  std::filesystem::path anchor;
  secrets::DataKeys keys;
  std::unique_ptr<store::Connection> connection;
  std::unique_ptr<Log> log;
};

using chain::Fault;
using chain::Finding;

}  // namespace

TEST_P(Audit, RecordsAChangeWithItsTransaction) {
  ASSERT_TRUE(set("port", "5061"));
  const auto listed = log->list(*connection, "org_local", 0, 10);
  ASSERT_EQ(listed->size(), 1U);
  const auto& record = listed->front();
  EXPECT_EQ(record.sequence, 1);
  EXPECT_EQ(record.actor, "user_zoe");
  EXPECT_EQ(record.address, "192.0.2.1");
  EXPECT_EQ(record.action, "settings.changed");
  EXPECT_EQ(record.changes, (std::vector<chain::Change>{{"value", "", "5061"}}));
  EXPECT_TRUE(findings().empty());
  EXPECT_TRUE(log->list(*connection, "org_2", 0, 10)->empty());
}

TEST_P(Audit, ListsPagesNewestFirst) {
  fill(5);
  const auto first = log->list(*connection, "org_local", 0, 2);
  EXPECT_EQ(first->front().sequence, 5);
  EXPECT_EQ(log->list(*connection, "org_local", first->back().sequence, 10)->size(), 3U);
}

TEST_P(Audit, LeavesNothingBehindWhenTheChangeFails) {
  const auto failed = log->change(*connection, kNow, [&](Trail& trail) -> base::Status {
    EXPECT_TRUE(connection->run("INSERT INTO settings VALUES ('a', 'b')"));
    trail.add({kZoe, "settings.changed", "a", {}});
    return base::fail(base::ErrorCode::aborted, "test", "no");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(settings(), 0);
  EXPECT_EQ(records(), 0);
  EXPECT_TRUE(findings().empty());
}

TEST_P(Audit, RefusesTheChangeWhenTheRecordCannotBeWritten) {
  fill(2);
  ASSERT_TRUE(test_databases::refuse_rows(*connection, GetParam(), "audit_log"));
  EXPECT_FALSE(set("more", "x"));
  EXPECT_EQ(settings(), 2);
  ASSERT_TRUE(test_databases::take_rows_again(*connection, GetParam(), "audit_log"));
  EXPECT_TRUE(set("more", "x"));
  EXPECT_TRUE(findings().empty());
}

TEST_P(Audit, RefusesTheChangeWhenTheAnchorCannotBeWritten) {
  fill(2);
  std::filesystem::create_directory(anchor.string() + ".new");  // in its way
  const auto refused = set("more", "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry, base::Retry::later);
  EXPECT_EQ(settings(), 2);
  std::filesystem::remove(anchor.string() + ".new");
  EXPECT_TRUE(set("more", "x"));
  EXPECT_TRUE(findings().empty());
}

// The six.
TEST_P(Audit, ShowsAnEdit) {
  fill(5);
  tamper("UPDATE audit_log SET actor = 'user_mallory' WHERE sequence = 3");
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::changed, 3}}));
  tamper("UPDATE audit_log SET actor = 'user_zoe', changes = '[[\"value\",\"\",\"3\"]]' WHERE sequence = 3");
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::changed, 3}}));
}

TEST_P(Audit, ShowsADeletionInside) {
  fill(5);
  tamper("DELETE FROM audit_log WHERE sequence = 3");
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::missing, 3}}));
}

TEST_P(Audit, ShowsACutOffTail) {
  fill(5);
  tamper("DELETE FROM audit_log WHERE sequence > 3");
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::end_missing, 4}}));
  EXPECT_FALSE(set("more", "x"));  // which would make the cut unseen
  EXPECT_EQ(settings(), 5);
  tamper("DELETE FROM audit_log WHERE sequence > 4");
}

TEST_P(Audit, ShowsThatOnlyTheLastRecordIsGone) {
  fill(5);
  tamper("DELETE FROM audit_log WHERE sequence = 5");
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::end_missing, 5}}));
}

TEST_P(Audit, ShowsAnEmptiedTable) {
  fill(5);
  tamper("DELETE FROM audit_log");
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::end_missing, 1}}));
  EXPECT_FALSE(set("more", "x"));
}

TEST_P(Audit, ShowsReordering) {
  fill(5);
  tamper(
      "UPDATE audit_log SET sequence = 99 WHERE sequence = 2; UPDATE audit_log SET sequence = 2 WHERE sequence = 3; "
      "UPDATE audit_log SET sequence = 3 WHERE sequence = 99");
  EXPECT_FALSE(findings().empty());
  EXPECT_EQ(findings().front(), (Finding{Fault::changed, 2}));
}

TEST_P(Audit, ShowsAChainMadeAnewWithoutTheKey) {
  fill(5);
  chain::Mac mac{};
  const base::Secret guessed(std::string(32, 'x'));
  const auto listed = log->list(*connection, "org_local", 0, 10);
  for (auto it = listed->rbegin(); it != listed->rend(); ++it) {
    auto record = *it;
    record.actor = "user_nobody";
    mac = chain::mac_after(guessed, mac, record);
    std::string hex;
    for (const auto byte : mac) {
      hex += "0123456789abcdef"[byte >> 4U];
      hex += "0123456789abcdef"[byte & 15U];
    }
    ASSERT_TRUE(connection->run("UPDATE audit_log SET actor = ?, mac = ? WHERE sequence = ?",
                                {record.actor, hex, record.sequence}));
  }
  EXPECT_EQ(findings().size(), 6U);
}

TEST_P(Audit, MissesItsAnchor) {
  fill(3);
  std::filesystem::remove(anchor);
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::anchor_missing, 3}}));
  EXPECT_FALSE(set("more", "x"));
  const auto again = Log::open(*connection, keys, anchor, kNow);
  ASSERT_TRUE(again);
  EXPECT_FALSE(std::filesystem::exists(anchor));  // a new one would hide that it was gone
}

TEST_P(Audit, RefusesAForgedAnchor) {
  fill(3);
  std::ofstream(anchor) << "frontdesk audit anchor 1\nconfirmed 0 " << std::string(64, '0') << "\nseal "
                        << std::string(64, '0') << "\n";
  EXPECT_EQ(findings(), (std::vector<Finding>{{Fault::anchor_changed, 3}}));
  EXPECT_FALSE(set("more", "x"));
}

TEST_P(Audit, GoesOnAfterBeingStoppedBesideTheCommit) {
  fill(3);
  const auto before = *read_anchor(anchor);
  ASSERT_TRUE(set("after", "x"));
  ASSERT_TRUE(write_anchor(anchor, before));  // stopped before it was confirmed
  EXPECT_TRUE(findings().empty());
  EXPECT_TRUE(set("more", "x"));
  EXPECT_TRUE(findings().empty());
}

TEST_P(Audit, KeepsTheOrderOfManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      const auto own = connect();
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(set(*own, std::to_string(t) + "." + std::to_string(i), "x"));
    });
  for (auto& each : threads) each.join();
  EXPECT_EQ(records(), 40);
  EXPECT_TRUE(findings().empty());
  EXPECT_EQ(log->unconfirmed(), 0U);
}

TEST_P(Audit, IsVerifiedBesideTheRunningProgram) {
  fill(3);
  EXPECT_TRUE(verify(*connection, keys, anchor)->findings.empty());
  tamper("DELETE FROM audit_log WHERE sequence = 3");
  EXPECT_EQ(verify(*connection, keys, anchor)->findings.size(), 1U);
  tamper("DELETE FROM data_keys");
  EXPECT_FALSE(verify(*connection, keys, anchor));
}

TEST_P(Audit, TakesARestoredBackupOnlyWithAReason) {
  fill(5);
  tamper("DELETE FROM audit_log WHERE sequence > 3");
  ASSERT_TRUE(log->reanchor(*connection, {"org_local", "operator", "", ""}, "restored the backup of Monday", kNow));
  EXPECT_TRUE(findings().empty());
  EXPECT_TRUE(set("more", "x"));
  const auto told = log->list(*connection, "org_local", 5, 1)->front();
  EXPECT_EQ(told.action, "audit.reanchored");
  EXPECT_EQ(told.changes[0], (chain::Change{"end", "5", "3"}));
}

// A change that was acknowledged is there with its record, whenever the process is killed.
TEST_P(Audit, SurvivesBeingKilledAtAnyMoment) {
  connection.reset();
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 25; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const auto child = ::fork();
    if (child == 0) {
      connection = connect();
      for (int i = 0; i < 1'000'000; ++i)
        if (set(std::to_string(round) + "." + std::to_string(i), "x") && ::write(pipe_ends[1], "x", 1) != 1) ::_exit(1);
      ::_exit(0);
    }
    char byte = 0;
    for (int wanted = round % 5 + 1; wanted > 0; --wanted) ASSERT_EQ(::read(pipe_ends[0], &byte, 1), 1);
    for (volatile int spin = 0; spin < round * 20'000;) spin = spin + 1;  // another moment each round
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe_ends[1]);
    acknowledged += round % 5 + 1;
    while (::read(pipe_ends[0], &byte, 1) == 1) ++acknowledged;
    ::close(pipe_ends[0]);
  }
  connection = connect();
  EXPECT_GE(settings(), acknowledged);
  EXPECT_EQ(records(), settings());
  EXPECT_TRUE(findings().empty());
  EXPECT_TRUE(set("after", "x"));
}

TEST_P(Audit, RecordsEveryUseOfASecret) {
  const secrets::SecretStore store{secrets::SecretBox(keys)};
  const auto key = store.add(*connection, {"org_local", "user_zoe", "openai", "main", base::Secret(kPlanted)}, kNow);
  ASSERT_TRUE(key);
  EXPECT_EQ(use_secret(*log, store, *connection, kZoe, key->id, "test", kNow)->expose(), kPlanted);
  EXPECT_FALSE(use_secret(*log, store, *connection, {"org_2", "user_eve", "", ""}, key->id, "test", kNow));
  const auto told = log->list(*connection, "org_local", 0, 10);
  ASSERT_EQ(told->size(), 1U);
  EXPECT_EQ(told->front().action, "keys.used");
  EXPECT_EQ(told->front().subject, key->id);
  ASSERT_TRUE(test_databases::refuse_rows(*connection, GetParam(), "audit_log"));
  EXPECT_FALSE(use_secret(*log, store, *connection, kZoe, key->id, "test", kNow));
  EXPECT_EQ(store.find(*connection, "org_local", key->id)->uses, 1);
}

TEST_P(Audit, KeepsItsAnchorToItself) {
  fill(1);
  struct stat status {};
  ASSERT_EQ(::stat(anchor.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_P(Audit, ShowsNoSecretAndCutsLongValues) {
  ASSERT_TRUE(log->change(*connection, kNow, [&](Trail& trail) -> base::Status {
    trail.add({kZoe, "keys.replaced", "key_1", {{"key", "", chain::shown(base::Secret(kPlanted))}}});
    trail.add({kZoe, "receptionist.changed", "r", {{"prompt", "", std::string(1999, 'x') + "\xc3\xab"}}});
    return {};
  }));
  EXPECT_TRUE(findings().empty());
  EXPECT_EQ(log->list(*connection, "org_local", 0, 1)->front().changes[0].after, std::string(1999, 'x') + "...");
  for (const auto& entry : std::filesystem::directory_iterator(anchor.parent_path())) {
    std::ifstream in(entry.path(), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}).find(kPlanted), std::string::npos);
  }
}

TEST_P(Audit, ListsByWhoWhatAndWhen) {
  fill(3);
  const auto count = [&](const Filter& filter) { return log->list(*connection, filter, 10)->size(); };
  EXPECT_EQ(count({"org_local", {}, {}, {}, {}, {}, 0}), 3U);
  EXPECT_EQ(count({"org_2", {}, {}, {}, {}, {}, 0}), 0U);
  EXPECT_EQ(count({"org_local", "user_zoe", "settings.", "name1", kNow, {}, 0}), 1U);
  EXPECT_EQ(count({"org_local", "user_max", {}, {}, {}, {}, 0}), 0U);
  EXPECT_EQ(count({"org_local", {}, "settings", {}, {}, {}, 0}), 0U);
  EXPECT_EQ(count({"org_local", {}, "set.", {}, {}, {}, 0}), 0U);
  EXPECT_EQ(count({"org_local", {}, {}, {}, {}, kNow, 0}), 0U) << "earlier than the end";
  EXPECT_EQ(count({"org_local", {}, {}, {}, {}, {}, 3}), 2U);
}

TEST_P(Audit, HasPseudonymsThatOnlyItsKeyMakes) {
  const auto one = log->pseudonym("+443335550100");
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(one, log->pseudonym("+443335550100"));
  EXPECT_NE(one, log->pseudonym("+443335550101"));
}

INSTANTIATE_TEST_SUITE_P(Databases, Audit, testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace frontdesk::audit
