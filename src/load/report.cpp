#include "load/report.hpp"

#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>

namespace frontdesk::load {
namespace {

namespace json = boost::json;

double ms(base::Duration d) {
  return std::round(static_cast<double>(d.count()) / 1e4) / 100;
}

double rounded(double value) {
  return std::round(value * 100) / 100;
}

json::object deviations_value(const Deviations& deviations) {
  return {{"count", deviations.count()},
          {"p50", ms(deviations.percentile(50))},
          {"p99", ms(deviations.percentile(99))},
          {"p99_9", ms(deviations.percentile(99.9))},
          {"max", ms(deviations.max())}};
}

/// "  name                 text"
void add_row(std::string& out, const std::string& name, const std::string& text) {
  constexpr std::size_t kWidth = 24;
  out += "  " + name + std::string(name.size() < kWidth ? kWidth - name.size() : 1, ' ') + text + "\n";
}

std::string in_ms(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

std::string percentiles(const Deviations& deviations) {
  return "p50 " + in_ms(ms(deviations.percentile(50))) + "  p99 " + in_ms(ms(deviations.percentile(99))) + "  p99.9 " +
         in_ms(ms(deviations.percentile(99.9))) + "  max " + in_ms(ms(deviations.max())) + " ms";
}

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what;
}

}  // namespace

std::uint64_t CallFigures::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : failures) sum += count;
  return sum;
}

std::string render_text(const LoadReport& report) {
  const CallFigures& calls = report.calls;
  const PacketFigures& packets = report.packets;
  std::string out = report.uri + ", " + in_ms(base::to_seconds(report.length)) + " s" +
                    (report.stopped ? ", stopped before its time" : "") + "\n";
  add_row(out, "calls",
          counted(calls.placed, "placed, ") + counted(calls.answered, "answered, ") +
              counted(calls.completed, "ended as planned, ") + counted(calls.failed(), "failed, ") + "at most " +
              counted(calls.most_at_once, "at once"));
  for (const auto& [reason, count] : calls.failures) add_row(out, "  failed", counted(count, reason));
  add_row(out, "without audio",
          counted(calls.without_audio, "calls, ") + counted(calls.silent, "silent, ") +
              counted(calls.cut_short, "cut short"));
  add_row(out, "set-up",
          "p50 " + in_ms(report.setup_ms.p50) + "  p95 " + in_ms(report.setup_ms.p95) + "  p99 " +
              in_ms(report.setup_ms.p99) + "  max " + in_ms(report.setup_ms.max) + " ms");
  add_row(out, "packets received",
          counted(packets.received, "of ") + counted(packets.expected, "expected, ") + counted(packets.lost, "lost (") +
              counted(packets.dropped_here, "of them here), ") + counted(packets.late, "late"));
  add_row(out, "packets sent", counted(packets.sent, "") + counted(packets.not_sent, "not taken by our kernel"));
  add_row(out, "off 20 ms between", percentiles(report.deviations));
  add_row(out, "our own clock late", percentiles(report.lateness));
  return out;
}

std::string render_json(const LoadReport& report) {
  const CallFigures& calls = report.calls;
  const PacketFigures& packets = report.packets;
  json::object failures;
  for (const auto& [reason, count] : calls.failures) failures[reason] = count;
  return json::serialize(json::object{{"uri", report.uri},
                                      {"seconds", rounded(base::to_seconds(report.length))},
                                      {"stopped", report.stopped},
                                      {"calls",
                                       {{"placed", calls.placed},
                                        {"answered", calls.answered},
                                        {"completed", calls.completed},
                                        {"failed", calls.failed()},
                                        {"failures", failures},
                                        {"most_at_once", calls.most_at_once},
                                        {"without_audio", calls.without_audio},
                                        {"silent", calls.silent},
                                        {"cut_short", calls.cut_short}}},
                                      {"packets",
                                       {{"sent", packets.sent},
                                        {"not_sent", packets.not_sent},
                                        {"expected", packets.expected},
                                        {"received", packets.received},
                                        {"lost", packets.lost},
                                        {"late", packets.late},
                                        {"dropped_here", packets.dropped_here}}},
                                      {"setup_ms",
                                       {{"count", report.setup_ms.count},
                                        {"p50", rounded(report.setup_ms.p50)},
                                        {"p95", rounded(report.setup_ms.p95)},
                                        {"p99", rounded(report.setup_ms.p99)},
                                        {"max", rounded(report.setup_ms.max)}}},
                                      {"interval_deviation_ms", deviations_value(report.deviations)},
                                      {"caller_late_ms", deviations_value(report.lateness)}});
}

int exit_code(const LoadReport& report) {
  const CallFigures& calls = report.calls;
  const bool heard = calls.without_audio == 0 && calls.silent == 0 && calls.cut_short == 0;
  return calls.answered > 0 && calls.failed() == 0 && heard ? 0 : 1;
}

}  // namespace frontdesk::load
