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

void Conversation::prepare_reply(const std::string& caller_text, bool released) {
  drop_reply();
  reply_.emplace();
  reply_->released = released;
  ask_model(*reply_, caller_text);
}

void Conversation::ask_model(Reply& reply, const std::string& caller_text) {
  reply.chat = mint();
  reply.asked_model = now_;
  llm::ChatRequest request;
  request.id = reply.chat;
  request.system_prompt = settings_.system_prompt;
  request.messages = history_.messages();
  // Until the turn is decided the caller's words are not history.
  if (!caller_text.empty()) request.messages.push_back({.role = llm::Role::user, .text = caller_text});
  request.tools = settings_.tools;
  request.wall_now.unix_ms = settings_.wall_at_start.unix_ms + base::to_ms(now_ - started_);
  request.caller_number = settings_.caller_number.expose();
  request.speculative = !reply.released;
  set(kModel, now_ + settings_.model_deadline);
  emit(call::StartChat{std::move(request)});
}

void Conversation::on(const call::ChatText& event) {
  if (!reply_ || event.request == 0 || event.request != reply_->chat || reply_->text_complete) return;
  // Until there is a clause to speak, silence is still the model's fault.
  if (!reply_->times.model) {
    reply_->times.model = now_ - reply_->asked_model;
    set(kModel, now_ + settings_.model_deadline);
  }
  for (auto& text : reply_->splitter.feed(event.delta)) add_piece(*reply_, std::move(text));
  if (!reply_->pieces.empty()) clear(kModel);
}

void Conversation::on(const call::ChatFinished& event) {
  if (!reply_ || event.request == 0 || event.request != reply_->chat || reply_->text_complete) return;
  clear(kModel);
  reply_->outcome = event.outcome;
  if (reply_->outcome.tool_calls.size() > kMaxToolCalls) reply_->outcome.tool_calls.resize(kMaxToolCalls);
  reply_->text_complete = true;
  for (auto& text : reply_->splitter.finish()) add_piece(*reply_, std::move(text));
  if (reply_->pieces.empty() && reply_->outcome.tool_calls.empty()) return reply_failed("model", "an empty answer");
  if (!reply_->released) return;
  if (reply_->audible || reply_->pieces.empty()) run_tools(*reply_);
  if (reply_->complete()) finish_reply();
}

/// What arrived before the failure is whole sentences: they are still said, and the apology after them.
void Conversation::on(const call::ChatFailed& event) {
  if (!reply_ || event.request == 0 || event.request != reply_->chat || reply_->text_complete) return;
  clear(kModel);
  reply_->broken = event.error.message;
  reply_->text_complete = true;
  if (!reply_->released || reply_->current() == nullptr) reply_failed("model", event.error.message);
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
    } else {
      trace("tool", tool.name);
      ++reply.tools_pending;
      emit(call::RunTool{tool});
    }
  }
}

/// Nothing but tools was asked for: hang up, or wait for their results and ask again.
void Conversation::await_tools() {
  if (reply_->ending) return say_last(settings_.goodbye, reply_->ending->end_class, reply_->ending->reason);
  set(kModel, now_ + settings_.model_deadline);
}

/// The reply that runs this tool and has no result of it yet.
Reply* Conversation::awaiting(const std::string& tool_call_id) {
  for (auto* reply : {&cut_reply_, &reply_}) {
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
  if (++tool_rounds_ > kMaxToolRounds) return reply_failed("model", "it kept calling tools");
  history_.receptionist_said("", reply_->outcome, true);
  for (auto& [id, result] : reply_->tool_results) history_.tool_answered(id, result);
  reply_.emplace();
  reply_->released = true;
  ask_model(*reply_, "");
}

// --- failures

/// Something on the way to the reply broke.
void Conversation::reply_failed(const char* stage, const std::string& why) {
  if (!reply_) return;
  const bool released = reply_->released;
  const auto ending = reply_->ending;
  // Our own words are worth a second try; the model's are asked for again by the caller.
  const auto words = reply_->chat == 0 && !reply_->audible ? reply_->full_text() : settings_.apology;
  trace("fallback", std::string(stage) + ": " + why);
  cut_short();
  if (!released) return;  // still the caller's turn: asked again when it is decided
  if (ending) return end(ending->end_class, ending->reason);
  apologise(stage, why, words);
}

/// Gives up when it keeps breaking.
void Conversation::apologise(const char* stage, const std::string& why, const std::string& words) {
  if (++failures_in_a_row_ < kMaxFailuresInARow) return say(words);
  say_last(settings_.goodbye_trouble, call::EndClass::failed, std::string(stage) + ": " + why);
}

}  // namespace frontdesk::conversation
