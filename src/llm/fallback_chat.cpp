#include "llm/fallback_chat.hpp"

#include "fallback/answer_text.hpp"

namespace frontdesk::llm {
namespace {

using base::RequestId;
using fallback::Failure;
using fallback::Step;
using fallback::TextKind;

/// Marks that can end a clause. One is enough: the words are cut elsewhere, and never sooner.
constexpr std::string_view kClauseMarks = ".,;:!?\n";
constexpr std::size_t kLongestHeld = 48;  ///< bytes; a text without marks is passed on after this

bool may_hold_a_clause(std::string_view text) {
  return text.size() >= kLongestHeld || text.find_first_of(kClauseMarks) != std::string_view::npos;
}

base::Error nonsense() {
  return {base::ErrorCode::data_loss, "llm", "the model's text makes no sense", base::Retry::now, 0};
}
base::Error nothing_said() {
  return {base::ErrorCode::data_loss, "llm", "the model's answer was empty", base::Retry::now, 0};
}

}  // namespace

struct FallbackChat::State {
  State(std::vector<ChatProvider> c, fallback::ChainOptions options)
      : chain(std::move(c)), ladder(fallback::ladder_of(chain, std::move(options))) {}
  const std::vector<ChatProvider> chain;
  fallback::Ladder ladder;  // goes first: it cancels what is open
};

class FallbackChat::Request final : public fallback::Job, public ChatSink {
 public:
  Request(State& state, ChatRequest request, ChatSink& listener)
      : state_(state), request_(std::move(request)), listener_(listener) {}

  void on_text(RequestId attempt, std::string delta) override {
    Step step(state_.ladder, *this, attempt);
    if (!step) return;
    if (step.committed()) {
      step.delivered();
      return listener_.on_text(request_.id, std::move(delta));
    }
    held_ += delta;
    const auto kind = fallback::kind_of(held_);
    if (kind == TextKind::garbled) return step.failed(Failure::garbled, nonsense(), true);
    if (kind != TextKind::words || !may_hold_a_clause(held_)) return hold(step, kind);
    step.delivered();
    listener_.on_text(request_.id, std::exchange(held_, {}));
  }

  void on_chat_done(RequestId attempt, ChatOutcome outcome) override {
    Step step(state_.ladder, *this, attempt);
    if (!step) return;
    const auto kind = fallback::kind_of(held_);
    if (!step.committed() && kind != TextKind::words) {
      if (kind == TextKind::signs) return step.failed(Failure::garbled, nonsense());
      if (outcome.tool_calls.empty()) return step.failed(Failure::empty, nothing_said());
    }
    if (kind == TextKind::words) {
      step.delivered();
      listener_.on_text(request_.id, std::exchange(held_, {}));
    }
    if (!step) return;
    step.finished();
    listener_.on_chat_done(request_.id, std::move(outcome));
  }

  void on_chat_failed(RequestId attempt, const base::Error& error) override {
    Step step(state_.ladder, *this, attempt);
    if (step) step.failed(fallback::failure_of(error), error);
  }

 private:
  void begin(std::size_t provider, RequestId attempt) override {
    auto request = request_;
    request.id = attempt;
    state_.chain[provider].model.start(request, *this);
  }
  void end(std::size_t provider, RequestId attempt) override { state_.chain[provider].model.cancel(attempt); }
  void give_up(const base::Error& error) override { listener_.on_chat_failed(request_.id, error); }
  void start_over() override { held_.clear(); }

  void hold(Step& step, TextKind kind) {
    // Signs and spaces without end are no answer either.
    if (held_.size() >= kLongestHeld) return step.failed(Failure::garbled, nonsense(), true);
    if (kind != TextKind::blank) step.held();
  }

  State& state_;
  const ChatRequest request_;
  ChatSink& listener_;
  std::string held_;
};

FallbackChat::FallbackChat(std::vector<ChatProvider> chain, fallback::ChainOptions options)
    : state_(std::make_unique<State>(std::move(chain), std::move(options))) {}

FallbackChat::~FallbackChat() = default;

void FallbackChat::start(const ChatRequest& request, ChatSink& sink) {
  state_->ladder.start(request.id, std::make_shared<Request>(*state_, request, sink));
}

void FallbackChat::cancel(RequestId request) {
  state_->ladder.cancel(request);
}

std::vector<fallback::ProviderStats> FallbackChat::stats() const {
  return state_->ladder.stats();
}

}  // namespace frontdesk::llm
