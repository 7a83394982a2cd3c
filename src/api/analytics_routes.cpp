#include "api/analytics_routes.hpp"

#include "api/analytics_views.hpp"
#include "api/call_queries.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {

struct AnalyticsQuery {
  std::optional<When> from;
  std::optional<When> to;
};
BOOST_DESCRIBE_STRUCT(AnalyticsQuery, (), (from, to))
constexpr auto about(const AnalyticsQuery*) {
  return json::about("AnalyticsQuery", "",
                     Note{.member = "from", .text = "Left out: 30 days before the end, at the start of that day."},
                     Note{.member = "to", .text = "Left out: now."});
}

struct DashboardQuery {
  std::optional<When> from;
  std::optional<When> to;
  bool compare = false;
};
BOOST_DESCRIBE_STRUCT(DashboardQuery, (), (from, to, compare))
constexpr auto about(const DashboardQuery*) {
  return json::about(
      "DashboardQuery", "", Note{.member = "from", .text = "Left out: the start of today."},
      Note{.member = "to", .text = "Left out: now."},
      Note{.member = "compare", .text = "With the period before, of the same length.", .optional = true});
}

namespace {

using rest::Access;
using rest::Answer;
using statistics::Period;
using statistics::Stage;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kLongestHourlyMs = 58 * 24 * kHourMs;  // as many pieces as one result holds
constexpr std::int64_t kQuarterDayMs = 6 * kHourMs;
constexpr int kUsualDays = 30;
constexpr int kLongestDays = 300;
constexpr int kSourceLists = 1000;  // different lists of sources that are counted
constexpr std::size_t kTopSources = 20;

/// One answer's view on the database.
class Reading {
 public:
  static Answer<Reading> begin(const AnalyticsSources& sources, const access::Principal& who,
                               const Answer<Period>& asked) {
    if (!asked) return tl::unexpected(asked.error());
    auto period = *asked;
    if (!sources.database) return tl::unexpected(rest::Problem(503, "there is no call log here"));
    auto lease = sources.database->take();
    if (!lease) return tl::unexpected(lease.error());
    period.organisation = who.organisation;
    return Reading(std::move(*lease), std::move(period), sources.zone ? sources.zone() : business_hours::TimeZone{});
  }

  const business_hours::TimeZone& zone() const { return zone_; }
  const Period& period() const { return period_; }
  PeriodView view() const { return {period_.from, period_.to, zone_.name}; }

  /// By hours, or by quarters of days where the period is too long for that.
  base::Result<std::vector<statistics::PieceOfCalls>> pieces() { return pieces(period_); }
  base::Result<std::vector<statistics::PieceOfCalls>> before() {
    auto earlier = period_;
    earlier.to = period_.from;
    earlier.from = {2 * period_.from.unix_ms - period_.to.unix_ms};
    return pieces(earlier);
  }
  base::Result<std::vector<statistics::SourceUse>> sources() { return figures().sources(period_, kSourceLists); }
  base::Result<std::vector<statistics::EndingCount>> endings() { return figures().endings(period_); }

  base::Result<ReplyTimesView> reply() {
    ReplyTimesView view;
    const std::array<std::pair<Stage, TimesView*>, statistics::kStages> stages{{{Stage::gap, &view.gap},
                                                                                {Stage::endpoint, &view.endpoint},
                                                                                {Stage::transcript, &view.transcript},
                                                                                {Stage::model, &view.model},
                                                                                {Stage::voice, &view.voice}}};
    for (const auto& [stage, target] : stages) {
      const auto classes = figures().times(period_, stage);
      if (!classes) return tl::unexpected(classes.error());
      *target = view_of(insight::percentiles(*classes));
    }
    return view;
  }

 private:
  Reading(store::Pool::Lease lease, Period period, business_hours::TimeZone zone)
      : lease_(std::move(lease)), period_(std::move(period)), zone_(std::move(zone)) {}

  statistics::CallStatistics figures() { return statistics::CallStatistics(*lease_); }
  base::Result<std::vector<statistics::PieceOfCalls>> pieces(const Period& period) {
    const bool hourly = period.to.unix_ms - period.from.unix_ms <= kLongestHourlyMs;
    const auto offset = std::int64_t{1000} * zone_.offset_at(period.from.unix_ms / 1000);
    return figures().pieces(period, {hourly ? kHourMs : kQuarterDayMs, hourly ? 0 : offset});
  }

