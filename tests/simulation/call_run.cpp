#include "simulation/call_run.hpp"

#include <algorithm>
#include <deque>

#include "call/call.hpp"
#include "call/tape.hpp"
#include "simulation/caller.hpp"
#include "simulation/checks.hpp"
#include "simulation/engines.hpp"
#include "simulation/playout.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kAftermath = base::seconds(6);  // events that come after the end
constexpr int kMaxIdleWakeups = 100;               // at one instant: more is a loop
constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kFnvPrime = 0x100000001b3;

class CallRun {
 public:
  CallRun(std::uint64_t seed, Plant plant, const std::function<void(const std::string&)>& tape)
      : stage_(seed, plant),
        tape_(tape),
        checks_(stage_),
        caller_(stage_, checks_),
        playout_(stage_, checks_),
        engines_(stage_, checks_, caller_),
        machine_(call::CallLimits{}, std::make_unique<conversation::Conversation>(stage_.settings)) {
    checks_.caller_words = [this](Instant from, Instant until) { return caller_.words(from, until); };
    stage_.send = [this](call::Event event) { send(std::move(event)); };
  }

  Outcome run() {
    stage_.at(Instant{}, [this] { send(call::LegOffered{}); });
    while (!stage_.violation && step()) {
    }
    if (!stage_.violation) checks_.finished();
    outcome_.violation = stage_.violation;
    outcome_.length = stage_.now.since_start;
    return outcome_;
  }

 private:
  bool step() {
    const auto wakeup = std::max(machine_.next_wakeup(), wakeups_lost_until_);
    const auto next = std::min(wakeup, stage_.next());
    if (next == base::kNever || (stage_.over && next > ended_ + kAftermath)) return false;
    if (wakeup > stage_.next()) {
      stage_.run_next();
      return true;
    }
    idle_wakeups_ = wakeup > stage_.now ? 0 : idle_wakeups_ + 1;
    if (idle_wakeups_ > kMaxIdleWakeups) stage_.violate("no loop of wakeups", "");
    stage_.now = std::max(stage_.now, wakeup);
    if (stage_.plant == Plant::lose_wakeup && stage_.chance(0.2))
      wakeups_lost_until_ = stage_.now + base::seconds(30);
    else
      send(call::Wakeup{});
    return true;
  }

  /// As a shell must: one event, all its commands, then the next.
  void send(call::Event event) {
    raised_.push_back(std::move(event));
    if (raised_.size() > 1) return;
    for (; !raised_.empty(); raised_.pop_front()) handle(raised_.front());
  }

  void handle(const call::Event& event) {
    ++outcome_.events;
    prepare(event);
    if (tape_) tape_(call::to_line(stage_.now, event, origin_));
    const auto sounding = playout_.sounding();
    call::Commands commands;
    machine_.handle(event, stage_.now, commands);
    for (const auto& command : commands) {
      note(command);
      if (stage_.plant == Plant::swallow_record && std::holds_alternative<call::RecordTurn>(command) &&
          stage_.chance(0.2))
        continue;
      if (stage_.plant == Plant::swallow_cancel && std::holds_alternative<call::CancelSynthesis>(command)) continue;
      if (stage_.plant == Plant::leak_chat && std::holds_alternative<call::CancelChat>(command)) continue;
      checks_.command(command);
      std::visit([this](const auto& c) { carry_out(c); }, command);
      if (stage_.plant == Plant::duplicate_end && std::holds_alternative<call::EndCall>(command))
        checks_.command(command);
    }
    checks_.passed(machine_.next_wakeup());
    tell_caller(sounding);
    disturb();
  }

  /// What the world does before the machine hears of it.
  void prepare(const call::Event& event) {
    if (std::holds_alternative<call::LegEnded>(event)) playout_.hang_up();
  }

  void tell_caller(bool sounded) {
    if (heard_ == playout_.sounding() && sounded == heard_) return;
    heard_ = playout_.sounding();
    caller_.hears(heard_);
  }

  /// Now and then a call is cut off just here.
  void disturb() {
    if (stage_.over || !stage_.chance(stage_.faults.cut_off)) return;
    const auto kind = stage_.random.below(4);
    stage_.later(Duration{0}, [this, kind] {
      if (stage_.over) return;
      if (kind == 0) return send(call::MediaLost{});
      if (kind == 1) return send(call::HangUpRequested{"the operator ends the call"});
      send(call::LegEnded{"the caller hung up"});
    });
  }

  void note(const call::Command& command) {
    const auto line = call::to_line(stage_.now, command, origin_);
    for (const char c : line) outcome_.digest = (outcome_.digest ^ static_cast<unsigned char>(c)) * kFnvPrime;
    if (tape_) tape_(line);
  }

  void carry_out(const call::Answer&) {
    if (stage_.chance(0.01)) return;  // the ACK never comes
    stage_.later(stage_.between(10, 3000), [this] {
      if (stage_.over) return;
      checks_.established();
      send(call::LegEstablished{});
      caller_.established();
    });
  }
  void carry_out(const call::EndCall&) {
    stage_.over = true;
    ended_ = stage_.now;
    playout_.hang_up();
    caller_.leaves();
  }
  void carry_out(const call::BeginUtterance& command) { engines_.begin_utterance(command.from); }
  void carry_out(const call::Transcribe& command) { engines_.transcribe(command); }
  void carry_out(const call::EndUtterance&) { engines_.end_utterance(); }
  void carry_out(const call::StartChat& command) { engines_.start_chat(command.request); }
  void carry_out(const call::CancelChat& command) { engines_.cancel_chat(command.request); }
  void carry_out(const call::RunTool& command) { engines_.run_tool(command.call); }
  void carry_out(const call::Synthesise& command) { playout_.synthesise(command); }
  void carry_out(const call::Play& command) {
    if (stage_.plant != Plant::delay_play) return playout_.play(command.piece);
    stage_.later(stage_.between(0, 1500), [this, piece = command.piece] { playout_.play(piece); });
  }
  void carry_out(const call::CancelSynthesis& command) { playout_.cancel(command.piece); }
  void carry_out(const call::FlushPlayout&) {
    if (stage_.plant != Plant::late_flush) return playout_.flush();
    stage_.later(base::milliseconds(400), [this] { playout_.flush(); });
  }
  void carry_out(const call::SetEcho&) {}
  void carry_out(const call::PredictTurnEnd&) {}
  void carry_out(const call::HoldPlayout&) {}
  void carry_out(const call::ResumePlayout&) {}
  void carry_out(const call::RecordTurn&) {}
  void carry_out(const call::Trace&) {}

  Stage stage_;
  std::function<void(const std::string&)> tape_;
  Checks checks_;
  Caller caller_;
  Playout playout_;
  Engines engines_;
  call::Call machine_;
  call::TapeOrigin origin_;
  std::deque<call::Event> raised_;
  Outcome outcome_{.digest = kFnvOffset};
  Instant ended_{};
  Instant wakeups_lost_until_{};
  int idle_wakeups_ = 0;
  bool heard_ = false;
};

}  // namespace

Outcome run_call(std::uint64_t seed, Plant plant, const std::function<void(const std::string&)>& tape) {
  return CallRun(seed, plant, tape).run();
}

}  // namespace frontdesk::simulation
