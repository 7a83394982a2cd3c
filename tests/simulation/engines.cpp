// The simulated model and its tools.
#include "simulation/engines.hpp"

#include <algorithm>
#include <array>

#include "simulation/texts.hpp"

namespace frontdesk::simulation {

base::Error Engines::broken(const char* domain) {
  using base::ErrorCode;
  using base::Retry;
  const std::array<base::Error, 5> errors = {{
      {ErrorCode::unavailable, domain, "it broke", Retry::later, 0},
      {ErrorCode::unauthenticated, domain, "the key was refused", Retry::never, 401},
      {ErrorCode::resource_exhausted, domain, "too many requests", Retry::later, 429},
      {ErrorCode::internal, domain, "the provider failed", Retry::now, 500},
      {ErrorCode::deadline_exceeded, domain, "no answer from the provider", Retry::now, 504},
  }};
  return errors[stage_.random.below(errors.size())];
}

void Engines::tell(call::Event event, bool stale) {
  if (stale && !stage_.chance(stage_.faults.stale)) return;
  stage_.send(event);
  if (stage_.chance(stage_.faults.duplicate))
    stage_.later(stage_.between(0, 3000), [this, again = std::move(event)] { stage_.send(again); });
}

void Engines::start_chat(const llm::ChatRequest& request) {
  const auto id = request.id;
  newest_chat_ = id;
  chats_.insert(id);
  if (request.speculative) guesses_.insert(id);
  const auto& faults = stage_.faults;
  const auto first = stage_.between(20, 900);
  if (stage_.chance(faults.chat_never)) return checks_.fault();
  if (stage_.chance(faults.chat_failed)) return fail_chat(id, first);
  if (stage_.chance(faults.chat_empty)) {
    checks_.fault();
    return stage_.later(first, [=, this] { tell_chat(id, call::ChatFinished{id, {}}); });
  }
  if (stage_.chance(faults.chat_garbage)) {
    checks_.fault();
    const auto last = stream_text(id, garbage_text(stage_.random, id), first);
    return stage_.later(last, [=, this] { finish_chat(id, true); });
  }
  const bool tools_only = stage_.chance(std::max(faults.chat_tools * 0.5, faults.chat_loops));
  const auto last = stream_text(id, tools_only ? std::string() : answer_text(stage_.random, id), first);
  if (tools_only) checks_.fault();  // a loop of them is one
  if (stage_.chance(faults.chat_stalls)) return checks_.fault();
  if (stage_.chance(faults.chat_breaks)) return fail_chat(id, last);
  stage_.later(last, [=, this] { finish_chat(id, !tools_only); });
}

void Engines::cancel_chat(base::RequestId request) {
  chats_.erase(request);
}

void Engines::fail_chat(base::RequestId request, Duration after) {
  checks_.fault();
  stage_.later(after,
               [this, failure = call::ChatFailed{request, broken("llm")}] { tell_chat(failure.request, failure); });
}

void Engines::finish_chat(base::RequestId request, bool with_words) {
  tell_chat(request, call::ChatFinished{request, make_outcome(request, with_words)});
}

/// When the last delta comes.
Duration Engines::stream_text(base::RequestId request, const std::string& text, Duration first) {
  const bool drips = stage_.chance(stage_.faults.chat_drips);
  const bool stalls = stage_.chance(stage_.faults.chat_stalls);
  if (drips || stalls) checks_.fault();
  const auto upto = stalls ? stage_.random.below(text.size() + 1) : text.size();
  const auto largest = drips ? 2 : std::max<std::int64_t>(30, static_cast<std::int64_t>(text.size() / 20));
  auto when = first;
  for (std::size_t at = 0; at < upto;) {
    const auto least = stage_.chance(stage_.faults.chat_garbage) ? 0 : 1;  // empty deltas
    const auto size = std::min(static_cast<std::size_t>(stage_.random.between(least, largest)), upto - at);
    stage_.later(when, [this, request, delta = text.substr(at, size)] {
      const bool stale = !chats_.contains(request);
      // Deltas add up: none is sent twice while it counts.
      if (!stale || stage_.plant == Plant::relabel_stale || stage_.chance(stage_.faults.stale))
        tell_chat(request, call::ChatText{request, delta});
    });
    at += size;
    when += drips ? stage_.between(300, 2000) : stage_.between(1, 60);
  }
  return when + (stalls ? base::seconds(60) : Duration{0});
}

void Engines::tell_chat(base::RequestId request, call::Event event) {
  const bool stale = !chats_.contains(request);
  if (stale && stage_.plant == Plant::relabel_stale) {
    const auto* text = std::get_if<call::ChatText>(&event);
    if (text == nullptr) return;
    return stage_.later(stage_.between(300, 3000), [this, delta = text->delta] {
      stage_.send(call::ChatText{newest_chat_, delta});
    });
  }
  if (std::holds_alternative<call::ChatText>(event)) return stage_.send(std::move(event));
  if (chats_.erase(request) != 0) checks_.chat_answered(request);
  if (stage_.chance(stage_.faults.duplicate))
    stage_.later(stage_.between(0, 1000), [this, request] { stage_.send(call::ChatText{request, " Stray words. "}); });
  tell(std::move(event), stale);
}

// --- tools

llm::ToolCall Engines::make_tool_call() {
  llm::ToolCall tool{"tool" + std::to_string(++tools_), "take_message", "{}"};
  if (!stage_.chance(stage_.faults.chat_garbage)) return tool;
  if (stage_.chance(0.5)) tool.name = "order_pizza";
  tool.arguments = stage_.chance(0.5) ? "{\"name\": \"un" : "";
  return tool;
}

llm::ChatOutcome Engines::make_outcome(base::RequestId request, bool with_words) {
  llm::ChatOutcome outcome;
  outcome.provider_state = "state" + std::to_string(request);
  outcome.confidence = 0.8F;
  const auto& faults = stage_.faults;
  if (!with_words || stage_.chance(faults.chat_tools * 0.5))
    for (auto left = stage_.random.between(1, stage_.chance(faults.chat_garbage) ? 30 : 3); left > 0; --left)
      outcome.tool_calls.push_back(make_tool_call());
  if (stage_.transfer_random.chance(faults.transfers)) {
    const auto whom = stage_.transfer_random.chance(0.8) ? "Ann" : "Nobody";
    outcome.tool_calls.push_back(
        {"tool" + std::to_string(++tools_), "transfer_call", R"({"to":")" + std::string(whom) + R"(","reason":"it"})"});
  }
  if (stage_.chance(faults.chat_ends)) {
    outcome.tool_calls.push_back({"tool" + std::to_string(++tools_), "end_call", "{}"});
    checks_.model_ended_call();
  }
  return outcome;
}

void Engines::run_tool(const llm::ToolCall& tool) {
  if (stage_.chance(stage_.faults.tool_never)) return checks_.fault();
  const auto after = stage_.chance(0.5) ? Duration{0} : stage_.between(1, 3000);
  const auto result = tool.name == "take_message" ? "the result of " + tool.id : "There is no such tool.";
  stage_.later(after, [this, id = tool.id, result] { tell(call::ToolFinished{id, result}, false); });
}

}  // namespace frontdesk::simulation
