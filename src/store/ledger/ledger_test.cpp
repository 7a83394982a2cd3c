#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/ledger/alerts.hpp"
#include "store/ledger/audit_log.hpp"
#include "store/ledger/usage.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::ledger {
namespace {

using base::ErrorCode;
using test_databases::code_of;
using test_databases::Kind;

/// Not a real MAC, but one that depends on every byte and on the key.
Mac mac_with(std::uint64_t key) {
  return [key](std::string_view bytes) -> base::Result<store::Blob> {
    std::uint64_t hash = 1469598103934665603ULL ^ key;
    for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
    store::Blob mac;
    for (int i = 0; i < 8; ++i) mac.push_back(static_cast<std::uint8_t>(hash >> (8 * i)));
    return mac;
  };
}

class Ledger : public test_databases::TwoOrganisations {
 protected:
  AuditEntry entry(const std::string& subject) const {
    return {kOurs, kNow, "user", "user_1", "sip.update", subject, "{\"a\":\"b\"}", "192.0.2.7", "req_1"};
  }
  void append(int count) {
    for (int i = 0; i < count; ++i) {
      const auto head = audit.append(entry("sip_" + std::to_string(i)));
      ASSERT_TRUE(head) << head.error().message;
      ASSERT_EQ(head->sequence, i + 1);
    }
  }
  void tamper(const std::string& sql) { ASSERT_TRUE(connection->run_script(sql)); }

  AuditLog audit{*connection, mac_with(42)};
};

INSTANTIATE_TEST_SUITE_P(On, Ledger, ::testing::Values(Kind::sqlite, Kind::postgres), test_databases::KindName());

}  // namespace

