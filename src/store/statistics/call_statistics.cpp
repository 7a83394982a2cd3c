#include "store/statistics/call_statistics.hpp"

#include <array>

#include "store/call_mapping.hpp"

namespace frontdesk::statistics {
namespace {

constexpr std::string_view kDomain = "statistics";
constexpr const char* kOfPeriod = " WHERE organisation = ? AND started_at >= ? AND started_at < ?";
constexpr int kKindsOfStatus = 7;

constexpr std::array<const char*, kStages> kColumns{"gap_ms", "endpoint_ms", "stt_ms", "llm_ms", "tts_ms"};

PieceOfCalls piece_of(const store::Row& row) {
  PieceOfCalls piece;
  piece.begin = {row.integer(0)};
  piece.status = store::call_status(row.text(1)).value_or(store::CallStatus::failed);
  piece.calls = row.integer(2);
  piece.duration_ms = row.integer(3);
  piece.rated = row.integer(4);
  piece.confidence = row.real(5);
  piece.heard = row.integer(6);
  piece.mean_opinion_score = row.real(7);
  return piece;
}

}  // namespace

/// `first` are the values of the parameters before those of the period.
base::Result<store::Rows> CallStatistics::run(const Period& period, const std::string& sql,
                                              std::vector<store::Value> first) {
  first.emplace_back(period.organisation);
  first.emplace_back(period.from.unix_ms);
  first.emplace_back(period.to.unix_ms);
  return connection_.run(sql, first);
}

base::Result<std::vector<PieceOfCalls>> CallStatistics::pieces(const Period& period, Division division) {
  const auto width = division.width_ms;
  const auto count = width > 0 ? (period.to.unix_ms - period.from.unix_ms) / width + 2 : 0;
  if (width <= 0 || count * kKindsOfStatus > static_cast<std::int64_t>(store::kMaxRows))
    return base::fail(base::ErrorCode::out_of_range, kDomain, "the period has too many pieces: ask for longer ones");
  // Whole numbers divide to whole numbers in both databases.
  const auto rows =
      run(period,
          "SELECT (started_at + ?) / ? * ? - ? AS piece, status, COUNT(*), CAST(SUM(duration_ms) AS BIGINT),"
          " CAST(SUM(CASE WHEN ai_confidence > 0 THEN 1 ELSE 0 END) AS BIGINT), SUM(ai_confidence),"
          " COUNT(mos), COALESCE(SUM(mos), 0) FROM calls" +
              std::string(kOfPeriod) + " GROUP BY 1, 2 ORDER BY 1, 2",
          {division.offset_ms, width, width, division.offset_ms});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<PieceOfCalls> out;
  for (const auto& row : *rows) out.push_back(piece_of(row));
  return out;
}

base::Result<std::vector<TimeClass>> CallStatistics::times(const Period& period, Stage stage) {
  const std::string column = kColumns.at(static_cast<std::size_t>(stage));
  const auto longest = std::to_string(kLongestMs);
  const auto width = std::to_string(kClassMs);
  const auto rows = run(period, "SELECT CASE WHEN " + column + " < " + longest + " THEN " + column + " / " + width +
                                    " * " + width + " ELSE " + longest + " END AS class, COUNT(*)" +
                                    " FROM calls JOIN call_turns ON call_turns.call = calls.id" + kOfPeriod + " AND " +
                                    column + " IS NOT NULL GROUP BY 1 ORDER BY 1");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<TimeClass> out;
  for (const auto& row : *rows) out.push_back({row.integer(0), row.integer(1)});
  return out;
}

base::Result<std::vector<SourceUse>> CallStatistics::sources(const Period& period, int limit) {
  const auto rows =
      run(period, "SELECT sources, COUNT(*) FROM calls JOIN call_turns ON call_turns.call = calls.id" +
                      std::string(kOfPeriod) + " AND speaker = 'receptionist' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT " +
                      std::to_string(std::max(limit, 1)));
  if (!rows) return tl::unexpected(rows.error());
  std::vector<SourceUse> out;
  for (const auto& row : *rows) out.push_back({store::source_names(row.text(0)), row.integer(1)});
  return out;
}

base::Result<std::vector<EndingCount>> CallStatistics::endings(const Period& period) {
  const auto rows =
      run(period, "SELECT end_class, COUNT(*) FROM calls" + std::string(kOfPeriod) + " GROUP BY 1 ORDER BY 2 DESC, 1");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<EndingCount> out;
  for (const auto& row : *rows) out.push_back({row.text(0), row.integer(1)});
  return out;
}

}  // namespace frontdesk::statistics
