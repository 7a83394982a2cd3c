// The recogniser, the model and the tools, with latencies and faults. Answers to cancelled or superseded
// requests are delivered now and then, and some answers twice: a machine must not mind.
#pragma once
#include <set>

#include "call/commands.hpp"
#include "simulation/caller.hpp"
#include "simulation/checks.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class Engines {
 public:
  Engines(Stage& stage, Checks& checks, const Caller& caller) : stage_(stage), checks_(checks), caller_(caller) {}

  void begin_utterance(Instant from) { utterance_from_ = from; }
  void transcribe(const call::Transcribe& command);
  void end_utterance() { transcription_ = 0; }
  void start_chat(const llm::ChatRequest& request);
  void cancel_chat(base::RequestId request) { chats_.erase(request); }
  void run_tool(const llm::ToolCall& tool);

 private:
  void answer_transcription(base::RequestId request, Instant from, Instant until);
  Duration stream_text(base::RequestId request, const std::string& text, Duration first);
  void tell_chat(base::RequestId request, call::Event event);
  void tell(call::Event event, bool stale);
  std::string make_text(base::RequestId request);
  llm::ChatOutcome make_outcome(base::RequestId request, bool with_words);

  Stage& stage_;
  Checks& checks_;
  const Caller& caller_;
  Instant utterance_from_{};
  base::RequestId transcription_ = 0;
  std::set<base::RequestId> chats_;
  base::RequestId newest_chat_ = 0;
  int tools_ = 0;
};

}  // namespace frontdesk::simulation
