// The thinking part of the conversation: asking the model, running its tools, and what to say
// when something on the way to a reply breaks.
#include <algorithm>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr int kMaxFailuresInARow = 3;
constexpr int kMaxToolRounds = 4;
constexpr std::size_t kMaxToolCalls = 8;  // in one reply

}  // namespace

Reply Conversation::prepare_reply(const std::string& caller_text, bool released) {
  Reply reply;
  reply.released = released;
  reply.answers = caller_text;
  ask_model(reply, caller_text);
  return reply;
}

void Conversation::ask_model(Reply& reply, const std::string& caller_text) {
  reply.chat = mint();
  reply.asked_model = now_;
  llm::ChatRequest request;
  request.id = reply.chat;
  request.system_prompt = settings_.system_prompt;
  if (const auto earlier = history_.summary(); !earlier.empty()) request.system_prompt += "\n\n" + earlier;
  for (const auto& whisper : whispers_)
    request.system_prompt += "\n\nFrom the business, not for the caller's ears: " + whisper;
  request.messages = history_.messages();
  // Until the turn is decided the caller's words are not history.
  if (!caller_text.empty()) request.messages.push_back({.role = llm::Role::user, .text = caller_text});
  request.tools = settings_.tools;
  request.wall_now.unix_ms = settings_.wall_at_start.unix_ms + base::to_ms(now_ - started_);
  request.caller_number = settings_.caller_number.expose();
  request.speculative = !reply.released;
  emit(call::StartChat{std::move(request)});
}

/// The reply to the decided turn: all of it may be spoken.
void Conversation::take_up(Reply reply) {
  reply_ = std::move(reply);
  if (!reply_->text_complete && reply_->pieces.empty()) set(kModel, now_ + settings_.model_deadline);
  expect_answer();
  release_reply();
}

/// Somebody waits for an answer that was never given.
void Conversation::answer_caller() {
  caller_.speech_end = now_;
  take_up(prepare_reply("", true));
}

void Conversation::on(const call::ChatText& event) {
  auto* reply = reply_of_chat(event.request);
  if (reply == nullptr) return;
  // Until there is a clause to speak, silence is still the model's fault.
  if (!reply->times.model) {
    reply->times.model = now_ - reply->asked_model;
    if (is_current(*reply)) set(kModel, now_ + settings_.model_deadline);
  }
  for (auto& text : reply->splitter.feed(event.delta)) add_piece(*reply, std::move(text));
  if (is_current(*reply) && !reply->pieces.empty()) clear(kModel);
}

void Conversation::on(const call::ChatFinished& event) {
  auto* reply = reply_of_chat(event.request);
  if (reply == nullptr) return;
  if (is_current(*reply)) clear(kModel);
  reply->outcome = event.outcome;
  if (reply->outcome.tool_calls.size() > kMaxToolCalls) reply->outcome.tool_calls.resize(kMaxToolCalls);
  reply->text_complete = true;
  for (auto& text : reply->splitter.finish()) add_piece(*reply, std::move(text));
  const bool empty = reply->pieces.empty() && reply->outcome.tool_calls.empty();
  if (empty) reply->broken = "an empty answer";
  if (is_guess(*reply) && empty)
    return discard_guess(static_cast<std::size_t>(reply - guesses_.data()), "the answer was empty");
  if (is_guess(*reply) && state_ == State::pausing && caller_.transcribed) return plan_endpoint();
  if (!is_current(*reply)) return;  // the rest when its time comes
  if (empty) return reply_failed("model", reply->broken);
  if (reply->audible || reply->pieces.empty()) run_tools(*reply);
  if (reply->complete()) finish_reply();
}

/// What arrived before the failure is whole sentences: they are still said, and the apology after them.
void Conversation::on(const call::ChatFailed& event) {
  auto* reply = reply_of_chat(event.request);
  if (reply == nullptr) return;
  reply->text_complete = true;
  if (is_guess(*reply)) {  // still the caller's turn: asked again when it is decided
    trace("fallback", "model: " + event.error.message);
    return discard_guess(static_cast<std::size_t>(reply - guesses_.data()), "the model failed");
  }
  reply->broken = event.error.message;
  if (!is_current(*reply)) return;
  clear(kModel);
  if (reply->current() == nullptr) reply_failed("model", event.error.message);
}

