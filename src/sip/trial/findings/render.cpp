#include "sip/trial/findings/render.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace frontdesk::findings {
namespace {

namespace bj = boost::json;

constexpr std::size_t kTitleWidth = 18;
constexpr std::size_t kTimeWidth = 8;
const std::string kIndent(4 + kTitleWidth + kTimeWidth + 2, ' ');

std::string_view mark(State state) {
  switch (state) {
    case State::ok:
      return "\xE2\x9C\x93";
    case State::warning:
      return "!";
    case State::failed:
      return "\xE2\x9C\x97";
    case State::running:
    case State::skipped:
      break;
  }
  return "-";
}

double milliseconds(base::Duration duration) {
  return static_cast<double>(duration.count() / 10'000) / 100;
}

std::string time_text(const Step& step) {
  return step.state == State::skipped ? "" : std::to_string(base::to_ms(step.took)) + " ms";
}

}  // namespace

std::string text(const Step& step) {
  const std::string heading(title(step.kind));
  const std::string time = time_text(step);
  std::string out =
      " " + std::string(mark(step.state)) + "  " + heading + std::string(kTitleWidth - heading.size(), ' ');
  out += std::string(kTimeWidth > time.size() ? kTimeWidth - time.size() : 0, ' ') + time + "  " + step.sentence + "\n";
  if (!step.diagnosis.cause.empty()) out += kIndent + step.diagnosis.cause + "\n";
  if (!step.diagnosis.fix.empty()) out += kIndent + "-> " + step.diagnosis.fix + "\n";
  return out;
}

std::string text(const LadderMessage& message) {
  std::string out =
      (message.sent ? "      >>> sent, " : "      <<< received, ") + std::to_string(base::to_ms(message.at)) + " ms\n";
  std::string_view rest = message.text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    out += "      " + std::string(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::string closing_text(const Report& report) {
  std::size_t warnings = 0;
  for (const auto& step : report.steps) warnings += step.state == State::warning ? 1 : 0;
  const std::string took = " (" + std::to_string(base::to_ms(report.took)) + " ms)\n";
  if (!report.passed()) return "The line does not work yet: see above what to do." + took;
  if (warnings == 0) return "The line works." + took;
  return "The line can be used; " + std::to_string(warnings) + (warnings == 1 ? " thing" : " things") + " to look at." +
         took;
}

std::string json(const Step& step) {
  bj::object out{{"type", "step"},
                 {"step", name(step.kind)},
                 {"title", title(step.kind)},
                 {"state", name(step.state)},
                 {"started_ms", milliseconds(step.started)},
                 {"took_ms", step.state == State::running ? bj::value() : bj::value(milliseconds(step.took))},
                 {"sentence", step.sentence}};
  if (step.diagnosis.fault != Fault::none) {
    out["fault"] = name(step.diagnosis.fault);
    out["cause"] = step.diagnosis.cause;
    out["fix"] = step.diagnosis.fix;
  }
  bj::object facts;
  for (const auto& fact : step.facts) facts[fact.name] = fact.value;
  out["facts"] = std::move(facts);
  return bj::serialize(out);
}

std::string json(const LadderMessage& message) {
  return bj::serialize(bj::object{{"type", "message"},
                                  {"direction", message.sent ? "sent" : "received"},
                                  {"at_ms", milliseconds(message.at)},
                                  {"text", message.text}});
}

std::string closing_json(const Report& report) {
  return bj::serialize(bj::object{{"type", "result"}, {"ok", report.passed()}, {"took_ms", milliseconds(report.took)}});
}

}  // namespace frontdesk::findings
