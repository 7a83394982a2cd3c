// Keeping the call sensible and never silent: fillers for late replies, a way out of loops, machines.
#include <algorithm>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr base::Duration kAfterFiller = base::milliseconds(2200);  // then a second word, or the answer's deadline
constexpr int kMostFillers = 2;                                    // for one answer
constexpr base::Duration kOnHoldPatience = base::seconds(30);

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

}  // namespace

/// The turn is not one for the model.
void Conversation::intervene(Concern concern, const std::string& caller_text) {
  switch (concern) {
    case Concern::none:
    case Concern::music:  // it only keeps us from asking "are you still there?"
      return;
    case Concern::nobody_to_ask:
      return store_message(caller_text);
    case Concern::going_round:
      trace("loop", "the caller has said the same three times");
      return say(settings_.going_round);
    case Concern::hopeless:
      trace("loop", "the caller has said the same five times");
      return say_last(settings_.goodbye_trouble, call::EndClass::completed, "the conversation went round in circles");
    case Concern::machine:
      trace("machine", "a recorded announcement is speaking");
      return end(call::EndClass::completed, "a recorded announcement was speaking, not a person");
    case Concern::budget_used_up:
      trace("limit", "more turns than any call needs");
      return say_last(settings_.goodbye_limit, call::EndClass::time_limit,
                      "the conversation reached its limit of turns");
  }
}

/// The model is out of order: what the caller says now is kept word for word.
void Conversation::store_message(const std::string& caller_text) {
  trace("fallback", "the caller's words are stored as a message");
  llm::ToolCall message;
  message.id = "message";
  message.name = "take_message";
  message.arguments = R"({"name":"","number":)" + json_text(settings_.caller_number.expose()) + R"(,"reason":)" +
                      json_text(caller_text) + "}";
  emit(call::RunTool{std::move(message)});
  say_last(settings_.message_taken, call::EndClass::completed, "the model failed; the caller left a message");
}

void Conversation::on(const call::LineSoundHeard& event) {
  trace("line", std::string(call::name(event.sound)) + " was heard");
  if (held_by_caller_ || !on_our_own()) return;
  switch (supervisor_.heard(event.sound, now_)) {
    case Concern::machine:
      return end(call::EndClass::completed, event.sound == call::LineSound::fax
                                                ? "a fax machine was calling"
                                                : "an answering machine was at the other end");
    case Concern::music:
      if (state_ == State::listening) set(kIdle, now_ + kOnHoldPatience);
      return;
    default:
      return;
  }
}

/// From the decided turn on we owe a sound.
void Conversation::expect_answer() {
  const bool out_of_excuses = fillers_since_answer_ >= kMostFillers;
  set(kAnswer, now_ + (out_of_excuses ? settings_.filler_after : settings_.answer_deadline));
  if (reply_->chat == 0) return;  // fixed phrases are not waited for
  const auto latest = std::max(now_, caller_.speech_end + settings_.sound_within);
  set(kFiller, std::min(now_ + settings_.filler_after, latest));
}

/// The reply is really late.
void Conversation::fill_silence() {
  if (state_ != State::thinking || !reply_ || reply_->audible || filler_) return;
  if (fillers_since_answer_ >= kMostFillers || settings_.fillers.empty()) return;
  const auto& words = fillers_since_answer_ == 0
                          ? settings_.fillers[static_cast<std::size_t>(fillers_said_++) % settings_.fillers.size()]
                          : settings_.patience;
  ++fillers_since_answer_;
  trace("filler", "nothing to hear yet");
  filler_ = own_words(words);
  filler_->aside = true;
  filler_->released = true;
  request_pieces(*filler_);
}

/// Heard or failed: the next word of ours is the answer, or another excuse.
void Conversation::after_filler() {
  if (filler_->audible) record_receptionist(*filler_, false);
  filler_.reset();
  if (state_ != State::thinking || !reply_ || reply_->audible) return;
  // Nobody waits for an answer longer than for an excuse.
  const bool out_of_excuses = fillers_since_answer_ >= kMostFillers;
  set(out_of_excuses ? kAnswer : kFiller, std::min(timers_[kAnswer], now_ + kAfterFiller));
}

}  // namespace frontdesk::conversation
