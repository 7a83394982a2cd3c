#include "conversation/recording_consent.hpp"

#include "conversation/consent_words.hpp"

namespace frontdesk::conversation {
namespace {

constexpr int kMostTellings = 3;  // then the call goes on without a recording

/// Where the last sentence begins, if it is a question; the end of the text otherwise.
std::size_t closing_question(const std::string& text) {
  const auto last = text.find_last_not_of(' ');
  if (last == std::string::npos || text[last] != '?') return text.size();
  const auto before = text.find_last_of(".!?", last == 0 ? 0 : last - 1);
  if (before == std::string::npos || before == last) return 0;
  const auto begin = text.find_first_not_of(' ', before + 1);
  return begin == std::string::npos ? text.size() : begin;
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

bool asks(RecordingPolicy policy) {
  return policy == RecordingPolicy::ask || policy == RecordingPolicy::both_party;
}

}  // namespace

std::string_view name(RecordingPolicy policy) {
  switch (policy) {
    case RecordingPolicy::off:
      return "off";
    case RecordingPolicy::announce:
      return "announce";
    case RecordingPolicy::ask:
      return "ask";
    case RecordingPolicy::both_party:
      return "both_party";
  }
  return "off";
}

Opening opening_of(const std::string& greeting, const RecordingSettings& settings) {
  if (settings.policy == RecordingPolicy::off) return {greeting, "", ""};
  const auto at = closing_question(greeting);
  const auto before = trimmed(greeting.substr(0, at));
  if (asks(settings.policy)) return {before, settings.question, ""};
  return {before, settings.announcement, greeting.substr(at)};
}

RecordingConsent::RecordingConsent(RecordingSettings settings) : settings_(std::move(settings)) {
  if (settings_.policy != RecordingPolicy::off) stage_ = Stage::owed;
}

const std::string& RecordingConsent::notice() const {
  if (!asks(settings_.policy)) return settings_.announcement;
  return asked_again_ ? settings_.question_again : settings_.question;
}

void RecordingConsent::telling(const std::vector<call::PieceId>& pieces) {
  if (pieces.empty() || stage_ != Stage::owed) return;
  stage_ = Stage::telling;
  unheard_.clear();
  unheard_.insert(pieces.begin(), pieces.end());
  ++tellings_;
}

void RecordingConsent::heard(call::PieceId piece, call::Commands& commands) {
  if (unheard_.erase(piece) == 0 || !unheard_.empty() || stage_ != Stage::telling) return;
  if (asks(settings_.policy)) {
    stage_ = Stage::asked;
    return;
  }
  stage_ = Stage::recording;
  commands.emplace_back(note(call::ConsentOutcome::announced, settings_.announcement));
  commands.emplace_back(call::StartRecording{});
}

void RecordingConsent::reply_over(call::Commands& commands) {
  if (stage_ != Stage::telling) return;
  stage_ = Stage::owed;
  unheard_.clear();
  if (tellings_ < kMostTellings) return;
  stage_ = Stage::settled;
  commands.emplace_back(note(call::ConsentOutcome::unheard, ""));
}

void RecordingConsent::other_words(call::Commands& commands) {
  if (stage_ != Stage::asked) return;
  stage_ = Stage::settled;
  commands.emplace_back(note(call::ConsentOutcome::unanswered, ""));
}

RecordingConsent::Verdict RecordingConsent::caller_said(const std::string& text) {
  if (settings_.policy == RecordingPolicy::off) return {};
  if (stage_ != Stage::asked && withdraws_consent(text)) {
    if (stage_ == Stage::settled) return {};
    const bool was_recording = stage_ == Stage::recording;
    stage_ = Stage::settled;
    unheard_.clear();
    Verdict verdict{.answered = true, .reply = was_recording ? settings_.stopped : settings_.declined};
    const auto outcome = was_recording ? call::ConsentOutcome::withdrawn : call::ConsentOutcome::refused;
    verdict.commands.emplace_back(note(outcome, text));
    if (was_recording) verdict.commands.emplace_back(call::StopRecording{"the caller asked us to stop"});
    return verdict;
  }
  return stage_ == Stage::asked ? answer(text) : Verdict{};
}

RecordingConsent::Verdict RecordingConsent::answer(const std::string& text) {
  const bool explicit_only = settings_.policy == RecordingPolicy::both_party;
  const bool alone = only_an_answer(text);
  Verdict verdict;
  switch (consent_answer(text, explicit_only)) {
    case ConsentAnswer::yes:
      stage_ = Stage::recording;
      verdict.commands.emplace_back(note(call::ConsentOutcome::given, text));
      verdict.commands.emplace_back(call::StartRecording{});
      verdict.answered = alone;
      verdict.reply = settings_.accepted;
      return verdict;
    case ConsentAnswer::no:
      stage_ = Stage::settled;
      verdict.commands.emplace_back(note(call::ConsentOutcome::refused, text));
      verdict.answered = alone || withdraws_consent(text);
      verdict.reply = settings_.declined;
      return verdict;
    case ConsentAnswer::unclear:
      break;
  }
  if (explicit_only && alone && !asked_again_) {  // "okay": meant well, but no consent
    asked_again_ = true;
    stage_ = Stage::owed;
    verdict.answered = verdict.ask_again = true;
    return verdict;
  }
  stage_ = Stage::settled;
  verdict.commands.emplace_back(note(call::ConsentOutcome::unanswered, text));
  return verdict;
}

call::NoteConsent RecordingConsent::note(call::ConsentOutcome outcome, const std::string& words) const {
  return {outcome, std::string(name(settings_.policy)), base::Pii<std::string>(words)};
}

}  // namespace frontdesk::conversation
