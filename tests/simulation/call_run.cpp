#include "simulation/call_run.hpp"

#include <algorithm>
#include <deque>

#include "base/assert.hpp"
#include "call/call.hpp"
#include "call/tape.hpp"
#include "simulation/caller.hpp"
#include "simulation/checks.hpp"
#include "simulation/engines.hpp"
#include "simulation/leg.hpp"
#include "simulation/marks_telephone.hpp"
#include "simulation/network_call.hpp"
#include "simulation/playout.hpp"
#include "simulation/record_desk.hpp"
#include "simulation/second_leg.hpp"
#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kAftermath = base::seconds(6);  // events that come after the end
constexpr int kMaxIdleWakeups = 100;               // at one instant: more is a loop
constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kFnvPrime = 0x100000001b3;
constexpr const char* kTyped = "Please stay on the line, I am looking it up for you.";
constexpr base::RequestId kTwin = 1'000'000'000;  // of a filler that is said again

class CallRun {
 public:
  CallRun(const Scenario& scenario, const std::function<void(const std::string&)>& tape)
      : stage_(scenario),
        tape_(tape),
        checks_(stage_),
        caller_(stage_, checks_),
        ear_(make_ear()),
        voice_(stage_, checks_, *ear_),
        engines_(stage_, checks_, caller_),
        leg_(stage_),
        desk_(stage_),
        second_(stage_),
        machine_(call::CallLimits{}, std::make_unique<conversation::Conversation>(stage_.settings)) {
    checks_.caller_words = [this](Instant from, Instant until) { return caller_.words(from, until); };
    stage_.note = [this](const std::string& what) {
      if (tape_) tape_("          # " + what);
    };
    stage_.send = [this](call::Event event) { send(std::move(event)); };
    leg_.on_established = [this] { establish(); };
  }

  Outcome run() {
    desk_.begin();
    stage_.at(Instant{}, [this] { leg_.invite(); });
    while (!stage_.violation && step()) {
    }
    if (!stage_.violation) checks_.finished();
    if (!stage_.violation) desk_.finished();
    outcome_.violation = stage_.violation;
    outcome_.length = stage_.now.since_start;
    outcome_.figures = stage_.figures;
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
    stage_.advance(wakeup);
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
    ++stage_.figures.events;
    if (std::holds_alternative<call::LegEnded>(event)) ear_->hang_up();  // the world is first to know
    if (tape_) tape_(call::to_line(stage_.now, event, origin_));
    call::Commands commands;
    try {
      machine_.handle(event, stage_.now, commands);
    } catch (const base::InvariantViolation& violation) {
      stage_.violate("the machine's own assertions hold", violation.what());
    }
    for (const auto& command : commands) {
      note(command);
      if (swallowed(command)) continue;
      checks_.command(command);
      std::visit([this](const auto& c) { carry_out(c); }, command);
      if (doubled(command)) checks_.command(command);
    }
    checks_.passed(machine_.next_wakeup());
    if (std::holds_alternative<call::PlayoutStarted>(event)) checks_.check_asked();
    tell_caller();
    disturb();
  }

  bool swallowed(const call::Command& command) {
    switch (stage_.plant) {
      case Plant::swallow_record:
        return std::holds_alternative<call::RecordTurn>(command) && stage_.chance(0.2);
      case Plant::swallow_cancel:
        return std::holds_alternative<call::CancelSynthesis>(command);
      case Plant::leak_candidate:
        if (const auto* cancel = std::get_if<call::CancelChat>(&command)) return engines_.is_guess(cancel->request);
        return false;
      case Plant::leak_chat:
        return std::holds_alternative<call::CancelChat>(command);
      default:
        return false;
    }
  }
  bool doubled(const call::Command& command) const {
    return (stage_.plant == Plant::duplicate_end && std::holds_alternative<call::EndCall>(command)) ||
           (stage_.plant == Plant::double_answer && std::holds_alternative<call::Answer>(command));
  }

  void tell_caller() {
    if (heard_ == ear_->audible()) return;
    heard_ = ear_->audible();
    caller_.hears(heard_);
  }

