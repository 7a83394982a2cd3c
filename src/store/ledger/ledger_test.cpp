#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/ledger/alerts.hpp"
#include "store/ledger/usage.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::ledger {
namespace {

using base::ErrorCode;
using test_databases::code_of;
using test_databases::Kind;

class Ledger : public test_databases::TwoOrganisations {};

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

}  // namespace frontdesk::ledger
