#include <gtest/gtest.h>

#include <set>

#include "audit/chain/verifier.hpp"

namespace frontdesk::chain {
namespace {

const base::Secret kKey(std::string(32, 'k'));

struct Row {
  Record record;
  Mac mac;
};

Record record(std::int64_t sequence) {
  return {sequence,
          {1'800'000'000'000 + sequence},
          "org_1",
          "user_1",
          "session_1",
          "192.0.2.1",
          "lines.changed",
          "line_" + std::to_string(sequence),
          {{"port", "5060", "5061"}}};
}

std::vector<Row> log_of(std::int64_t count, const base::Secret& key = kKey) {
  std::vector<Row> rows;
  Mac mac{};
  for (std::int64_t i = 1; i <= count; ++i) {
    mac = mac_after(key, mac, record(i));
    rows.push_back({record(i), mac});
  }
  return rows;
}

Anchor anchor_of(const std::vector<Row>& rows) {
  if (rows.empty()) return {};
  return {{rows.back().record.sequence, rows.back().mac}, {}};
}

std::vector<Finding> findings(const std::vector<Row>& rows, const base::Result<Anchor>& anchor) {
  Verifier verifier(kKey);
  verifier.set_anchor(anchor);
  for (const auto& row : rows) verifier.add(row.record, row.mac);
  return verifier.finish();
}

}  // namespace

TEST(Chain, OfAnUntouchedLogIsWhole) {
  for (const auto count : {0, 1, 2, 50})
    EXPECT_TRUE(findings(log_of(count), anchor_of(log_of(count))).empty()) << count;
  // Appended after the anchor was written, or by another machine.
  EXPECT_TRUE(findings(log_of(50), anchor_of(log_of(49))).empty());
}

TEST(Chain, ShowsAnEditOfAnyField) {
  const std::vector<std::function<void(Record&)>> edits = {
      [](auto& r) { r.at.unix_ms += 1; },        [](auto& r) { r.organisation = "org_2"; },
      [](auto& r) { r.actor = "user_2"; },       [](auto& r) { r.session.clear(); },
      [](auto& r) { r.address = "192.0.2.2"; },  [](auto& r) { r.action = "lines.read"; },
      [](auto& r) { r.subject += "x"; },         [](auto& r) { r.changes.clear(); },
      [](auto& r) { r.changes[0].before = ""; }, [](auto& r) { r.changes[0].after = "5062"; },
      [](auto& r) { r.changes.push_back({}); },  [](auto& r) { std::swap(r.actor, r.session); }};
  for (std::size_t i = 0; i < edits.size(); ++i) {
    auto rows = log_of(5);
    edits[i](rows[2].record);
    EXPECT_EQ(findings(rows, anchor_of(rows)), (std::vector<Finding>{{Fault::changed, 3}})) << i;
  }
}

TEST(Chain, ShowsDeletedRecordsInside) {
  auto rows = log_of(6);
  rows.erase(rows.begin() + 2, rows.begin() + 4);
  EXPECT_EQ(findings(rows, anchor_of(rows)), (std::vector<Finding>{{Fault::missing, 3}}));
  // Closing the gap by renumbering shows as well.
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].record.sequence = static_cast<std::int64_t>(i) + 1;
  EXPECT_FALSE(findings(rows, anchor_of(log_of(4))).empty());
}

TEST(Chain, ShowsADeletedTailAndADeletedLog) {
  const auto whole = log_of(6);
  auto rows = whole;
  rows.pop_back();
  EXPECT_EQ(findings(rows, anchor_of(whole)), (std::vector<Finding>{{Fault::end_missing, 6}}));
  EXPECT_EQ(findings({}, anchor_of(whole)), (std::vector<Finding>{{Fault::end_missing, 1}}));
  EXPECT_FALSE(check_end({5, rows.back().mac}, anchor_of(whole)));
  EXPECT_FALSE(check_end({}, anchor_of(whole)));
  EXPECT_TRUE(check_end({6, whole.back().mac}, anchor_of(whole)));
}

TEST(Chain, ShowsATailThatWasReplaced) {
  const auto whole = log_of(6);
  auto rows = log_of(5);
  auto other = record(6);
  other.actor = "user_9";
  rows.push_back({other, mac_after(kKey, rows.back().mac, other)});  // by somebody who has the key
  EXPECT_EQ(findings(rows, anchor_of(whole)), (std::vector<Finding>{{Fault::end_different, 6}}));
  EXPECT_FALSE(check_end({6, rows.back().mac}, anchor_of(whole)));
}