  /// Somebody takes the call or holds it, and gives it back; whispers, types, or puts the caller through.
  void step_in() {
    const auto kind = stage_.operator_random.below(5);
    const auto later = base::milliseconds(static_cast<int>(stage_.operator_random.below(30'000)));
    if (kind == 2) {
      stage_.later(Duration{0}, [this] { send(call::OperatorWhispered{"Priya", base::Pii<std::string>("Be kind.")}); });
      return;
    }
    if (kind == 3) {
      stage_.later(Duration{0}, [this] {
        checks_.typed(kTyped);
        send(call::OperatorSaid{"Priya", base::Pii<std::string>(kTyped)});
      });
      return;
    }
    if (kind == 4) {
      const auto how = static_cast<call::PutThroughKind>(stage_.operator_random.below(3));
      stage_.later(Duration{0}, [this, how] { send(call::OperatorPutThrough{"Priya", "", how}); });
      return;
    }
    if (std::exchange(stepped_in_, true)) return;
    stage_.later(Duration{0}, [this, kind] {
      if (kind == 0) return send(call::OperatorTookOver{"Priya"});
      send(call::OperatorHeld{"Priya", true});
    });
    stage_.later(later, [this, kind] {
      stepped_in_ = false;
      if (kind == 0) return send(call::OperatorGaveBack{"Priya"});
      send(call::OperatorHeld{"Priya", false});
    });
  }

  /// Now and then somebody steps in just here, or the call is cut off.
  void disturb() {
    if (!stage_.over && stage_.operator_random.chance(stage_.faults.step_in)) step_in();
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

  std::unique_ptr<Ear> make_ear() {
    if (stage_.world == World::network) {
      auto network = std::make_unique<NetworkCall>(stage_, checks_);
      caller_.telephone = network.get();
      return network;
    }
    telephone_.emplace(stage_, checks_, caller_);
    caller_.telephone = &*telephone_;
    return std::make_unique<Playout>(stage_, checks_);
  }

  void establish() {
    desk_.answered();
    ear_->established();
    checks_.established();
    send(call::LegEstablished{});
    caller_.established();
  }

  void carry_out(const call::Answer&) {
    ear_->agreed();
    leg_.answered();
  }
  void carry_out(const call::EndCall& command) {
    stage_.over = true;
    ended_ = stage_.now;
    second_.call_ended();
    ear_->hang_up();
    if (telephone_) telephone_->hang_up();
    caller_.leaves();
    leg_.hung_up();
    desk_.close(command.reason);
  }
  void carry_out(const call::BeginUtterance& command) { engines_.begin_utterance(command.from); }
  void carry_out(const call::Transcribe& command) { engines_.transcribe(command); }
  void carry_out(const call::EndUtterance&) { engines_.end_utterance(); }
  void carry_out(const call::PredictTurnEnd& command) { engines_.predict(command); }
  void carry_out(const call::StartChat& command) { engines_.start_chat(command.request); }
  void carry_out(const call::CancelChat& command) { engines_.cancel_chat(command.request); }
  void carry_out(const call::RunTool& command) { engines_.run_tool(command.call); }
  void carry_out(const call::Synthesise& command) {
    voice_.synthesise(command);
    if (stage_.plant != Plant::filler_twice || !checks_.is_filler(command.piece)) return;
    const auto twin = call::Synthesise{command.piece + kTwin, command.text};
    checks_.command(twin);
    voice_.synthesise(twin);
  }
  void carry_out(const call::Play& command) {
    if (stage_.plant == Plant::delay_play)
      return stage_.later(stage_.between(0, 1500), [this, piece = command.piece] { ear_->play(piece); });
    ear_->play(command.piece);
    if (stage_.plant != Plant::filler_twice || !checks_.is_filler(command.piece)) return;
    checks_.command(call::Play{command.piece + kTwin});
    ear_->play(command.piece + kTwin);
  }
  void carry_out(const call::CancelSynthesis& command) {
    voice_.cancel(command.piece);
    ear_->cancel(command.piece);
  }
  void carry_out(const call::FlushPlayout& command) {
    if (stage_.plant != Plant::late_flush) return ear_->flush(command.fade);
    stage_.later(base::milliseconds(400), [this, fade = command.fade] { ear_->flush(fade); });
  }
  void carry_out(const call::HoldPlayout& command) { ear_->hold(command.fade); }
  void carry_out(const call::ResumePlayout&) { ear_->resume(); }
  void carry_out(const call::RecordTurn& command) { desk_.turn(command); }
  void carry_out(const call::SetEcho&) {}
  void carry_out(const call::NoteConsent&) {}
  void carry_out(const call::StartRecording&) {}
  void carry_out(const call::PauseRecording&) {}
  void carry_out(const call::ResumeRecording&) {}
  void carry_out(const call::StopRecording&) {}
  void carry_out(const call::HideKeys&) {}
  void carry_out(const call::ShowAttendant& command) { checks_.attended(!command.who.empty()); }
  void carry_out(const call::RefuseOrder&) {}
  void carry_out(const call::Trace&) {}
  void carry_out(const call::CallSecondLeg& command) { second_.on(command); }
  void carry_out(const call::TellSecondLeg& command) { second_.on(command); }
  void carry_out(const call::EndSecondLeg& command) { second_.on(command); }
  void carry_out(const call::Refer& command) { second_.on(command); }
  void carry_out(const call::Bridge& command) {
    second_.on(command);
    ++stage_.figures.bridged;
    checks_.entertained(true);
  }
  void carry_out(const call::HoldMusic& command) {
    second_.on(command);
    checks_.entertained(command.on);
  }

  Stage stage_;
  std::function<void(const std::string&)> tape_;
  Checks checks_;
  Caller caller_;
  std::optional<MarksTelephone> telephone_;
  std::unique_ptr<Ear> ear_;
  Voice voice_;
  Engines engines_;
  Leg leg_;
  RecordDesk desk_;
  SecondLeg second_;
  call::Call machine_;
  call::TapeOrigin origin_;
  std::deque<call::Event> raised_;
  Outcome outcome_{.digest = kFnvOffset};
  Instant ended_{};
  Instant wakeups_lost_until_{};
  int idle_wakeups_ = 0;
  bool stepped_in_ = false;
  bool heard_ = false;
};

}  // namespace

Outcome run_call(const Scenario& scenario, const std::function<void(const std::string&)>& tape) {
  return CallRun(scenario, tape).run();
}

}  // namespace frontdesk::simulation
