#include "replay/replay.hpp"

#include <algorithm>
#include <exception>

namespace frontdesk::replay {
namespace {

constexpr std::size_t kLinesBefore = 8;

class Player {
 public:
  Player(const Journal& journal, call::Call call) : journal_(journal), call_(std::move(call)) {}

  void play() {
    for (const auto& step : journal_.steps) {
      put(call::to_line(step.event.at, step.event.event, journal_.origin));
      ++tally_.events;
      const auto wanted = wanted_by(step);
      if (!out_.divergence) compare(step, wanted);
      for (const auto& line : wanted) put(line);
    }
    out_.events = tally_.events;
    out_.commands = tally_.commands;
    out_.digest = tally_.digest.text();
    doubt();
  }
  Replayed take() { return std::move(out_); }

 private:
  /// The lines of what the machine wants at this event.
  std::vector<std::string> wanted_by(const JournalStep& step) {
    std::vector<std::string> lines;
    call::Commands commands;
    try {
      call::handle_or_end(call_, step.event.event, step.event.at, commands);
    } catch (const std::exception&) {
      commands.clear();  // then, too, the host gave the call up: the journal says so
    }
    for (const auto& command : commands) {
      ++tally_.commands;
      lines.push_back(call::to_line(step.event.at, command, journal_.origin));
      if (auto detail = call::to_detail(command); !detail.empty()) lines.push_back(std::move(detail));
    }
    for (const auto& line : lines) tally_.digest.add(line);
    return lines;
  }

  void compare(const JournalStep& step, const std::vector<std::string>& wanted) {
    const auto& recorded = step.commands;
    const bool cut_off = !journal_.end && &step == &journal_.steps.back();
    const auto count = cut_off ? std::min(recorded.size(), wanted.size()) : std::max(recorded.size(), wanted.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto expected = i < recorded.size() ? recorded[i] : std::string();
      const auto got = i < wanted.size() ? wanted[i] : std::string();
      if (expected == got) continue;
      Divergence divergence{step.line + i + (i < recorded.size() ? 1 : 0), lately_, expected, got};
      for (std::size_t same = 0; same < i; ++same) divergence.before.push_back(wanted[same]);
      out_.divergence = std::move(divergence);
      return;
    }
  }

  void put(const std::string& line) {
    out_.tape += line + '\n';
    lately_.push_back(line);
    if (lately_.size() > kLinesBefore) lately_.erase(lately_.begin());
  }

  /// Whether the recorded lines are those that were counted when the call ended.
  void doubt() {
    if (!journal_.end) return;
    call::LineDigest recorded;
    std::size_t commands = 0;
    for (const auto& step : journal_.steps)
      for (const auto& line : step.commands) {
        recorded.add(line);
        if (!line.starts_with('#')) ++commands;
      }
    if (journal_.end->events != journal_.steps.size() || journal_.end->commands != commands)
      out_.doubt = "the journal has " + std::to_string(journal_.steps.size()) + " events and " +
                   std::to_string(commands) + " commands, but was closed with " + std::to_string(journal_.end->events) +
                   " and " + std::to_string(journal_.end->commands);
    else if (journal_.end->digest != recorded.text())
      out_.doubt = "the journal's commands are not those it was closed with";
  }

  const Journal& journal_;
  call::Call call_;
  call::Tally tally_;
  std::vector<std::string> lately_;
  Replayed out_;
};

}  // namespace

base::Result<Replayed> replay(const Journal& journal) {
  if (!journal.recipe)
    return base::fail(base::ErrorCode::failed_precondition, "replay",
                      "this journal does not say what its machine was made of: it is from an earlier version, or cut "
                      "off at its head");
  Player player(journal, call::Call(journal.recipe->limits, make_activity(journal.recipe->activity)));
  player.play();
  return player.take();
}

}  // namespace frontdesk::replay
