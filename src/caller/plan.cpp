#include "caller/plan.hpp"

#include <toml++/toml.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace frontdesk::caller {
namespace {

using base::ErrorCode;

constexpr std::array<std::string_view, 5> kPlanSettings{"name", "greeting", "telephone_events", "stagger_ms", "step"};
constexpr std::array<std::string_view, 9> kStepSettings{
    "say", "play", "digits", "pause_ms", "hang_up", "wait_answer", "expect", "barge_in_after_ms", "by"};
constexpr std::size_t kActions = 5;  ///< the first of kStepSettings: each step has exactly one

/// The first thing wrong with a plan. Internal to this file: turned into an Error at its edge.
struct Fault {
  toml::source_position at;
  std::string message;
};
template <class T>
using Parsed = tl::expected<T, Fault>;

tl::unexpected<Fault> fault(const toml::node& node, std::string message) {
  return tl::unexpected<Fault>({node.source().begin, std::move(message)});
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string unknown_setting(std::string_view key, std::span<const std::string_view> known) {
  constexpr std::size_t kFarthest = 3;
  std::string_view best;
  std::size_t distance = kFarthest;
  for (const std::string_view each : known) {
    const std::size_t d = edit_distance(key.substr(0, 40), each);
    if (d < distance) std::tie(best, distance) = std::pair(each, d);
  }
  std::string message = "there is no setting " + quoted(key);
  if (!best.empty()) return message + "; did you mean " + quoted(best) + "?";
  message += "; there are";
  for (const std::string_view each : known) message += (each == known.front() ? " " : ", ") + std::string(each);
  return message;
}

Parsed<void> check_settings(const toml::table& table, std::span<const std::string_view> known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end())
      return tl::unexpected<Fault>({key.source().begin, unknown_setting(key.str(), known)});
  }
  return {};
}

template <class T>
constexpr std::string_view kTypeName = "a value";
template <>
constexpr std::string_view kTypeName<std::string> = "text in quotation marks";
template <>
constexpr std::string_view kTypeName<bool> = "true or false";
template <>
constexpr std::string_view kTypeName<std::int64_t> = "a whole number";

template <class T>
Parsed<std::optional<T>> read(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::optional<T>{};
  if (const auto value = node->value_exact<T>()) return std::optional<T>(*value);
  return fault(*node, quoted(key) + " must be " + std::string(kTypeName<T>));
}

Parsed<std::optional<base::Duration>> read_ms(const toml::table& table, std::string_view key, base::Duration most) {
  const auto value = read<std::int64_t>(table, key);
  if (!value) return tl::unexpected(value.error());
  if (!value->has_value()) return std::optional<base::Duration>{};
  if (**value < 0 || **value > base::to_ms(most))
    return fault(*table.get(key), quoted(key) + " must be from 0 to " + std::to_string(base::to_ms(most)));
  return std::optional<base::Duration>(base::milliseconds(**value));
}

Parsed<std::string_view> find_action(const toml::table& table) {
  std::string_view found;
  for (std::size_t i = 0; i < kActions; ++i) {
    const toml::node* node = table.get(kStepSettings[i]);
    if (node == nullptr) continue;
    if (!found.empty())
      return fault(*node, "a step does one thing, and this one has both " + quoted(found) + " and " +
                              quoted(kStepSettings[i]) + ": write two steps");
    found = kStepSettings[i];
  }
  if (found.empty()) return fault(table, "this step does nothing: give it say, play, digits, pause_ms or hang_up");
  return found;
}

Parsed<void> check_text(const toml::node& node, const Step& step) {
  if (step.text.find_first_not_of(" \t\r\n") == std::string::npos) return fault(node, "this is empty");
  if (step.kind == StepKind::say && step.text.size() > kMaxSayCharacters)
    return fault(node, "a line has at most " + std::to_string(kMaxSayCharacters) +
                           " characters: split it into steps with wait_answer = false");
  if (step.kind != StepKind::digits) return {};
  if (step.text.size() > kMaxDigits) return fault(node, "a step has at most " + std::to_string(kMaxDigits) + " digits");
  if (step.text.find_first_not_of("0123456789*#ABCD") != std::string::npos)
    return fault(node, "digits are 0 to 9, *, # and A to D");
  return {};
}