// Written with the key, but in a history that was given up: after a backup was restored numbers come again.
TEST(Chain, ShowsARecordOfAnotherHistory) {
  auto rows = log_of(5);
  auto other = record(3);
  other.actor = "user_9";
  auto swapped = rows;
  swapped[2] = {other, mac_after(kKey, rows[1].mac, other)};
  EXPECT_EQ(findings(swapped, anchor_of(rows)), (std::vector<Finding>{{Fault::changed, 4}}));
}

TEST(Chain, ShowsReordering) {
  auto rows = log_of(6);
  std::swap(rows[2], rows[3]);
  std::swap(rows[2].record.sequence, rows[3].record.sequence);
  EXPECT_FALSE(findings(rows, anchor_of(log_of(6))).empty());
  rows = log_of(6);
  std::swap(rows[2], rows[3]);
  EXPECT_FALSE(findings(rows, anchor_of(log_of(6))).empty());
}

TEST(Chain, ShowsAChainMadeAnewWithoutTheKey) {
  const auto forged = log_of(6, base::Secret(std::string(32, 'x')));
  const auto found = findings(forged, anchor_of(log_of(6)));
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](auto& each) { return each.fault == Fault::changed; }), 6);
  EXPECT_EQ(found.back(), (Finding{Fault::end_different, 6}));
}

TEST(Chain, MissesItsAnchor) {
  const auto absent = base::fail(base::ErrorCode::not_found, "test", "");
  EXPECT_EQ(findings(log_of(2), absent), (std::vector<Finding>{{Fault::anchor_missing, 2}}));
  EXPECT_TRUE(findings({}, absent).empty());
  EXPECT_EQ(findings(log_of(2), base::fail(base::ErrorCode::data_loss, "test", "")),
            (std::vector<Finding>{{Fault::anchor_changed, 2}}));
}

TEST(Chain, TellsNumbersThatCannotBe) {
  auto rows = log_of(2);
  rows.insert(rows.begin(), {record(0), {}});
  EXPECT_EQ(findings(rows, anchor_of(log_of(2))), (std::vector<Finding>{{Fault::unexpected, 0}}));
}

TEST(Chain, StopsReportingSomewhere) {
  EXPECT_EQ(findings(log_of(500, base::Secret(std::string(32, 'x'))), anchor_of({})).size(), kMostFindings);
}

TEST(Canonical, HasNoTwoReadings) {
  std::set<std::string> texts;
  auto one = record(1);
  texts.insert(canonical(one));
  one.actor = "user_1session_1";
  one.session = "";
  texts.insert(canonical(one));
  one.changes = {{"port", "50605061", ""}};
  texts.insert(canonical(one));
  one.changes = {{"port5060", "5061", ""}};
  texts.insert(canonical(one));
  EXPECT_EQ(texts.size(), 4U);
}

TEST(Anchor, ComesBackAndShowsEveryChange) {
  const Anchor anchor{{41, {1, 2, 3}}, Head{42, {4, 5, 6}}};
  const auto text = anchor_text(anchor, kKey);
  ASSERT_TRUE(parse_anchor(text, kKey));
  EXPECT_EQ(*parse_anchor(text, kKey), anchor);
  EXPECT_EQ(*parse_anchor(anchor_text({}, kKey), kKey), Anchor{});
  EXPECT_FALSE(parse_anchor(text, base::Secret(std::string(32, 'x'))));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == '7' ? '8' : '7';
    EXPECT_FALSE(parse_anchor(changed, kKey)) << i;
    EXPECT_FALSE(parse_anchor(text.substr(0, i), kKey)) << i;
  }
  EXPECT_FALSE(parse_anchor(text + "\n", kKey));
  EXPECT_FALSE(parse_anchor("", kKey));
}

TEST(Shown, NeverShowsASecret) {
  EXPECT_EQ(shown(base::Secret()), "(not set)");
  EXPECT_EQ(shown(base::Secret("short")), "(secret)");
  EXPECT_EQ(shown(base::Secret("sk-0123456789-WXYZ")), "(secret ending WXYZ)");
}

}  // namespace frontdesk::chain
