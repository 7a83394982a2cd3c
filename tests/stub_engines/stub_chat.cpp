#include "stub_engines/stub_chat.hpp"

#include <string_view>

namespace frontdesk::stub_engines {
namespace {

constexpr std::string_view kGarbage = "\xc3\x28\xff\xfe\x01\x02 ### \x7f";
constexpr std::size_t kTextBeforeCut = 9;              // bytes: less than a clause
constexpr base::RequestId kShownPart = (1 << 24) - 1;  // a request's number within its call

std::string answer_text(base::RequestId id) {
  // Its first clause is like no other: nothing remembered can stand in for the voice.
  return "This is answer " + std::to_string(id & kShownPart) + ", and we are glad to help. It says what you asked for.";
}

}  // namespace

void StubChat::start(const llm::ChatRequest& request, llm::ChatSink& sink) {
  const auto id = request.id;
  const auto fault = dice_.next();
  deliveries_.open(id, sink);
  if (fault == Fault::hang) return;
  auto after = delay_ + (fault == Fault::slow ? kSlowness : base::Duration{0});
  auto text = fault == Fault::garbage ? std::string(kGarbage) : answer_text(id);
  if (fault == Fault::empty || fault == Fault::limited) text.clear();
  if (fault == Fault::cut) text.resize(kTextBeforeCut);
  // Word by word, each with its space.
  for (std::size_t at = 0; at < text.size(); after += kTokenEvery) {
    const auto space = text.find(' ', at);
    const auto end = space == std::string::npos ? text.size() : space + 1;
    deliveries_.later(id, after, [id, word = text.substr(at, end - at)](llm::ChatSink& to) { to.on_text(id, word); });
    at = end;
  }
  finish(id, after, fault);
}

void StubChat::finish(base::RequestId id, base::Duration after, Fault fault) {
  deliveries_.later(id, after, [this, id, fault](llm::ChatSink& sink) {
    if (fault == Fault::cut) {
      sink.on_chat_failed(id, broken_off());
    } else if (fault == Fault::limited) {
      sink.on_chat_failed(id, too_many_requests());
    } else {
      llm::ChatOutcome outcome;
      outcome.confidence = 0.9F;
      outcome.provider_state = "stub" + std::to_string(id);
      sink.on_chat_done(id, std::move(outcome));
    }
    deliveries_.close(id);
  });
}

}  // namespace frontdesk::stub_engines
