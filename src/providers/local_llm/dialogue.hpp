// The local brain's pure core. One turn: what the caller said and where the dialogue stands go in;
// a reply, where it stands next, tool calls, confidence and sources come out. It answers only from
// the Business and says so when the answer is not there.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "llm/chat.hpp"
#include "providers/local_llm/text_embedder.hpp"
#include "reception/business_hours/time_zone.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::local_llm {

struct TurnInput {
  std::string text;           ///< as recognised
  std::string state;          ///< Reply::state of the last reply that was heard; empty at the start
  std::string caller_number;  ///< E.164 or empty
  base::UtcTime now;
  bool can_transfer = false;             ///< the host offers the tool transfer_call
  std::vector<std::string> transfer_to;  ///< for these alone; empty: for anybody
};

struct Reply {
  std::string text;
  std::string state;  ///< JSON, opaque to everyone else
  std::vector<llm::ToolCall> tool_calls;
  float confidence = 0;  ///< 0 to 1
  std::vector<std::string> sources;
};

/// A fact that a question might be answered with.
struct Nearest {
  std::string source;  ///< as in Reply::sources
  std::string text;
  float score = 0;       ///< 0 to 1
  bool answers = false;  ///< near enough for an answer
};

/// Immutable after construction (which embeds every known phrasing: about 3 ms each); turn() may be
/// called from any thread.
class Dialogue {
 public:
  /// Without an embedder, questions are matched by their words alone.
  Dialogue(std::shared_ptr<const knowledge::Business> business, business_hours::TimeZone zone,
           std::shared_ptr<const TextEmbedder> embedder);
  ~Dialogue();

  Reply turn(const TurnInput& input) const;

  /// FAQ entries and policies, the nearest first.
  std::vector<Nearest> nearest(std::string_view question, std::size_t limit) const;

  /// After a tool has run: empty text when there is nothing to add, an apology when it failed.
  Reply tool_result(std::string_view state, std::string_view tool, std::string_view result) const;

  struct Impl;

 private:
  std::unique_ptr<const Impl> impl_;
};

}  // namespace frontdesk::local_llm