  store::Pool::Lease lease_;
  Period period_;
  business_hours::TimeZone zone_;
};

Answer<Period> period_of(const AnalyticsSources& sources, const std::optional<When>& from,
                         const std::optional<When>& to, int usual_days) {
  const auto zone = sources.zone ? sources.zone() : business_hours::TimeZone{};
  Period period;
  period.to = to ? to->time : base::wall_now();
  const auto last = business_hours::to_local(zone, {period.to.unix_ms - 1}).date;
  period.from = from ? from->time : business_hours::to_utc(zone, business_hours::add_days(last, 1 - usual_days), 0);
  if (period.to <= period.from) return tl::unexpected(rest::invalid_parameter("to", "it must be after from"));
  if (period.to.unix_ms - period.from.unix_ms > kLongestDays * 24 * kHourMs)
    return tl::unexpected(rest::invalid_parameter("from", "it must be at most 300 days before to"));
  return period;
}

Answer<DashboardView> dashboard(const AnalyticsSources& sources, const access::Principal& who,
                                const DashboardQuery& query) {
  auto reading = Reading::begin(sources, who, period_of(sources, query.from, query.to, 1));
  if (!reading) return tl::unexpected(reading.error());
  const auto pieces = reading->pieces();
  if (!pieces) return tl::unexpected(pieces.error());
  const auto reply = reading->reply();
  if (!reply) return tl::unexpected(reply.error());
  const auto uses = reading->sources();
  if (!uses) return tl::unexpected(uses.error());
  DashboardView view;
  view.period = reading->view();
  view.calls_now = sources.calls_now ? sources.calls_now() : 0;
  view.totals = view_of(insight::totals(*pieces));
  view.reply = *reply;
  view.grounded = insight::grounded(*uses);
  view.calls_by_hour.assign(24, 0);
  for (const auto& day : insight::by_weekday_and_hour(*pieces, reading->zone()))
    for (std::size_t hour = 0; hour < day.size(); ++hour) view.calls_by_hour[hour] += day.at(hour);
  if (!query.compare) return view;
  const auto before = reading->before();
  if (!before) return tl::unexpected(before.error());
  view.before = view_of(insight::totals(*before));
  return view;
}

Answer<CallAnalyticsView> calls(const AnalyticsSources& sources, const access::Principal& who,
                                const AnalyticsQuery& query) {
  auto reading = Reading::begin(sources, who, period_of(sources, query.from, query.to, kUsualDays));
  if (!reading) return tl::unexpected(reading.error());
  const auto pieces = reading->pieces();
  if (!pieces) return tl::unexpected(pieces.error());
  const auto uses = reading->sources();
  if (!uses) return tl::unexpected(uses.error());
  const auto endings = reading->endings();
  if (!endings) return tl::unexpected(endings.error());
  CallAnalyticsView view;
  view.period = reading->view();
  view.totals = view_of(insight::totals(*pieces));
  for (const auto& day : insight::by_day(*pieces, reading->zone(), reading->period()))
    view.days.push_back(view_of(day));
  for (const auto& day : insight::by_weekday_and_hour(*pieces, reading->zone()))
    view.by_weekday_and_hour.emplace_back(day.begin(), day.end());
  for (const auto& each : *endings) view.endings.push_back({each.end_class, each.calls});
  for (const auto& each : insight::top_sources(*uses, kTopSources))
    view.top_sources.push_back({each.source, each.answers});
  view.grounded = insight::grounded(*uses);
  return view;
}

Answer<VoiceQualityView> voice_quality(const AnalyticsSources& sources, const access::Principal& who,
                                       const AnalyticsQuery& query) {
  auto reading = Reading::begin(sources, who, period_of(sources, query.from, query.to, kUsualDays));
  if (!reading) return tl::unexpected(reading.error());
  const auto pieces = reading->pieces();
  if (!pieces) return tl::unexpected(pieces.error());
  const auto reply = reading->reply();
  if (!reply) return tl::unexpected(reply.error());
  VoiceQualityView view;
  view.period = reading->view();
  view.mos = insight::totals(*pieces).mean_opinion_score;
  for (const auto& piece : *pieces) view.calls_judged += piece.heard;
  view.reply = *reply;
  for (const auto& day : insight::by_day(*pieces, reading->zone(), reading->period()))
    view.days.push_back(view_of(day));
  return view;
}

}  // namespace

void add_analytics_routes(rest::Api& api, AnalyticsSources from) {
  const auto sources = std::make_shared<const AnalyticsSources>(std::move(from));
  const auto read = Access::needs(access::permission::kReadAnalytics);
  api.get("/api/analytics/dashboard",
          {.id = "showDashboard", .tag = "Analytics", .access = read, .summary = "How things are"},
          [sources](const rest::Request<rest::Query<DashboardQuery>>& request) {
            return dashboard(*sources, request.principal, request.query);
          });
  api.get("/api/analytics/calls",
          {.id = "analyseCalls", .tag = "Analytics", .access = read, .summary = "Calls over time"},
          [sources](const rest::Request<rest::Query<AnalyticsQuery>>& request) {
            return calls(*sources, request.principal, request.query);
          });
  api.get("/api/analytics/voice-quality",
          {.id = "analyseVoiceQuality",
           .tag = "Analytics",
           .access = read,
           .summary = "How calls sounded and how fast answers came"},
          [sources](const rest::Request<rest::Query<AnalyticsQuery>>& request) {
            return voice_quality(*sources, request.principal, request.query);
          });
}

}  // namespace frontdesk::api