Parsed<void> read_action(const toml::table& table, std::string_view action, Step& step) {
  if (action == "hang_up") {
    step.kind = StepKind::hang_up;
    const auto value = read<bool>(table, action);
    if (!value) return tl::unexpected(value.error());
    return value->value_or(false) ? Parsed<void>{} : fault(*table.get(action), "only hang_up = true means something");
  }
  if (action == "pause_ms") {
    step.kind = StepKind::pause;
    const auto value = read_ms(table, action, kMaxPause);
    if (!value) return tl::unexpected(value.error());
    step.pause = value->value_or(base::Duration{});
    return {};
  }
  step.kind = action == "say" ? StepKind::say : action == "play" ? StepKind::play : StepKind::digits;
  const auto value = read<std::string>(table, action);
  if (!value) return tl::unexpected(value.error());
  step.text = value->value_or("");
  return check_text(*table.get(action), step);
}

Parsed<void> read_form(const toml::table& table, std::string_view action, Step& step) {
  const toml::node* node = table.get("by");
  if (node == nullptr) return {};
  if (step.kind != StepKind::digits) return fault(*node, "'by' means nothing beside " + quoted(action));
  const auto value = read<std::string>(table, "by");
  if (!value) return tl::unexpected(value.error());
  static const std::map<std::string_view, PressedBy> kForms{
      {"rfc4733", PressedBy::telephone_event}, {"in-band", PressedBy::in_band}, {"info", PressedBy::info}};
  const auto form = kForms.find(**value);
  if (form == kForms.end()) return fault(*node, "'by' must be 'rfc4733', 'in-band' or 'info'");
  step.by = form->second;
  return {};
}

Parsed<void> read_answer(const toml::table& table, std::string_view action, Step& step) {
  const bool speaks = step.kind == StepKind::say || step.kind == StepKind::play;
  const bool answerable = speaks || step.kind == StepKind::digits;
  for (const std::string_view key : {"wait_answer", "expect", "barge_in_after_ms"}) {
    const toml::node* node = table.get(key);
    const bool allowed = key == "barge_in_after_ms" ? speaks : answerable;
    if (node != nullptr && !allowed) return fault(*node, quoted(key) + " means nothing beside " + quoted(action));
  }
  const auto wait = read<bool>(table, "wait_answer");
  if (!wait) return tl::unexpected(wait.error());
  step.wait_answer = wait->value_or(speaks);
  auto expect = read<std::string>(table, "expect");
  if (!expect) return tl::unexpected(expect.error());
  step.expect = std::move(*expect);
  if (step.expect && !step.wait_answer)
    return fault(*table.get("expect"), "an answer is expected but not waited for: set wait_answer = true");
  const auto barge_in = read_ms(table, "barge_in_after_ms", kMaxBargeInDelay);
  if (!barge_in) return tl::unexpected(barge_in.error());
  step.barge_in_after = *barge_in;
  return {};
}

Parsed<Step> read_step(const toml::table& table) {
  if (auto known = check_settings(table, kStepSettings); !known) return tl::unexpected(known.error());
  const auto action = find_action(table);
  if (!action) return tl::unexpected(action.error());
  Step step;
  if (auto read = read_action(table, *action, step); !read) return tl::unexpected(read.error());
  if (auto read = read_form(table, *action, step); !read) return tl::unexpected(read.error());
  if (auto read = read_answer(table, *action, step); !read) return tl::unexpected(read.error());
  return step;
}

