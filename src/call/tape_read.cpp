#include <charconv>
#include <cmath>

#include "call/tape.hpp"

namespace frontdesk::call {
namespace {

/// The words of a line; a quoted text is one word. Remembers the first fault.
class Words {
 public:
  Words(std::string_view line, const TapeOrigin& origin) : rest_(line), origin_(origin) {}

  bool at_end() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return rest_.empty();
  }
  std::string_view word() {
    if (at_end()) return fault("the line ends too early"), std::string_view{};
    const auto end = std::min(rest_.find(' '), rest_.size());
    const auto found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return found;
  }
  std::string text() {
    if (at_end() || rest_.front() != '"') return fault("expected a text in double quotes"), std::string{};
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.empty() && rest_.front() != '"') {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\\' && !rest_.empty()) {
        c = rest_.front() == 'n' ? '\n' : rest_.front();
        rest_.remove_prefix(1);
      }
      out += c;
    }
    if (rest_.empty()) return fault("a text is not closed"), std::string{};
    rest_.remove_prefix(1);
    return out;
  }
  double number() {
    const auto digits = word();
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) fault("expected a number");
    return value;
  }
  float value() {
    const auto digits = word();
    float value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) fault("expected a number");
    return value;
  }
  std::int64_t count() { return static_cast<std::int64_t>(number()); }
  base::Duration length() { return base::microseconds(std::llround(number() * 1e6)); }
  base::Instant at() { return origin_.zero + length(); }
  base::RequestId id() {
    auto digits = word();
    if (!digits.starts_with('#')) return fault("expected a request id such as #3"), 0;
    digits.remove_prefix(1);
    base::RequestId value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value == 0 ? 0 : value + origin_.first_request;
  }
  void fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }
  const std::string& fault() const { return fault_; }

 private:
  std::string_view rest_;
  const TapeOrigin& origin_;
  std::string fault_;
};

base::ErrorCode error_code(Words& words) {
  const auto wanted = words.word();
  for (int code = 0; code <= static_cast<int>(base::ErrorCode::unauthenticated); ++code)
    if (base::name(static_cast<base::ErrorCode>(code)) == wanted) return static_cast<base::ErrorCode>(code);
  words.fault("unknown error code");
  return base::ErrorCode::unknown;
}

base::Retry retry(Words& words) {
  const auto wanted = words.word();
  if (wanted != "never" && wanted != "now" && wanted != "later") words.fault("expected never, now or later");
  return wanted == "never" ? base::Retry::never : wanted == "now" ? base::Retry::now : base::Retry::later;
}

/// "message", and after it, unless they are these: code, retry, domain, detail.
base::Error error_from(Words& words) {
  base::Error error{base::ErrorCode::unavailable, "tape", words.text(), base::Retry::never, 0};
  if (words.at_end()) return error;
  error.code = error_code(words);
  error.retry = retry(words);
  error.domain = words.text();
  error.detail = static_cast<int>(words.count());
  return error;
}

ChatFinished chat_finished(Words& words) {
  ChatFinished done;
  done.request = words.id();
  done.outcome.confidence = words.value();
  done.outcome.provider_state = words.text();
  while (!words.at_end() && words.fault().empty()) {
    const auto kind = words.word();
    if (kind == "tool") {
      auto id = words.text();
      auto name = words.text();
      done.outcome.tool_calls.push_back({std::move(id), std::move(name), words.text()});
    } else if (kind == "source") {
      done.outcome.sources.push_back(words.text());
    } else if (kind == "used") {
      done.outcome.usage.input_tokens = words.count();
      done.outcome.usage.output_tokens = words.count();
    } else {
      words.fault("expected tool, source or used");
    }
  }
  return done;
}

EndClass end_class(Words& words) {
  const auto wanted = words.word();
  for (const auto each : {EndClass::completed, EndClass::transferred, EndClass::caller_hung_up, EndClass::caller_silent,
                          EndClass::time_limit, EndClass::media_lost, EndClass::failed, EndClass::operator_ended})
    if (name(each) == wanted) return each;
  words.fault("unknown way to end");
  return EndClass::failed;
}

LineSound line_sound(Words& words) {
  const auto wanted = words.word();
  for (const auto each : {LineSound::music, LineSound::beep, LineSound::fax})
    if (name(each) == wanted) return each;
  words.fault("unknown sound");
  return LineSound::music;
}

std::optional<Event> speech_event(std::string_view kind, Words& words) {
  if (kind == "speech_started") return SpeechStarted{words.at()};
  if (kind == "speech_stopped") return SpeechStopped{words.at()};
  if (kind == "line_sound") return LineSoundHeard{line_sound(words)};
  if (kind == "turn_end") {
    const auto request = words.id();
    return TurnEndPredicted{request, words.value()};
  }
  if (kind == "partial") return PartialTranscript{base::Pii<std::string>(words.text())};
  if (kind == "final") {
    FinalTranscript final;
    final.request = words.id();
    final.confidence = words.value();
    final.engine_time = words.length();
    final.text = base::Pii<std::string>(words.text());
    return final;
  }
  if (kind == "stt_failed") {
    const auto request = words.id();
    return TranscriptionFailed{request, error_from(words)};
  }
  return std::nullopt;
}