TEST_P(Ledger, UsageAddsUp) {
  Usage usage(*connection);
  int number = 0;
  const auto add = [&](const std::string& kind, std::int64_t at, std::int64_t quantity, std::int64_t micros) {
    return usage.add({.id = "use_" + std::to_string(++number),
                      .organisation = kOurs,
                      .at = {at},
                      .kind = kind,
                      .provider = "openai",
                      .model = "m",
                      .quantity = quantity,
                      .cost_micros = micros,
                      .currency = "GBP"});
  };
  ASSERT_TRUE(add("input_tokens", 10, 5'000'000'000, 1));
  ASSERT_TRUE(add("input_tokens", 19, 1, 2));
  ASSERT_TRUE(add("input_tokens", 20, 7, 4));
  ASSERT_TRUE(add("call_seconds", 15, 60, 0));
  const auto totals = usage.totals(kOurs, {10}, {20});
  ASSERT_TRUE(totals) << totals.error().message;
  EXPECT_EQ(*totals, (std::vector<UsageTotal>{{"call_seconds", "openai", "m", "GBP", 60, 0, 1},
                                              {"input_tokens", "openai", "m", "GBP", 5'000'000'001, 3, 2}}));
  EXPECT_TRUE(usage.totals(kOther, {0}, {100})->empty());
}

TEST_P(Ledger, InvoicesAreKept) {
  Invoices invoices(*connection);
  const Invoice kept{.id = "inv_1",
                     .organisation = kOurs,
                     .number = "2026-001",
                     .period_from = {1},
                     .period_to = {2},
                     .currency = "GBP",
                     .net_micros = 100,
                     .tax_micros = 20,
                     .total_micros = 120,
                     .lines = "[]",
                     .state = InvoiceState::paid,
                     .created_at = kNow,
                     .updated_at = kNow,
                     .paid_at = kNow};
  ASSERT_TRUE(invoices.add(kept));
  EXPECT_EQ(store::values_of_record(*invoices.find(kOurs, "inv_1")), store::values_of_record(kept));
  auto twin = kept;
  twin.id = "inv_2";
  EXPECT_EQ(code_of(invoices.add(twin)), ErrorCode::already_exists);
}

TEST_P(Ledger, TheSameTroubleIsOneAlert) {
  Alerts alerts(*connection);
  const Trouble trouble{kOurs, "line_down", "sip_1", Severity::critical, "The line is down", "it was refused"};
  const auto first = alerts.raise(trouble, kNow);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->times, 1);
  ASSERT_TRUE(alerts.acknowledge(kOurs, first->id, "user_1", kNow));
  EXPECT_EQ(code_of(alerts.acknowledge(kOurs, first->id, "user_1", kNow)), ErrorCode::not_found);
  const auto again = alerts.raise(trouble, later(kNow, 60));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->times, 2);
  EXPECT_EQ(again->state, AlertState::acknowledged);
  EXPECT_EQ(again->last_at, later(kNow, 60));
  EXPECT_EQ(again->first_at, kNow);
  EXPECT_EQ(alerts.unresolved(kOurs, 10)->rows.size(), 1U);
  EXPECT_FALSE(*alerts.resolve(kOther, "line_down", "sip_1", kNow));
  EXPECT_TRUE(*alerts.resolve(kOurs, "line_down", "sip_1", later(kNow, 70)));
  EXPECT_FALSE(*alerts.resolve(kOurs, "line_down", "sip_1", kNow));
  EXPECT_TRUE(alerts.unresolved(kOurs, 10)->rows.empty());
  const auto anew = alerts.raise(trouble, later(kNow, 80));
  EXPECT_NE(anew->id, first->id);
  EXPECT_EQ(alerts.list(kOurs, 10)->rows.size(), 2U);
}

TEST_P(Ledger, AnUntouchedLogVerifies) {
  append(5);
  const auto verified = audit.verify(kOurs);
  EXPECT_TRUE(verified) << verified.error().message;
  EXPECT_TRUE(audit.verify(kOther)) << "an empty one too";
  EXPECT_TRUE(audit.verify(kOurs, *audit.head(kOurs)));
  const auto rows = audit.list(kOurs, 2);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().entry.subject, "sip_4");
  EXPECT_EQ(audit.list(kOurs, 10, 4)->front().sequence, 3);
  EXPECT_FALSE(AuditLog(*connection, mac_with(43)).verify(kOurs)) << "with another key nothing verifies";
}

TEST_P(Ledger, EveryTamperingIsFound) {
  const std::vector<std::string> ways = {
      "UPDATE audit_log SET actor = 'user_2' WHERE sequence = 3",
      "DELETE FROM audit_log WHERE sequence = 3",
      "DELETE FROM audit_log WHERE sequence = 5",
      "DELETE FROM audit_log",
      "UPDATE audit_log SET sequence = 99 WHERE sequence = 2; UPDATE audit_log SET sequence = 2 WHERE sequence = 3; "
      "UPDATE audit_log SET sequence = 3 WHERE sequence = 99",
      "UPDATE audit_log SET detail = '' WHERE sequence = 1",
      "UPDATE audit_log SET subject = subject || action, action = '' WHERE sequence = 4",
      "UPDATE audit_log SET organisation = 'org_other' WHERE sequence = 5",
  };
  append(5);
  for (const auto& way : ways) {
    ASSERT_TRUE(connection->run_script("BEGIN")) << way;
    tamper(way);
    EXPECT_EQ(code_of(audit.verify(kOurs)), ErrorCode::data_loss) << way;
    ASSERT_TRUE(connection->run_script("ROLLBACK"));
  }
  EXPECT_TRUE(audit.verify(kOurs));
}

TEST_P(Ledger, AnAnchorFindsATailCutOffWithItsHead) {
  append(5);
  const auto anchor = *audit.head(kOurs);
  const auto earlier = audit.list(kOurs, 1, 5)->front();
  ASSERT_TRUE(connection->write("DELETE FROM audit_log WHERE sequence = 5"));
  ASSERT_TRUE(connection->write("UPDATE audit_heads SET sequence = 4, mac = ?", {earlier.mac}));
  EXPECT_TRUE(audit.verify(kOurs)) << "nothing in the database shows it";
  EXPECT_EQ(code_of(audit.verify(kOurs, anchor)), ErrorCode::data_loss);
  ASSERT_TRUE(audit.append(entry("another")));
  EXPECT_TRUE(audit.verify(kOurs));
  EXPECT_EQ(code_of(audit.verify(kOurs, anchor)), ErrorCode::data_loss) << "another row in its place";
}

TEST_P(Ledger, AnEntryIsMadeWithItsChangeOrNotAtAll) {
  const auto done = connection->transaction([&]() -> base::Status {
    if (const auto appended = audit.append(entry("sip_1")); !appended) return tl::unexpected(appended.error());
    return base::fail(ErrorCode::cancelled, "test", "the change failed");
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(audit.head(kOurs)->sequence, 0);
  auto broken = AuditLog(*connection, [](std::string_view) -> base::Result<store::Blob> {
    return base::fail(ErrorCode::unavailable, "test", "no key");
  });
  EXPECT_EQ(code_of(broken.append(entry("sip_1"))), ErrorCode::unavailable);
  EXPECT_EQ(audit.head(kOurs)->sequence, 0);
}

TEST_P(Ledger, TextsThatAreNoneVerifyToo) {
  auto strange = entry(std::string("a\0b\xFF", 4));
  ASSERT_TRUE(audit.append(strange));
  EXPECT_TRUE(audit.verify(kOurs));
}

TEST_P(Ledger, ManyWritersMakeOneChain) {
  constexpr int kThreads = 4;
  constexpr int kEach = 15;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      const auto own = database.connect();
      AuditLog log(*own, mac_with(42));
      for (int n = 0; n < kEach; ++n)
        if (!log.append(entry("x"))) ++failures;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(audit.head(kOurs)->sequence, kThreads * kEach);
  EXPECT_TRUE(audit.verify(kOurs));
}

}  // namespace frontdesk::ledger
