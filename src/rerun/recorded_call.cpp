#include "rerun/recorded_call.hpp"

#include <algorithm>

namespace frontdesk::rerun {
namespace {

constexpr base::Duration kMargin = base::milliseconds(200);  // of sound before and after the marks
constexpr base::Duration kShortestWait = base::milliseconds(100);

/// The texts in double quotes of a tape line, their escapes undone.
std::vector<std::string> quoted_in(std::string_view line) {
  std::vector<std::string> texts;
  bool open = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      open = !open;
      if (open) texts.emplace_back();
    } else if (open && line[i] == '\\' && i + 1 < line.size()) {
      ++i;
      texts.back() += line[i] == 'n' ? '\n' : line[i];
    } else if (open) {
      texts.back() += line[i];
    }
  }
  return texts;
}

/// What a command line did to the world; empty for most.
std::string action_in(const std::string& line) {
  constexpr std::string_view kTool = " > run_tool ";
  constexpr std::string_view kEnd = " > end_call ";
  if (line.find(kTool) != std::string::npos) {
    const auto texts = quoted_in(line);
    return texts.size() == 2 ? texts[0] + " " + texts[1] : std::string();
  }
  const auto at = line.find(kEnd);
  if (at == std::string::npos) return {};
  const auto how = line.substr(at + kEnd.size(), line.find(" \"", at) - at - kEnd.size());
  return how == "caller_hung_up" ? std::string() : "end_call " + how;
}

class Script {
 public:
  Script(const replay::Journal& journal, const std::vector<store::TurnRow>& turns, RecordedCall& out)
      : journal_(journal), turns_(turns), out_(out) {}

  base::Status write(const audio::Wav* sound) {
    const auto answered = std::find_if(journal_.steps.begin(), journal_.steps.end(), [](const auto& step) {
      return std::holds_alternative<call::LegEstablished>(step.event.event);
    });
    if (answered == journal_.steps.end())
      return base::fail(base::ErrorCode::failed_precondition, "rerun", "the call was never answered");
    answered_ = answered->event.at;
    out_.exchanges.emplace_back();
    for (const auto& turn : turns_) turn.speaker == store::TurnSpeaker::caller ? caller(turn) : receptionist(turn);
    if (sound != nullptr) cut(*sound);
    for (const auto& step : journal_.steps) happened(step);
    const auto ended = journal_.steps.back().event.at - answered_;
    out_.wait_to_hang_up = std::max(ended - spoken_until_, kShortestWait);
    return {};
  }

 private:
  void caller(const store::TurnRow& turn) {
    CallerLine line;
    line.said = turn.text.expose();
    line.confidence = static_cast<float>(turn.confidence);
    const base::Duration started = base::milliseconds(turn.started_ms);
    line.length = base::milliseconds(std::max<std::int64_t>(turn.ended_ms - turn.started_ms, 0));
    line.cuts_in = started < spoken_until_;
    line.wait = std::max(started - (line.cuts_in ? spoken_from_ : spoken_until_), base::Duration{0});
    starts_.push_back(started);
    out_.lines.push_back(std::move(line));
    out_.exchanges.emplace_back().said = turn.text.expose();
  }

  void receptionist(const store::TurnRow& turn) {
    spoken_from_ = base::milliseconds(turn.started_ms);
    spoken_until_ = base::milliseconds(turn.ended_ms);
    if (is_filler(turn.text.expose(), out_.settings)) return;
    auto& exchange = out_.exchanges.back();
    exchange.answer += (exchange.answer.empty() ? "" : " ") + turn.text.expose();
    if (!exchange.gap && turn.gap_ms) exchange.gap = base::milliseconds(*turn.gap_ms);
  }

  /// The caller's channel between the marks of each line.
  void cut(const audio::Wav& sound) {
    if (!journal_.audio_start || sound.rate != audio::kTelephoneRate || sound.channels != 2) return;
    const auto caller = sound.channel(0);
    const auto offset = (answered_ - journal_.origin.zero) - *journal_.audio_start;
    const auto sample_at = [&](base::Duration at) {
      const auto micros = std::chrono::duration_cast<base::microseconds>(at + offset).count();
      return std::min(static_cast<std::size_t>(std::max<std::int64_t>(micros, 0)) / 125, caller.size());
    };
    for (std::size_t i = 0; i < out_.lines.size(); ++i) {
      auto& line = out_.lines[i];
      const auto from = sample_at(starts_[i] - kMargin);
      const auto to = sample_at(starts_[i] + line.length + kMargin);
      line.lead = base::microseconds((sample_at(starts_[i]) - from) * 125);
      line.sound.assign(caller.begin() + static_cast<std::ptrdiff_t>(from),
                        caller.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }

  void happened(const replay::JournalStep& step) {
    const auto at = step.event.at - answered_;
    const auto begun = static_cast<std::size_t>(
        std::count_if(starts_.begin(), starts_.end(), [&](base::Duration start) { return start <= at; }));
    for (const auto& line : step.commands)
      if (auto action = action_in(line); !action.empty()) out_.exchanges[begun].actions.push_back(std::move(action));
    if (const auto* key = std::get_if<call::DigitPressed>(&step.event.event); key != nullptr && begun > 0)
      out_.lines[begun - 1].digits += key->digit;
  }

  const replay::Journal& journal_;
  const std::vector<store::TurnRow>& turns_;
  RecordedCall& out_;
  base::Instant answered_{};
  std::vector<base::Duration> starts_;  ///< of the lines, since the answer
  base::Duration spoken_from_{0};       ///< the receptionist's latest words
  base::Duration spoken_until_{0};
};

}  // namespace

base::Result<RecordedCall> recorded_call(const std::string& id, const replay::Journal& journal,
                                         const std::vector<store::TurnRow>& turns, const audio::Wav* sound) {
  const auto* settings =
      journal.recipe ? std::get_if<conversation::ConversationSettings>(&journal.recipe->activity) : nullptr;
  if (settings == nullptr)
    return base::fail(base::ErrorCode::failed_precondition, "rerun",
                      id + " cannot be run again: its journal does not describe a conversation");
  RecordedCall call;
  call.id = id;
  call.limits = journal.recipe->limits;
  call.settings = *settings;
  if (auto written = Script(journal, turns, call).write(sound); !written) return tl::unexpected(written.error());
  return call;
}

bool is_filler(const std::string& text, const conversation::ConversationSettings& settings) {
  return text == settings.patience ||
         std::find(settings.fillers.begin(), settings.fillers.end(), text) != settings.fillers.end();
}

}  // namespace frontdesk::rerun
