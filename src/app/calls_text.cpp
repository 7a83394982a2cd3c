#include "app/calls_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "api/call_words.hpp"

namespace frontdesk::app {
namespace {

template <class... Args>
std::string format(const char* pattern, Args... args) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), pattern, args...);
  return text.data();
}

std::string time_text(base::UtcTime at) {
  const std::time_t seconds = at.unix_ms / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return text.data();
}

std::string length_text(std::int64_t ms) {
  return format("%lld:%02lld", static_cast<long long>(ms / 60000), static_cast<long long>(ms / 1000 % 60));
}

std::string ms_text(const std::optional<std::int64_t>& ms) {
  return ms ? format("%lld ms", static_cast<long long>(*ms)) : std::string("-");
}

std::string caller_text(const store::CallRow& call) {
  const auto& number = call.caller.expose();
  return number.empty() || number == "anonymous" ? "withheld" : plain(number);
}

/// What a stage took, where it is known: "  endpoint 402, text 91, model 4, voice 60".
std::string stages_text(const store::TurnRow& turn) {
  std::string text;
  const auto add = [&](const char* name, const std::optional<std::int64_t>& ms) {
    if (ms) text += (text.empty() ? "" : ", ") + format("%s %lld", name, static_cast<long long>(*ms));
  };
  add("turn decided", turn.endpoint_ms);
  add("transcript", turn.stt_ms);
  add("model", turn.llm_ms);
  add("voice", turn.tts_ms);
  return text;
}

std::string turn_text(const store::TurnRow& turn) {
  const bool ours = turn.speaker == store::TurnSpeaker::receptionist;
  std::string text = format("%8s  %-12s  ", length_text(turn.started_ms).c_str(), ours ? "receptionist" : "caller");
  text += plain(turn.text.expose()) + "\n";
  if (turn.interrupted) text += std::string(24, ' ') + "(interrupted; heard: \"" + plain(turn.heard.expose()) + "\")\n";
  std::string facts;
  if (turn.gap_ms) facts = "replied in " + ms_text(turn.gap_ms);
  const auto stages = stages_text(turn);
  if (!stages.empty()) facts += (facts.empty() ? "" : "; ") + stages + " ms";
  if (!facts.empty()) text += std::string(24, ' ') + facts + "\n";
  if (turn.speculation && turn.speculation->candidates > 0)
    text += std::string(24, ' ') +
            format("%lld replies prepared early, %lld thrown away (%lld characters spoken for nothing)\n",
                   static_cast<long long>(turn.speculation->candidates),
                   static_cast<long long>(turn.speculation->discarded),
                   static_cast<long long>(turn.speculation->discarded_characters));
  return text;
}

/// "turn 3, caller: What time do you open?", cut to the terminal's width.
std::string turn_heading(std::optional<int> index, const std::vector<store::TurnRow>& turns) {
  constexpr std::size_t kWidth = 96;
  if (!index) return "after the last turn";
  auto text = "turn " + std::to_string(*index);
  for (const auto& turn : turns)
    if (turn.index == *index)
      text += std::string(turn.speaker == store::TurnSpeaker::caller ? ", caller: " : ", receptionist: ") +
              plain(turn.text.expose());
  if (text.size() <= kWidth) return text;
  auto end = kWidth - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

/// Who called, by what the network says of it.
std::string identity_text(const store::CallRow& call) {
  const auto& who = call.who;
  std::string text;
  const auto line = [&](const char* title, const std::string& words) {
    if (!words.empty()) text += "  " + std::string(title) + ": " + plain(words) + "\n";
  };
  line("name", call.caller_name.expose());
  line("number given by", api::asserted_by_words(who));
  if (who.withheld) line("number", "withheld by the caller");
  line("attestation", api::attestation_words(who));
  line("statement", who.statement);
  line("diverted", api::diverted_words(who));
  if (who.priority) line("priority", "yes");
  return text;
}

std::string quality_text(const store::CallRow& call) {
  const auto& quality = call.quality;
  std::string text =
      format("  line: %.2f %% of packets lost (%lld), jitter %.1f ms, at most %.1f ms", call.loss_percent,
             static_cast<long long>(quality.packets_lost), call.jitter_ms, quality.jitter_max_ms);
  if (quality.round_trip_ms) text += ", round trip " + ms_text(quality.round_trip_ms);
  text += "\n";
  if (const auto words = api::sound_words(quality); !words.empty()) text = "  sound quality: " + words + "\n" + text;
  if (!quality.codec.empty())
    text += format("  sound: %s, packets of %lld ms, encryption: %s\n", plain(quality.codec).c_str(),
                   static_cast<long long>(quality.packet_ms),
                   plain(std::string(api::encryption_words(quality.srtp))).c_str());
  return text;
}

bool refused(const store::CallRow& call) {
  return call.status == store::CallStatus::rejected;
}

}  // namespace