std::optional<Event> model_event(std::string_view kind, Words& words) {
  if (kind == "chat_text") {
    const auto request = words.id();
    return ChatText{request, words.text()};
  }
  if (kind == "chat_done") return chat_finished(words);
  if (kind == "chat_failed") {
    const auto request = words.id();
    return ChatFailed{request, error_from(words)};
  }
  if (kind == "tool_done") {
    auto id = words.text();
    return ToolFinished{std::move(id), words.text()};
  }
  return std::nullopt;
}

std::optional<Event> voice_event(std::string_view kind, Words& words) {
  if (kind == "piece_ready") return PieceReady{words.id()};
  if (kind == "piece_done") {
    const auto piece = words.id();
    const auto length = words.length();
    return PieceSynthesised{piece, length, words.length()};
  }
  if (kind == "piece_failed") {
    const auto piece = words.id();
    return SynthesisFailed{piece, error_from(words)};
  }
  if (kind == "playing") return PlayoutStarted{words.id()};
  if (kind == "played") return PlayoutFinished{words.id()};
  if (kind == "cut") {
    const auto piece = words.id();
    return PlayoutCut{piece, words.length()};
  }
  return std::nullopt;
}

std::optional<Event> leg_event(std::string_view kind, Words& words) {
  if (kind == "leg_offered") return LegOffered{};
  if (kind == "leg_established") return LegEstablished{};
  if (kind == "leg_ended") {
    LegEnded ended{words.text()};
    if (!words.at_end()) ended.end_class = end_class(words);
    return ended;
  }
  if (kind == "leg_held") {
    const auto state = words.word();
    if (state != "on" && state != "off") words.fault("expected on or off");
    return LegHeld{state == "on"};
  }
  if (kind == "media_lost") return MediaLost{};
  if (kind == "wakeup") return Wakeup{};
  if (kind == "hang_up") return HangUpRequested{words.text()};
  if (kind == "recording") {
    const auto wish = words.word();
    if (wish != "pause" && wish != "resume") words.fault("expected pause or resume");
    return RecordingRequested{wish == "pause"};
  }
  if (kind == "digit") {
    const auto digit = words.word();
    return DigitPressed{digit.empty() ? '0' : digit.front()};
  }
  return std::nullopt;
}

std::optional<Event> operator_event(std::string_view kind, Words& words) {
  if (kind == "take_over") return OperatorTookOver{words.text()};
  if (kind == "give_back") return OperatorGaveBack{words.text()};
  if (kind == "operator_said" || kind == "whispered") {
    auto who = words.text();
    auto text = base::Pii<std::string>(words.text());
    if (kind == "whispered") return OperatorWhispered{std::move(who), std::move(text)};
    return OperatorSaid{std::move(who), std::move(text)};
  }
  if (kind == "operator_held") {
    auto who = words.text();
    const auto state = words.word();
    if (state != "on" && state != "off") words.fault("expected on or off");
    return OperatorHeld{std::move(who), state == "on"};
  }
  if (kind == "operator_put_through") {
    auto who = words.text();
    auto to = words.text();
    const auto how = words.at_end() ? std::string_view("usual") : words.word();
    if (how != "usual" && how != "warm" && how != "cold") words.fault("expected warm or cold");
    return OperatorPutThrough{std::move(who), std::move(to),
                              how == "warm"   ? PutThroughKind::warm
                              : how == "cold" ? PutThroughKind::cold
                                              : PutThroughKind::usual};
  }
  return std::nullopt;
}

std::optional<Event> second_leg_event(std::string_view kind, Words& words) {
  if (kind == "second_ringing") return SecondLegRinging{};
  if (kind == "second_answered") return SecondLegAnswered{};
  if (kind == "second_heard") return SecondLegHeard{words.id()};
  if (kind == "second_digit") {
    const auto digit = words.word();
    return SecondLegDigit{digit.empty() ? '0' : digit.front()};
  }
  if (kind == "second_ended") return SecondLegEnded{words.text()};
  if (kind == "refer_ended") {
    const auto outcome = words.word();
    if (outcome != "accepted" && outcome != "failed") words.fault("expected accepted or failed");
    return ReferEnded{outcome == "accepted", words.text()};
  }
  return std::nullopt;
}

std::optional<Event> any_event(std::string_view kind, Words& words) {
  for (const auto reader : {leg_event, speech_event, model_event, voice_event, second_leg_event, operator_event})
    if (auto event = reader(kind, words)) return event;
  words.fault("unknown event " + std::string(kind));
  return std::nullopt;
}

}  // namespace

base::Result<std::optional<TapeEvent>> parse_event(std::string_view line, const TapeOrigin& origin) {
  Words words(line, origin);
  if (words.at_end()) return std::nullopt;
  if (line.find_first_not_of(' ') != std::string_view::npos && line[line.find_first_not_of(' ')] == '#')
    return std::nullopt;
  const auto at = words.at();
  const auto kind = words.word();
  if (kind == ">" && words.fault().empty()) return std::nullopt;
  auto event = any_event(kind, words);
  if (words.fault().empty() && !words.at_end()) words.fault("there is more on the line than expected");
  if (!words.fault().empty())
    return base::fail(base::ErrorCode::invalid_argument, "tape", words.fault() + ": " + std::string(line));
  return TapeEvent{at, std::move(*event)};
}

}  // namespace frontdesk::call
