// Two activities for trying a line out: one sends back what it hears, one speaks without pause. They
// exist only with --diagnostics and only for callers on the same machine.
#pragma once
#include <string>
#include <vector>

#include "call/activity.hpp"

namespace frontdesk::diagnostics {

class EchoTest final : public call::Activity {
 public:
  explicit EchoTest(base::Duration longest) : longest_(longest) {}
  void start(base::Instant now, call::Commands& commands) override;
  void handle(const call::Event& event, base::Instant now, call::Commands& commands) override;
  base::Instant next_wakeup() const override { return deadline_; }

 private:
  base::Duration longest_;
  base::Instant deadline_ = base::kNever;
};

class TalkTest final : public call::Activity {
 public:
  /// Says the sentences in turn, again and again, always one ahead of what is heard.
  TalkTest(std::vector<std::string> sentences, base::RequestId first_request, base::Duration longest);
  void start(base::Instant now, call::Commands& commands) override;
  void handle(const call::Event& event, base::Instant now, call::Commands& commands) override;
  base::Instant next_wakeup() const override { return deadline_; }

 private:
  void say_next(call::Commands& commands);

  std::vector<std::string> sentences_;
  base::RequestId next_request_;
  base::Duration longest_;
  base::Instant deadline_ = base::kNever;
  std::size_t next_sentence_ = 0;
};

}  // namespace frontdesk::diagnostics
