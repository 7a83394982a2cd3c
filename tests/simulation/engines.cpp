#include "simulation/engines.hpp"

#include <algorithm>

namespace frontdesk::simulation {
namespace {

base::Error broken(const char* domain) {
  return {base::ErrorCode::unavailable, domain, "it broke", base::Retry::later, 0};
}

}  // namespace

void Engines::tell(call::Event event, bool stale) {
  if (stale && !stage_.chance(stage_.faults.stale)) return;
  stage_.send(event);
  if (stage_.chance(stage_.faults.duplicate))
    stage_.later(stage_.between(0, 3000), [this, again = std::move(event)] { stage_.send(again); });
}

// --- speech recognition

void Engines::transcribe(const call::Transcribe& command) {
  const auto request = command.request;
  transcription_ = request;
  const auto& faults = stage_.faults;
  auto after = stage_.between(30, 600);
  if (stage_.chance(faults.stt_never)) return checks_.other_fault();
  if (stage_.chance(faults.stt_slow)) {
    checks_.other_fault();
    after = stage_.between(600, 5000);
  }
  stage_.later(after, [this, request, from = utterance_from_, until = command.until] {
    answer_transcription(request, from, until);
  });
}

void Engines::answer_transcription(base::RequestId request, Instant from, Instant until) {
  const bool stale = request != transcription_;
  if (stage_.chance(stage_.faults.stt_failed))
    return checks_.other_fault(), tell(call::TranscriptionFailed{request, broken("stt")}, stale);
  call::FinalTranscript answer;
  answer.request = request;
  answer.confidence = 0.9F;
  auto words = caller_.words(from, until);
  if (!stage_.chance(stage_.faults.stt_empty))
    answer.text = base::Pii<std::string>(std::move(words));
  else if (!stale && !words.empty())
    checks_.words_were_lost();
  tell(std::move(answer), stale);
}

// --- the model

/// Every word carries the number of its request, so that the ear knows whose answer it hears.
std::string Engines::make_text(base::RequestId request) {
  std::string text;
  const auto sentences = stage_.random.between(1, 4);
  for (int s = 0; s < sentences; ++s) {
    const auto words = stage_.random.between(1, 14);
    for (int w = 0; w < words; ++w) {
      if (!text.empty()) text += ' ';
      text += "word" + std::to_string(request);
      if (w + 1 < words && stage_.chance(0.1)) text += ',';
    }
    text += stage_.chance(0.3) ? '?' : '.';
  }
  return text;
}

llm::ChatOutcome Engines::make_outcome(base::RequestId request, bool with_words) {
  llm::ChatOutcome outcome;
  outcome.provider_state = "state" + std::to_string(request);
  outcome.confidence = 0.8F;
  if (!with_words || stage_.chance(stage_.faults.chat_tools * 0.5))
    for (auto left = stage_.random.between(1, 3); left > 0; --left)
      outcome.tool_calls.push_back({"tool" + std::to_string(++tools_), "take_message", "{}"});
  if (stage_.chance(stage_.faults.chat_ends))
    outcome.tool_calls.push_back({"tool" + std::to_string(++tools_), "end_call", "{}"});
  return outcome;
}

void Engines::start_chat(const llm::ChatRequest& request) {
  const auto id = request.id;
  newest_chat_ = id;
  chats_.insert(id);
  const auto& faults = stage_.faults;
  const auto first = stage_.between(20, 900);
  if (stage_.chance(faults.chat_never)) return checks_.other_fault();
  const auto failure = call::ChatFailed{id, broken("llm")};
  const auto finish_with = [this, id](call::Event event) { tell_chat(id, std::move(event)); };
  if (stage_.chance(faults.chat_failed)) {
    checks_.other_fault();
    return stage_.later(first, [=] { finish_with(failure); });
  }
  if (stage_.chance(faults.chat_empty)) {
    checks_.other_fault();
    return stage_.later(first, [=] { finish_with(call::ChatFinished{id, {}}); });
  }
  const bool tools_only = stage_.chance(std::max(faults.chat_tools * 0.5, faults.chat_loops));
  const auto text = tools_only ? std::string() : make_text(id);
  const auto last = stream_text(id, text, first);
  if (tools_only) checks_.other_fault();  // a loop of them is one
  if (stage_.chance(faults.chat_stalls)) return checks_.other_fault();
  if (stage_.chance(faults.chat_breaks)) {
    checks_.other_fault();
    return stage_.later(last, [=] { finish_with(failure); });
  }
  const auto done = call::ChatFinished{id, make_outcome(id, !tools_only)};
  stage_.later(last, [=] { finish_with(done); });
}

/// When the last delta comes.
Duration Engines::stream_text(base::RequestId request, const std::string& text, Duration first) {
  const bool drips = stage_.chance(stage_.faults.chat_drips);
  const bool stalls = stage_.chance(stage_.faults.chat_stalls);
  if (drips || stalls) checks_.other_fault();
  const auto upto = stalls ? stage_.random.below(text.size() + 1) : text.size();
  auto when = first;
  for (std::size_t at = 0; at < upto;) {
    const auto size =
        std::min<std::size_t>(static_cast<std::size_t>(stage_.random.between(1, drips ? 2 : 30)), upto - at);
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

void Engines::run_tool(const llm::ToolCall& tool) {
  if (stage_.chance(stage_.faults.tool_never)) return checks_.other_fault();
  const auto after = stage_.chance(0.5) ? Duration{0} : stage_.between(1, 3000);
  stage_.later(after, [this, id = tool.id] { tell(call::ToolFinished{id, "the result of " + id}, false); });
}

}  // namespace frontdesk::simulation
