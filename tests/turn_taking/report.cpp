#include "turn_taking/report.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <map>

namespace frontdesk::turn_taking {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kHalves = {"all", "tuning", "held-out"};
constexpr base::Duration kSlow = base::milliseconds(700);

double ms(base::Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

template <class Keep>
std::vector<Judged> those(const std::vector<Judged>& judged, const Keep& keep) {
  std::vector<Judged> kept;
  for (const auto& each : judged)
    if (keep(*each.entry)) kept.push_back(each);
  return kept;
}

std::vector<Judged> half_of(const std::vector<Judged>& judged, std::string_view half) {
  return those(judged, [&](const Entry& entry) { return half == "all" ? entry.half != "extra" : entry.half == half; });
}

json::object json_of(const Share& share) {
  json::object object{{"n", share.of}, {"cut_off", share.cut_off}, {"undecided", share.undecided}};
  object["cut_off_percent"] = std::round(share.cut_off_percent() * 10) / 10;
  if (share.delay_ms.count > 0) {
    object["delay_p50_ms"] = std::round(share.delay_ms.p50);
    object["delay_p95_ms"] = std::round(share.delay_ms.p95);
  }
  return object;
}

/// One utterance under the shipped policy, to compare runs by.
json::object json_of(const Judged& judged) {
  json::object object{{"id", judged.entry->id}, {"kind", judged.entry->kind}, {"half", judged.entry->half}};
  if (judged.pause) object["pause_ms"] = std::round(ms(judged.pause->to - judged.pause->from));
  if (judged.cut_off()) object["cut_off"] = true;
  if (const auto delay = judged.delay()) object["delay_ms"] = std::round(ms(*delay));
  object["heard"] = judged.outcome.heard;
  return object;
}

using Groups = std::map<std::string, std::vector<Judged>>;

Groups groups_of(const std::vector<Judged>& judged) {
  Groups groups;
  for (const auto& each : judged) {
    if (each.entry->half == "extra") {
      groups["apart: " + each.entry->kind].push_back(each);
      continue;
    }
    groups["kind: " + each.entry->kind].push_back(each);
    groups[each.entry->human ? "voice: human" : "voice: synthetic"].push_back(each);
  }
  return groups;
}

json::object json_of(const Groups& groups) {
  json::object object;
  for (const auto& [name, judged] : groups) object[name] = json_of(share_of(judged));
  return object;
}

template <class... Arguments>
std::string formatted(const char* format, Arguments... arguments) {
  std::array<char, 240> line;
  const int length = std::snprintf(line.data(), line.size(), format, arguments...);
  return {line.data(), std::min(line.size() - 1, static_cast<std::size_t>(std::max(length, 0)))};
}

std::string row_of(const char* label, const Share& share) {
  return formatted("  %-24s %4zu %8.1f %8zu %9.0f %9.0f %9.0f\n", label, share.of, share.cut_off_percent(),
                   share.undecided, share.delay_ms.p50, share.delay_ms.p95, share.delay_ms.max);
}

std::string curve_of(const std::vector<Measured>& measured, std::string_view half) {
  auto text = formatted("%-10s policy     factor   cut-off %%   delay p50   delay p95 (ms, complete utterances)\n",
                        std::string(half).c_str());
  for (const auto& each : measured) {
    const auto pauses = share_of(half_of(each.pauses, half));
    const auto questions = share_of(half_of(each.questions, half));
    text += formatted("           %-9s %7.2f %11.1f %11.0f %11.0f\n", each.trial.policy.c_str(), each.trial.factor,
                      pauses.cut_off_percent(), questions.delay_ms.p50, questions.delay_ms.p95);
  }
  return text;
}

std::string pauses_of(const std::vector<Judged>& judged) {
  std::vector<double> lengths;
  for (const auto& each : judged) lengths.push_back(ms(each.pause->to - each.pause->from));
  const auto summary = meter::summarise(std::move(lengths));
  return formatted("%zu pauses of %.0f to %.0f ms, median %.0f\n\n", summary.count, summary.min, summary.max,
                   summary.p50);
}

}  // namespace

std::optional<base::Duration> Judged::delay() const {
  if (!outcome.decided || cut_off()) return std::nullopt;
  return *outcome.decided - speech_end;
}

Share share_of(const std::vector<Judged>& judged) {
  Share share;
  std::vector<double> delays;
  for (const auto& each : judged) {
    ++share.of;
    share.cut_off += each.cut_off() ? 1U : 0U;
    share.undecided += each.outcome.decided ? 0U : 1U;
    if (const auto delay = each.delay()) delays.push_back(ms(*delay));
  }
  share.delay_ms = meter::summarise(std::move(delays));
  return share;
}

std::string render_text(const std::vector<Measured>& measured) {
  std::string text = pauses_of(measured.front().pauses);
  for (const auto half : kHalves) text += curve_of(measured, half) + "\n";
  for (const auto& each : measured) {
    if (each.trial.policy != "adaptive" || each.trial.factor != 1.0) continue;
    text += "as shipped                     n cut-off% undecided delay p50       p95       max\n";
    for (const auto half : kHalves) {
      const std::string name(half);
      text += row_of(("complete, " + name).c_str(), share_of(half_of(each.questions, half)));
      text += row_of(("pausing, " + name).c_str(), share_of(half_of(each.pauses, half)));
    }
    for (const auto* set : {&each.questions, &each.pauses}) {
      text += set == &each.questions ? "complete, by\n" : "pausing, by\n";
      for (const auto& [name, judged] : groups_of(*set)) text += row_of(name.c_str(), share_of(judged));
    }
  }
  return text;
}

std::string render_cases(const Measured& shipped) {
  std::string text;
  for (const auto* set : {&shipped.questions, &shipped.pauses}) {
    for (const auto& each : *set) {
      const auto delay = each.delay();
      if (!each.cut_off() && delay && *delay < kSlow) continue;
      text += formatted("%s %s: %s", each.entry->id.c_str(), each.entry->half.c_str(), each.entry->text.c_str());
      if (each.pause) text += formatted(" [pause %.0f to %.0f]", ms(each.pause->from), ms(each.pause->to));
      text += formatted(", ends %.0f; ", ms(each.speech_end));
      text += each.cut_off() ? "CUT OFF" : delay ? formatted("%.0f ms", ms(*delay)) : "never answered";
      text += "; heard: " + each.outcome.heard + "\n";
      for (const auto& why : each.outcome.why) text += "    " + why + "\n";
    }
  }
  return text;
}

std::string render_json(const std::vector<Measured>& measured, bool detector) {
  json::object root{{"turn_detector", detector}};
  json::array curve;
  json::array utterances;
  for (const auto& each : measured) {
    json::object point{{"policy", each.trial.policy}, {"factor", each.trial.factor}};
    for (const auto half : kHalves) {
      point[half] = json::object{{"complete", json_of(share_of(half_of(each.questions, half)))},
                                 {"pausing", json_of(share_of(half_of(each.pauses, half)))}};
    }
    if (each.trial.policy == "adaptive" && each.trial.factor == 1.0) {
      for (const auto* set : {&each.questions, &each.pauses})
        for (const auto& judged : *set) utterances.push_back(json_of(judged));
      root["as_shipped_by"] =
          json::object{{"complete", json_of(groups_of(each.questions))}, {"pausing", json_of(groups_of(each.pauses))}};
    }
    curve.push_back(std::move(point));
  }
  root["curve"] = std::move(curve);
  root["utterances"] = std::move(utterances);
  return json::serialize(root);
}

}  // namespace frontdesk::turn_taking
