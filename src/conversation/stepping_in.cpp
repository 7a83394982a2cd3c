// Somebody of the business steps into the call: answers in our place, has us say or know something, puts the caller on
// hold or through. Until it is ours again the caller is heard and written down, and nobody is asked for a reply.
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr std::size_t kMostWhispers = 10;
constexpr std::size_t kLongestWhisper = 500;  // bytes
constexpr std::size_t kLongestSaying = 600;   // bytes: three quarters of a minute

/// Not cut within a character of UTF-8.
std::string shortened(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

/// The caller is with somebody else already, or about to be; or we are on our way out.
bool Conversation::too_late_for(const char* order) {
  if (!transfer_ && !saying_last_words()) return false;
  trace("operator", std::string(order) + (transfer_ ? ": the caller is being put through" : ": we are saying goodbye"));
  return true;
}

bool Conversation::out_of_earshot(const char* order) {
  if (held_by_caller_) trace("operator", std::string(order) + ": the caller's side has us on hold");
  return held_by_caller_;
}

/// What we were saying, or about to say, is not said. What the caller is saying goes on being listened to.
void Conversation::fall_silent() {
  discard_guesses();
  if (held_ && !held_->audible && caller_record_) reclaim_turn();
  consent_.other_words(*commands_);
  stop_speaking();
  clear(kIdle);
  if (state_ != State::speaking && state_ != State::thinking) return;
  record_caller();
  enter(State::listening);
}

/// The same, and the caller's turn ends here.
void Conversation::break_off() {
  keep_words();
  if (caller_.open && !caller_.whole().empty()) history_.caller_said(caller_.whole());
  close_turn();
  stop_speaking();
}

/// Somebody else answers it. That the caller wants no recording is obeyed all the same.
void Conversation::note_turn(std::string text, float confidence) {
  settle_cut_reply();
  record_caller();
  caller_record_ = caller_turn(text, confidence);
  about_recording(text);
  close_turn();
  caller_record_->speculation = caller_.speculation;
  record_caller();
  idle_prompts_said_ = 0;
  history_.caller_said(std::move(text));
  enter(State::listening);
}

void Conversation::attend(std::string who) {
  attended_ = !who.empty();
  back_unannounced_ = false;
  emit(call::ShowAttendant{std::move(who)});
}

void Conversation::end_hold() {
  if (!std::exchange(held_by_operator_, false)) return;
  emit(call::HoldMusic{false});
}

void Conversation::on(const call::OperatorTookOver& event) {
  if (too_late_for("not taken over")) return;
  trace("operator", event.who + (attended_ ? " takes the call on" : " took over"));
  end_hold();
  attend(event.who);
  fall_silent();
}

void Conversation::on(const call::OperatorGaveBack& event) {
  if (on_our_own()) return trace("operator", "nothing to give back");
  trace("operator", event.who + " gave the call back");
  end_hold();
  attend("");
  come_back();
}

/// With a word, so that the caller knows; who is speaking has the answer instead.
void Conversation::come_back() {
  back_unannounced_ = held_by_caller_ || state_ == State::hearing || state_ == State::pausing;
  if (back_unannounced_) return;
  stop_speaking();
  record_caller();
  say(settings_.given_back);
}

void Conversation::on(const call::OperatorSaid& event) {
  if (too_late_for("not said") || out_of_earshot("not said")) return;
  trace("operator", event.who + " has her say something");
  end_hold();
  back_unannounced_ = false;
  break_off();
  say(shortened(event.text.expose(), kLongestSaying));
}

void Conversation::on(const call::OperatorWhispered& event) {
  trace("operator", event.who + " whispered");
  if (whispers_.size() >= kMostWhispers) whispers_.erase(whispers_.begin());
  whispers_.push_back(shortened(event.text.expose(), kLongestWhisper));
  discard_guesses();  // they were made without it
}

void Conversation::on(const call::OperatorHeld& event) {
  if (too_late_for("not held") || event.on == held_by_operator_) return;
  trace("operator", event.who + (event.on ? " put the caller on hold" : " ended the hold"));
  if (event.on) {
    held_by_operator_ = true;
    back_unannounced_ = false;
    fall_silent();
    return emit(call::HoldMusic{true});
  }
  end_hold();
  if (!attended_) come_back();
}

/// As if the model had asked for it: the same words, the same rules of whom callers may be put through to.
void Conversation::on(const call::OperatorPutThrough& event) {
  if (too_late_for("not put through") || out_of_earshot("not put through")) return;
  trace("operator", event.who + " puts the caller through");
  end_hold();
  break_off();
  if (attended_) attend("");
  auto words = own_words(settings_.transfers.connecting);
  llm::ToolCall order{"operator-" + std::to_string(++operator_orders_), "transfer_call",
                      boost::json::serialize(boost::json::object{{"to", event.to}, {"reason", ""}})};
  words.put_through = PutThrough{order.id, event.to, ""};
  words.outcome.tool_calls = {std::move(order)};
  words.tools_run = true;
  transfers_ = 0;
  drop(reply_);
  reply_ = std::move(words);
  release_reply();
}

}  // namespace frontdesk::conversation