/// An interruption needs speech to interrupt: the greeting, or the answer to the step before.
Parsed<void> check_barge_in(const CallPlan& plan, const Step& step, const toml::node& node) {
  if (!step.barge_in_after) return {};
  const bool something_to_interrupt = plan.steps.empty() ? plan.greeting : plan.steps.back().wait_answer;
  if (something_to_interrupt) return {};
  return fault(node, plan.steps.empty()
                         ? "barge_in_after_ms interrupts the greeting, and this plan has greeting = false"
                         : "barge_in_after_ms interrupts the answer to the step before, and that step "
                           "waits for none");
}

Parsed<CallPlan> read_plan(const toml::table& root) {
  if (auto known = check_settings(root, kPlanSettings); !known) return tl::unexpected(known.error());
  CallPlan plan;
  const auto name = read<std::string>(root, "name");
  if (!name) return tl::unexpected(name.error());
  plan.name = name->value_or("");
  const auto greeting = read<bool>(root, "greeting");
  if (!greeting) return tl::unexpected(greeting.error());
  plan.greeting = greeting->value_or(true);
  const auto events = read<bool>(root, "telephone_events");
  if (!events) return tl::unexpected(events.error());
  plan.telephone_events = events->value_or(true);
  const auto stagger = read_ms(root, "stagger_ms", kMaxPause);
  if (!stagger) return tl::unexpected(stagger.error());
  plan.stagger = stagger->value_or(base::Duration{0});

  const toml::node* node = root.get("step");
  if (node == nullptr) return fault(root, "there are no steps: write [[step]] and, below it, say = \"...\"");
  const toml::array* steps = node->as_array();
  if (steps == nullptr) return fault(*node, "steps are written [[step]], with two brackets");
  for (const toml::node& each : *steps) {
    const toml::table* table = each.as_table();
    if (table == nullptr) return fault(each, "steps are written [[step]], with two brackets");
    if (plan.steps.size() >= kMaxSteps)
      return fault(each, "a plan has at most " + std::to_string(kMaxSteps) + " steps");
    if (!plan.steps.empty() && plan.steps.back().kind == StepKind::hang_up)
      return fault(each, "nothing can follow hang_up");
    auto step = read_step(*table);
    if (!step) return tl::unexpected(step.error());
    if (auto fits = check_barge_in(plan, *step, each); !fits) return tl::unexpected(fits.error());
    plan.steps.push_back(std::move(*step));
  }
  if (plan.steps.empty()) return fault(*node, "there are no steps: write [[step]] and, below it, say = \"...\"");
  return plan;
}

std::string located(std::string_view source, const toml::source_position& at, std::string_view message) {
  std::string text(source);
  if (at.line > 0) text += ":" + std::to_string(at.line);
  return text + ": " + std::string(message);
}

}  // namespace

base::Result<CallPlan> parse_plan(std::string_view text, std::string_view source) {
  constexpr std::string_view kDomain = "caller.plan";
  if (text.size() > kMaxPlanBytes)
    return base::fail(ErrorCode::invalid_argument, kDomain, std::string(source) + ": too large for a plan");
  try {
    const toml::table root = toml::parse(text, source);
    auto plan = read_plan(root);
    if (plan) return std::move(*plan);
    return base::fail(ErrorCode::invalid_argument, kDomain, located(source, plan.error().at, plan.error().message));
  } catch (const toml::parse_error& error) {
    return base::fail(ErrorCode::invalid_argument, kDomain, located(source, error.source().begin, error.description()));
  }
}

base::Result<CallPlan> load_plan(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code failure;
  if (!file || std::filesystem::is_directory(path, failure))
    return base::fail(ErrorCode::not_found, "caller.plan", "cannot read the plan " + path.string());
  std::string text(kMaxPlanBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto plan = parse_plan(text, path.string());
  if (!plan) return plan;
  for (Step& step : plan->steps) {
    if (step.kind == StepKind::play) step.text = (path.parent_path() / step.text).lexically_normal().string();
  }
  return plan;
}

}  // namespace frontdesk::caller