// --- tools

/// Tools run once the caller hears the answer (or, without words, once the turn is decided): a
/// discarded guess must leave no message behind.
void Conversation::run_tools(Reply& reply) {
  if (reply.tools_run) return;
  reply.tools_run = true;
  for (const auto& tool : reply.outcome.tool_calls) {
    if (tool.name == "end_call") {
      reply.ending = Ending{call::EndClass::completed, "the caller said goodbye"};
    } else if (tool.name == "transfer_call" && !reply.put_through) {
      plan_transfer(reply, tool);
    } else {
      trace("tool", tool.name);
      ++reply.tools_pending;
      emit(call::RunTool{tool});
    }
  }
}

/// Nothing but tools was asked for: hang up, or wait for their results and ask again.
void Conversation::await_tools() {
  if (reply_->put_through) return announce_transfer();
  if (reply_->ending) return say_last(settings_.goodbye, reply_->ending->end_class, reply_->ending->reason);
  set(kModel, now_ + settings_.model_deadline);
}

/// The reply that runs this tool and has no result of it yet.
Reply* Conversation::awaiting(const std::string& tool_call_id) {
  for (auto* reply : {&cut_reply_, &held_, &reply_}) {
    if (!*reply || !(*reply)->tools_run) continue;
    const auto& calls = (*reply)->outcome.tool_calls;
    const auto& results = (*reply)->tool_results;
    if (std::any_of(calls.begin(), calls.end(), [&](const auto& call) { return call.id == tool_call_id; }) &&
        std::none_of(results.begin(), results.end(), [&](const auto& result) { return result.first == tool_call_id; }))
      return &**reply;
  }
  return nullptr;
}

/// A model that answered with nothing but tool calls is asked again with their results.
void Conversation::on(const call::ToolFinished& event) {
  auto* reply = awaiting(event.tool_call_id);
  if (reply == nullptr) return history_.tool_answered(event.tool_call_id, event.result);
  reply->tool_results.emplace_back(event.tool_call_id, event.result);
  if (--reply->tools_pending > 0 || !reply->pieces.empty()) return;
  if (cut_reply_ && reply == &*cut_reply_) return;
  if (is_current(*reply) && ++tool_rounds_ > kMaxToolRounds) return reply_failed("model", "it kept calling tools");
  history_.receptionist_said("", reply->outcome, true);
  for (auto& [id, result] : reply->tool_results) history_.tool_answered(id, result);
  Reply next;
  next.released = true;
  next.held = reply->held;
  next.answers = std::move(reply->answers);
  *reply = std::move(next);
  ask_model(*reply, "");
  if (is_current(*reply)) set(kModel, now_ + settings_.model_deadline);
}

// --- failures

/// Something on the way to the reply broke.
void Conversation::reply_failed(const char* stage, const std::string& why) {
  if (!reply_) return;
  const auto ending = reply_->ending;
  // Our own words are worth a second try; the model's are asked for again by the caller.
  const auto words = reply_->chat == 0 && !reply_->audible ? reply_->full_text() : settings_.apology;
  trace("fallback", std::string(stage) + ": " + why);
  cut(filler_);
  if (reply_->audible)
    cut(reply_);
  else
    drop(reply_);
  if (ending) return end(ending->end_class, ending->reason);
  if (!on_our_own() && words == settings_.apology) return enter(State::listening);
  apologise(stage, why, words);
}

/// When it keeps breaking, the caller can at least leave a message; when even that fails, goodbye.
void Conversation::apologise(const char* stage, const std::string& why, const std::string& words) {
  if (++failures_in_a_row_ < kMaxFailuresInARow) return say(words);
  const bool can_listen = std::string_view(stage) == "model" || std::string_view(stage) == "answer";
  if (!can_listen || taking_message_)
    return say_last(settings_.goodbye_trouble, call::EndClass::failed, std::string(stage) + ": " + why);
  trace("fallback", "taking a message instead");
  taking_message_ = true;
  say(settings_.leave_message);
}

}  // namespace frontdesk::conversation
