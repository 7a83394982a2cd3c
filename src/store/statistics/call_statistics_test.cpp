#include "store/statistics/call_statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/call_writer.hpp"

namespace frontdesk::statistics {
namespace {

using store::CallStatus;
constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kHour = 3'600'000;

class Statistics : public ::testing::Test {
 protected:
  Statistics() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-statistics-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    connection = std::move(*store::open_database(folder));
  }
  ~Statistics() override {
    connection.reset();
    std::filesystem::remove_all(folder);
  }

  /// With an answer for each gap.
  void call(std::int64_t at, CallStatus status, double confidence = 0, std::optional<double> mos = {},
            const std::vector<std::int64_t>& gaps = {}) {
    store::CallWriter writer(*connection);
    store::CallRow row;
    row.id = "call_" + std::to_string(++number);
    row.started_at = {at};
    ASSERT_TRUE(writer.begin(row));
    std::int64_t index = 0;
    for (const auto gap : gaps) {
      store::TurnRow turn;
      turn.call = row.id;
      turn.index = index++;
      turn.speaker = store::TurnSpeaker::receptionist;
      turn.gap_ms = gap;
      turn.llm_ms = gap / 2;
      turn.confidence = confidence;
      turn.sources = gap < 400 ? std::vector<std::string>{"hours", "faq:parking"} : std::vector<std::string>{};
      ASSERT_TRUE(writer.add_turn(turn));
    }
    row.status = status;
    row.end_class = status == CallStatus::answered ? "completed" : "failed";
    row.duration_ms = 1000 * number;
    row.ai_confidence = confidence;
    row.quality.mean_opinion_score = mos;
    ASSERT_TRUE(writer.finish(row));
  }

  static Period days(std::int64_t from, std::int64_t to) {
    Period period;
    period.from = {from * kDay};
    period.to = {to * kDay};
    return period;
  }

  std::string folder;
  std::unique_ptr<store::Connection> connection;
  int number = 0;
};

TEST_F(Statistics, CountsByHourAndWayOfEnding) {
  call(10 * kDay + 5, CallStatus::answered, 0.5, 4.0, {300});
  call(10 * kDay + kHour - 1, CallStatus::answered, 0.0, {});
  call(10 * kDay + kHour, CallStatus::missed);
  call(11 * kDay, CallStatus::answered);
  const auto pieces = CallStatistics(*connection).pieces(days(10, 11), {});
  ASSERT_TRUE(pieces) << pieces.error().message;
  ASSERT_EQ(pieces->size(), 2U);
  const auto& first = pieces->front();
  EXPECT_EQ(first.begin.unix_ms, 10 * kDay);
  EXPECT_EQ(first.status, CallStatus::answered);
  EXPECT_EQ(first.calls, 2);
  EXPECT_EQ(first.duration_ms, 3000);
  EXPECT_EQ(first.rated, 1);
  EXPECT_DOUBLE_EQ(first.confidence, 0.5);
  EXPECT_EQ(first.heard, 1);
  EXPECT_DOUBLE_EQ(first.mean_opinion_score, 4.0);
  EXPECT_EQ(pieces->back().begin.unix_ms, 10 * kDay + kHour);
  EXPECT_EQ(pieces->back().status, CallStatus::missed);
}

TEST_F(Statistics, DaysBeginAtLocalMidnight) {
  call(10 * kDay - kHour, CallStatus::answered);      // 00:00 of day 10 in a zone one hour ahead
  call(10 * kDay - kHour - 1, CallStatus::answered);  // 23:59:59.999 of day 9
  const auto pieces = CallStatistics(*connection).pieces(days(9, 11), {kDay, kHour});
  ASSERT_TRUE(pieces);
  ASSERT_EQ(pieces->size(), 2U);
  EXPECT_EQ(pieces->at(0).begin.unix_ms, 9 * kDay - kHour);
  EXPECT_EQ(pieces->at(1).begin.unix_ms, 10 * kDay - kHour);
}

TEST_F(Statistics, APeriodOfTooManyPiecesIsRefused) {
  CallStatistics statistics(*connection);
  EXPECT_TRUE(statistics.pieces(days(0, 59), {}));
  EXPECT_EQ(statistics.pieces(days(0, 600), {}).error().code, base::ErrorCode::out_of_range);
  EXPECT_TRUE(statistics.pieces(days(0, 600), {kDay, 0}));
  EXPECT_FALSE(statistics.pieces(days(0, 1), {0, 0}));
}

TEST_F(Statistics, TimesAreClassesAndTheLongestIsOpen) {
  call(kDay, CallStatus::answered, 0, {}, {345, 349, 350, 99'000});
  CallStatistics statistics(*connection);
  const auto gaps = statistics.times(days(1, 2), Stage::gap);
  ASSERT_TRUE(gaps);
  ASSERT_EQ(gaps->size(), 3U);
  EXPECT_EQ(gaps->at(0).from_ms, 340);
  EXPECT_EQ(gaps->at(0).turns, 2);
  EXPECT_EQ(gaps->at(1).from_ms, 350);
  EXPECT_EQ(gaps->at(2).from_ms, kLongestMs);
  EXPECT_EQ(statistics.times(days(1, 2), Stage::model)->front().from_ms, 170);
  EXPECT_TRUE(statistics.times(days(1, 2), Stage::voice)->empty()) << "was never measured";
}

TEST_F(Statistics, SourcesSayWhatPeopleAskAbout) {
  call(kDay, CallStatus::answered, 0.9, {}, {300, 310, 500});
  const auto sources = CallStatistics(*connection).sources(days(1, 2), 10);
  ASSERT_TRUE(sources);
  ASSERT_EQ(sources->size(), 2U);
  EXPECT_THAT(sources->front().sources, ::testing::ElementsAre("hours", "faq:parking"));
  EXPECT_EQ(sources->front().answers, 2);
  EXPECT_TRUE(sources->back().sources.empty());
  EXPECT_EQ(CallStatistics(*connection).sources(days(1, 2), 1)->size(), 1U);
}

TEST_F(Statistics, OtherOrganisationsDoNotCount) {
  call(kDay, CallStatus::answered, 0.9, 4.2, {300});
  auto period = days(1, 2);
  period.organisation = "org_other";
  CallStatistics statistics(*connection);
  EXPECT_TRUE(statistics.pieces(period, {})->empty());
  EXPECT_TRUE(statistics.times(period, Stage::gap)->empty());
  EXPECT_TRUE(statistics.sources(period, 5)->empty());
  EXPECT_TRUE(statistics.endings(period)->empty());
  EXPECT_EQ(statistics.endings(days(1, 2))->front().end_class, "completed");
}

}  // namespace
}  // namespace frontdesk::statistics
