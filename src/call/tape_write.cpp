#include <array>
#include <charconv>
#include <cstdio>

#include "call/tape.hpp"

namespace frontdesk::call {
namespace {

std::string seconds_text(base::Duration duration) {
  std::array<char, 40> text{};
  const auto micros = std::chrono::duration_cast<base::microseconds>(duration).count();
  if (micros % 1000 == 0)
    std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(micros) / 1e6);
  else
    std::snprintf(text.data(), text.size(), "%.6f", static_cast<double>(micros) / 1e6);
  return text.data();
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

/// The shortest decimal that reads back to the same value.
std::string number(float value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string_view retry_name(base::Retry retry) {
  return retry == base::Retry::never ? "never" : retry == base::Retry::now ? "now" : "later";
}

/// Builds the words of one line.
class Line {
 public:
  Line(base::Instant at, const TapeOrigin& origin, std::string_view mark) : origin_(origin) {
    const auto stamp = seconds_text(at - origin.zero);
    text_ = std::string(stamp.size() < 10 ? 10 - stamp.size() : 0, ' ') + stamp + " ";
    text_ += mark;
  }
  Line& word(std::string_view w) { return text_ += ' ', text_ += w, *this; }
  Line& id(base::RequestId request) {
    return word("#" + std::to_string(request == 0 ? 0 : request - origin_.first_request));
  }
  Line& text(std::string_view t) { return word(quoted(t)); }
  Line& at(base::Instant instant) { return word(seconds_text(instant - origin_.zero)); }
  Line& length(base::Duration duration) { return word(seconds_text(duration)); }
  Line& value(float v) { return word(number(v)); }
  Line& error(const base::Error& e) {
    text(e.message);
    if (e == base::Error{base::ErrorCode::unavailable, "tape", e.message, base::Retry::never, 0}) return *this;
    return word(base::name(e.code)).word(retry_name(e.retry)).text(e.domain).word(std::to_string(e.detail));
  }
  std::string take() { return std::move(text_); }

 private:
  const TapeOrigin& origin_;
  std::string text_;
};

struct EventWriter {
  Line line;
  void operator()(const LegOffered&) { line.word("leg_offered"); }
  void operator()(const LegEstablished&) { line.word("leg_established"); }
  void operator()(const LegEnded& e) {
    line.word("leg_ended").text(e.reason);
    if (e.end_class != EndClass::caller_hung_up) line.word(name(e.end_class));
  }
  void operator()(const LegHeld& e) { line.word("leg_held").word(e.on ? "on" : "off"); }
  void operator()(const MediaLost&) { line.word("media_lost"); }
  void operator()(const DigitPressed& e) { line.word("digit").word(std::string_view(&e.digit, 1)); }
  void operator()(const SpeechStarted& e) { line.word("speech_started").at(e.at); }
  void operator()(const SpeechStopped& e) { line.word("speech_stopped").at(e.at); }
  void operator()(const TurnEndPredicted& e) { line.word("turn_end").id(e.request).value(e.probability); }
  void operator()(const LineSoundHeard& e) { line.word("line_sound").word(name(e.sound)); }
  void operator()(const PartialTranscript& e) { line.word("partial").text(e.text.expose()); }
  void operator()(const FinalTranscript& e) {
    line.word("final").id(e.request).value(e.confidence).length(e.engine_time).text(e.text.expose());
  }
  void operator()(const TranscriptionFailed& e) { line.word("stt_failed").id(e.request).error(e.error); }
  void operator()(const ChatText& e) { line.word("chat_text").id(e.request).text(e.delta); }
  void operator()(const ChatFinished& e) {
    line.word("chat_done").id(e.request).value(e.outcome.confidence).text(e.outcome.provider_state);
    for (const auto& tool : e.outcome.tool_calls) line.word("tool").text(tool.id).text(tool.name).text(tool.arguments);
    for (const auto& source : e.outcome.sources) line.word("source").text(source);
    const auto& used = e.outcome.usage;
    if (used.input_tokens != 0 || used.output_tokens != 0)
      line.word("used").word(std::to_string(used.input_tokens)).word(std::to_string(used.output_tokens));
  }
  void operator()(const ChatFailed& e) { line.word("chat_failed").id(e.request).error(e.error); }
  void operator()(const ToolFinished& e) { line.word("tool_done").text(e.tool_call_id).text(e.result); }
  void operator()(const PieceReady& e) { line.word("piece_ready").id(e.piece); }
  void operator()(const PieceSynthesised& e) {
    line.word("piece_done").id(e.piece).length(e.length).length(e.engine_time);
  }
  void operator()(const SynthesisFailed& e) { line.word("piece_failed").id(e.piece).error(e.error); }
  void operator()(const PlayoutStarted& e) { line.word("playing").id(e.piece); }
  void operator()(const PlayoutFinished& e) { line.word("played").id(e.piece); }
  void operator()(const PlayoutCut& e) { line.word("cut").id(e.piece).length(e.heard); }
  void operator()(const SecondLegRinging&) { line.word("second_ringing"); }
  void operator()(const SecondLegAnswered&) { line.word("second_answered"); }
  void operator()(const SecondLegHeard& e) { line.word("second_heard").id(e.piece); }
  void operator()(const SecondLegDigit& e) { line.word("second_digit").word(std::string_view(&e.digit, 1)); }
  void operator()(const SecondLegEnded& e) { line.word("second_ended").text(e.reason); }
  void operator()(const ReferEnded& e) {
    line.word("refer_ended").word(e.accepted ? "accepted" : "failed").text(e.reason);
  }
  void operator()(const Wakeup&) { line.word("wakeup"); }
  void operator()(const HangUpRequested& e) { line.word("hang_up").text(e.reason); }
  void operator()(const RecordingRequested& e) { line.word("recording").word(e.paused ? "pause" : "resume"); }
  void operator()(const OperatorTookOver& e) { line.word("take_over").text(e.who); }
  void operator()(const OperatorGaveBack& e) { line.word("give_back").text(e.who); }
  void operator()(const OperatorSaid& e) { line.word("operator_said").text(e.who).text(e.text.expose()); }
  void operator()(const OperatorWhispered& e) { line.word("whispered").text(e.who).text(e.text.expose()); }
  void operator()(const OperatorHeld& e) { line.word("operator_held").text(e.who).word(e.on ? "on" : "off"); }
  void operator()(const OperatorPutThrough& e) {
    line.word("operator_put_through").text(e.who).text(e.to);
    if (e.kind != PutThroughKind::usual) line.word(e.kind == PutThroughKind::warm ? "warm" : "cold");
  }
};

struct CommandWriter {
  Line line;
  void operator()(const Answer&) { line.word("answer"); }
  void operator()(const EndCall& c) { line.word("end_call").word(name(c.end_class)).text(c.reason); }
  void operator()(const BeginUtterance& c) { line.word("listen").at(c.from); }
  void operator()(const Transcribe& c) { line.word("transcribe").id(c.request); }
  void operator()(const EndUtterance&) { line.word("end_utterance"); }
  void operator()(const PredictTurnEnd& c) { line.word("predict_turn_end").id(c.request); }
  void operator()(const StartChat& c) {
    line.word("chat").id(c.request.id).word(c.request.speculative ? "guess" : "asked");
    line.text(c.request.messages.empty() ? "" : c.request.messages.back().text);
  }
  void operator()(const CancelChat& c) { line.word("cancel_chat").id(c.request); }
  void operator()(const RunTool& c) { line.word("run_tool").text(c.call.name).text(c.call.arguments); }
  void operator()(const Synthesise& c) { line.word("synthesise").id(c.piece).text(c.text); }
  void operator()(const Play& c) { line.word("play").id(c.piece); }
  void operator()(const CancelSynthesis& c) { line.word("cancel_synthesis").id(c.piece); }
  void operator()(const FlushPlayout&) { line.word("flush"); }
  void operator()(const HoldPlayout&) { line.word("hold"); }
  void operator()(const ResumePlayout&) { line.word("resume"); }
  void operator()(const SetEcho& c) { line.word("echo").word(c.on ? "on" : "off"); }
  void operator()(const HoldMusic& c) { line.word("hold_music").word(c.on ? "on" : "off"); }
  void operator()(const CallSecondLeg& c) { line.word("call_second").text(c.address); }
  void operator()(const TellSecondLeg& c) { line.word("tell_second").id(c.piece); }
  void operator()(const Bridge&) { line.word("bridge"); }
  void operator()(const EndSecondLeg& c) { line.word("end_second").text(c.reason); }
  void operator()(const Refer& c) { line.word("refer").text(c.address).length(c.limit); }
  void operator()(const NoteConsent& c) {
    line.word("consent").word(c.policy).word(name(c.outcome)).text(c.words.expose());
  }
  void operator()(const StartRecording&) { line.word("record"); }
  void operator()(const PauseRecording& c) { line.word("pause_recording").text(c.reason); }
  void operator()(const ResumeRecording&) { line.word("resume_recording"); }
  void operator()(const StopRecording& c) { line.word("stop_recording").text(c.reason); }
  void operator()(const HideKeys&) { line.word("hide_keys"); }
  void operator()(const ShowAttendant& c) { line.word("attendant").text(c.who); }
  void operator()(const RefuseOrder& c) { line.word("refuse_order").text(c.reason); }
  void operator()(const RecordTurn& c) {
    line.word("turn").word(c.speaker == Speaker::caller ? "caller" : "receptionist").text(c.text.expose());
    if (c.interrupted) line.word("heard").text(c.heard.expose());
  }
  void operator()(const Trace& c) { line.word("why").word(c.decision).text(c.reason); }
};

}  // namespace

std::string to_line(base::Instant at, const Event& event, const TapeOrigin& origin) {
  EventWriter writer{Line(at, origin, " ")};
  std::visit(writer, event);
  return writer.line.take();
}

std::string to_line(base::Instant at, const Command& command, const TapeOrigin& origin) {
  CommandWriter writer{Line(at, origin, " >")};
  std::visit(writer, command);
  return writer.line.take();
}

std::string to_detail(const Command& command) {
  const auto* chat = std::get_if<StartChat>(&command);
  if (chat == nullptr) return {};
  LineDigest digest;
  digest.add(chat->request.system_prompt);
  for (const auto& message : chat->request.messages) {
    digest.add(std::to_string(static_cast<int>(message.role)) + message.text);
    for (const auto& tool : message.tool_calls) digest.add(tool.id + ' ' + tool.name + ' ' + tool.arguments);
    digest.add(message.tool_call_id);
    digest.add(message.provider_state);
  }
  for (const auto& tool : chat->request.tools) digest.add(tool.name + tool.description + tool.parameters_schema);
  digest.add(std::to_string(chat->request.wall_now.unix_ms) + ' ' + chat->request.caller_number);
  return "#+ input " + std::to_string(chat->request.messages.size()) + " messages " + digest.text();
}

void LineDigest::add(std::string_view line) {
  constexpr std::uint64_t kPrime = 1099511628211ULL;
  for (const char c : line) value_ = (value_ ^ static_cast<unsigned char>(c)) * kPrime;
  value_ = (value_ ^ static_cast<unsigned char>('\n')) * kPrime;
}

std::string Tally::line() const {
  return "#! end events=" + std::to_string(events) + " commands=" + std::to_string(commands) +
         " digest=" + digest.text();
}

std::string LineDigest::text() const {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value_));
  return text.data();
}

}  // namespace frontdesk::call
