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
constexpr std::size_t kMostSayings = 3;       // that wait for the caller to finish

/// Not cut within a character of UTF-8.
std::string shortened(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

std::optional<transfer::Method> method_of(call::PutThroughKind kind) {
  switch (kind) {
    case call::PutThroughKind::warm:
      return transfer::Method::announced;
    case call::PutThroughKind::cold:
      return transfer::Method::blind;
    case call::PutThroughKind::usual:
      break;
  }
  return std::nullopt;
}

}  // namespace

/// Whoever ordered it is told why.
void Conversation::refuse(const std::string& who, std::string why) {
  trace("operator", "an order of " + who + " came to nothing: " + why);
  emit(call::RefuseOrder{std::move(why)});
}

/// The caller is with somebody else already, or about to be; or we are on our way out.
bool Conversation::too_late_for(const std::string& who) {
  if (!transfer_ && !saying_last_words()) return false;
  refuse(who, !transfer_               ? "the receptionist is saying goodbye"
              : transfer_->connected() ? "the caller has been put through"
                                       : "the caller is being put through");
  return true;
}

bool Conversation::out_of_earshot(const std::string& who) {
  if (held_by_caller_) refuse(who, "the caller has put us on hold");
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

/// Not the model's to answer. That the caller wants no recording is obeyed all the same.
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
  if (orders_wait()) return obey();
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
  if (too_late_for(event.who)) return;
  trace("operator", event.who + (attended_ ? " takes the call on" : " took over"));
  end_hold();
  to_put_through_.reset();
  attend(event.who);
  fall_silent();
}

void Conversation::on(const call::OperatorGaveBack& event) {
  if (on_our_own()) return refuse(event.who, "nobody has taken the call over");
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
  if (too_late_for(event.who) || out_of_earshot(event.who)) return;
  if (to_say_.size() >= kMostSayings) return refuse(event.who, "she has enough to say, once the caller has finished");
  trace("operator", event.who + " has her say something");
  to_say_.push_back(shortened(event.text.expose(), kLongestSaying));
  end_hold();
  obey_in_turn();
}

void Conversation::on(const call::OperatorWhispered& event) {
  trace("operator", event.who + " whispered");
  if (whispers_.size() >= kMostWhispers) whispers_.erase(whispers_.begin());
  whispers_.push_back(shortened(event.text.expose(), kLongestWhisper));
  discard_guesses();  // they were made without it
}

void Conversation::on(const call::OperatorHeld& event) {
  if (too_late_for(event.who)) return;
  if (event.on == held_by_operator_)
    return refuse(event.who, event.on ? "the caller is on hold already" : "the caller is not on hold");
  trace("operator", event.who + (event.on ? " put the caller on hold" : " ended the hold"));
  if (event.on) {
    held_by_operator_ = true;
    to_say_.clear();
    to_put_through_.reset();
    back_unannounced_ = false;
    fall_silent();
    return emit(call::HoldMusic{true});
  }
  end_hold();
  if (!attended_) come_back();
}

void Conversation::on(const call::OperatorPutThrough& event) {
  if (too_late_for(event.who) || out_of_earshot(event.who)) return;
  const auto target = transfer::find_target(settings_.transfers.targets, event.to);
  if (!target) return refuse(event.who, "callers are put through only to those whom the settings name");
  trace("operator", event.who + " puts the caller through to " + target->name);
  to_put_through_ =
      PutThrough{"operator-" + std::to_string(++operator_orders_), target->name, "", method_of(event.kind)};
  end_hold();
  obey_in_turn();
}

/// Who is speaking finishes first: cut off in mid-sentence, the rest of it would be lost, too.
void Conversation::obey_in_turn() {
  back_unannounced_ = false;
  if (state_ != State::hearing && state_ != State::pausing) obey();
}

void Conversation::obey() {
  discard_guesses();
  stop_speaking();
  std::string text;
  for (const auto& each : std::exchange(to_say_, {})) text += (text.empty() ? "" : " ") + each;
  if (!to_put_through_) return say(text);
  put_through(text);
}

/// As if the model had asked for it: the same words, the same rules of whom callers may be put through to.
void Conversation::put_through(const std::string& text) {
  auto wanted = *std::exchange(to_put_through_, std::nullopt);
  if (attended_) attend("");
  auto words = own_words((text.empty() ? "" : text + " ") + settings_.transfers.connecting);
  words.outcome.tool_calls = {
      {wanted.tool_call_id, "transfer_call",
       boost::json::serialize(boost::json::object{{"to", wanted.wanted}, {"reason", wanted.reason}})}};
  words.put_through = std::move(wanted);
  words.tools_run = true;
  transfers_ = 0;
  drop(reply_);
  reply_ = std::move(words);
  release_reply();
}

}  // namespace frontdesk::conversation
