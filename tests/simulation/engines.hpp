// The recogniser, the turn detector, the model and the tools, with latencies and faults. Answers to
// cancelled or superseded requests are delivered now and then, and some answers twice: a machine must not
// mind.
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

  void begin_utterance(Instant from);
  void transcribe(const call::Transcribe& command);
  void end_utterance();
  void predict(const call::PredictTurnEnd& command);
  void start_chat(const llm::ChatRequest& request);
  void cancel_chat(base::RequestId request);
  bool is_guess(base::RequestId request) const { return guesses_.contains(request); }
  void run_tool(const llm::ToolCall& tool);

 private:
  void partial_later(int left);
  std::string recognised(Instant from, Instant until) const;
  void answer_transcription(base::RequestId request, Instant from, Instant until);
  void fail_chat(base::RequestId request, Duration after);
  Duration stream_text(base::RequestId request, const std::string& text, Duration first);
  void finish_chat(base::RequestId request, bool with_words);
  void tell_chat(base::RequestId request, call::Event event);
  void tell(call::Event event, bool stale);
  llm::ChatOutcome make_outcome(base::RequestId request, bool with_words);
  llm::ToolCall make_tool_call();
  base::Error broken(const char* domain);

  Stage& stage_;
  Checks& checks_;
  const Caller& caller_;
  Instant utterance_from_{};
  bool utterance_open_ = false;
  std::uint64_t utterance_ = 0;
  base::RequestId transcription_ = 0;
  std::set<base::RequestId> chats_;
  std::set<base::RequestId> guesses_;
  base::RequestId newest_chat_ = 0;
  int tools_ = 0;
};

}  // namespace frontdesk::simulation
