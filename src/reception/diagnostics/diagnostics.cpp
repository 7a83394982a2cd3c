#include "reception/diagnostics/diagnostics.hpp"

namespace frontdesk::diagnostics {
namespace {

using call::EndCall;
using call::EndClass;

/// True if the test is over; emits its end.
bool over(const call::Event& event, base::Instant now, base::Instant& deadline, call::Commands& commands) {
  if (!std::holds_alternative<call::Wakeup>(event) || now < deadline) return false;
  deadline = base::kNever;
  commands.emplace_back(EndCall{EndClass::time_limit, "the test call reached its time limit"});
  return true;
}

}  // namespace

void EchoTest::start(base::Instant now, call::Commands& commands) {
  deadline_ = now + longest_;
  commands.emplace_back(call::SetEcho{true});
}

void EchoTest::handle(const call::Event& event, base::Instant now, call::Commands& commands) {
  over(event, now, deadline_, commands);
}

TalkTest::TalkTest(std::vector<std::string> sentences, base::RequestId first_request, base::Duration longest)
    : sentences_(std::move(sentences)), next_request_(first_request), longest_(longest) {}

void TalkTest::start(base::Instant now, call::Commands& commands) {
  deadline_ = now + longest_;
  say_next(commands);
  say_next(commands);
}

void TalkTest::handle(const call::Event& event, base::Instant now, call::Commands& commands) {
  if (over(event, now, deadline_, commands)) return;
  if (std::holds_alternative<call::PlayoutFinished>(event)) say_next(commands);
  if (const auto* failed = std::get_if<call::SynthesisFailed>(&event)) {
    deadline_ = base::kNever;
    commands.emplace_back(EndCall{EndClass::failed, "the test voice failed: " + failed->error.message});
  }
}

void TalkTest::say_next(call::Commands& commands) {
  const auto piece = next_request_++;
  commands.emplace_back(call::Synthesise{piece, sentences_[next_sentence_]});
  commands.emplace_back(call::Play{piece});
  next_sentence_ = (next_sentence_ + 1) % sentences_.size();
}

}  // namespace frontdesk::diagnostics