std::string plain(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

std::string calls_table(const store::CallPage& page) {
  if (page.calls.empty()) return "No calls yet.\n";
  std::string text =
      format("%-19s  %-18s %7s  %-11s %5s  %-8s %s\n", "when", "caller", "length", "status", "turns", "reply", "id");
  for (const auto& call : page.calls)
    text += format("%-19s  %-18.18s %7s  %-11s %5lld  %-8s %s\n", time_text(call.started_at).c_str(),
                   caller_text(call).c_str(), length_text(call.duration_ms).c_str(),
                   std::string(store::name(call.status)).c_str(), static_cast<long long>(call.turns),
                   ms_text(call.gap_p50_ms).c_str(), call.id.c_str()) +
            (refused(call) ? std::string(21, ' ') + plain(call.end_reason) + "\n" : std::string());
  if (!page.next.empty()) text += "There are more: use --limit.\n";
  return text;
}

std::string call_page(const store::CallRow& call, const std::vector<store::TurnRow>& turns,
                      const std::vector<store::MessageRow>& messages, const std::vector<store::ConsentRow>& consents) {
  std::string text = call.id + "\n";
  text += "  " + time_text(call.started_at) + ", " + caller_text(call) + " called " + plain(call.called) + ", " +
          length_text(call.duration_ms) + ", " + std::string(store::name(call.status)) + "\n";
  if (!call.end_reason.empty() && !refused(call)) text += "  ended: " + call.end_reason + "\n";
  text += std::string(refused(call) ? "  refused: " : "  accepted: ") + plain(call.screening) + "\n";
  text += identity_text(call);
  if (refused(call)) return text;
  text += "  reply gap on the waveform: median " + ms_text(call.gap_p50_ms) + ", 95 % within " +
          ms_text(call.gap_p95_ms) + "\n";
  text += quality_text(call);
  if (!call.recording.empty()) text += "  recording: " + call.recording + "\n";
  for (const auto& consent : consents)
    text += "  may it be recorded? " + consent.outcome + " (" + consent.policy + ") " + time_text(consent.at) +
            (consent.words.expose().empty() ? "" : ": \"" + plain(consent.words.expose()) + "\"") + "\n";
  text += "\n";
  for (const auto& turn : turns) text += turn_text(turn);
  for (const auto& message : messages)
    text += "\nMessage from " + plain(message.name.expose()) + ", " + plain(message.number.expose()) + ": " +
            plain(message.reason.expose()) + "\n";
  return text;
}

std::string decisions_text(const std::vector<replay::Decision>& decisions, const std::vector<store::TurnRow>& turns) {
  if (decisions.empty()) return "\nNo decisions are on record.\n";
  std::string text = "\nDecisions, in seconds since the answer\n";
  std::optional<std::optional<int>> shown;
  for (const auto& decision : decisions) {
    if (shown != decision.turn) text += "  " + turn_heading(decision.turn, turns) + "\n";
    shown = decision.turn;
    text += format("%10.3f  %-11s ", base::to_seconds(decision.after_answer.value_or(base::Duration{0})),
                   plain(decision.decision).c_str()) +
            plain(decision.reason) + "\n";
  }
  return text;
}

}  // namespace frontdesk::app
