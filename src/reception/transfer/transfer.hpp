// One attempt to put the caller through. Pure: the conversation hands events in and carries the commands on.
//
// Announced: the caller hears music while a second leg rings. Whoever answers is told who calls and what about,
// and takes the call by pressing 1, so that nobody is connected to a voicemail. Then the legs are bridged.
// Blind: the caller's side is asked to call the number itself (REFER). If it comes to nothing, the caller is
// still ours, and `failed` says why.
#pragma once
#include <array>
#include <string>

#include "base/time.hpp"
#include "call/commands.hpp"
#include "call/events.hpp"
#include "reception/transfer/directory.hpp"

namespace frontdesk::transfer {

enum class Method { announced, blind };

struct TransferSettings {
  std::vector<Target> targets;  ///< empty: nobody takes calls, and nothing is offered. The first stands for anybody
  Method method = Method::announced;
  bool confirm = true;  ///< announced: the person presses 1; otherwise they are connected once they were told
  base::Duration ring_limit = base::seconds(25);         ///< announced
  std::string connecting = "I'll put you through now.";  ///< when the model has said nothing
};

/// What the person is told, for the two times that it may be said. `notice`: of the recording; may be empty.
std::string announcement(std::string_view caller_number, std::string_view reason, std::string_view notice,
                         bool confirm);

class Transfer {
 public:
  /// `pieces`: ids of its own, for the announcement.
  Transfer(const TransferSettings& settings, Target target, std::string announcement,
           std::array<call::PieceId, 2> pieces);

  void start(base::Instant now, call::Commands& commands);
  void handle(const call::Event& event, base::Instant now, call::Commands& commands);
  /// The caller is gone, or does not want it any more: what was begun is undone. Afterwards it has failed.
  void abandon(std::string reason, call::Commands& commands);
  base::Instant next_wakeup() const { return deadline_; }

  /// The caller talks to the person.
  bool connected() const { return state_ == State::connected; }
  bool done() const { return state_ == State::done; }      ///< put through, and over
  bool failed() const { return state_ == State::failed; }  ///< the caller is with us as before
  const std::string& reason() const { return reason_; }    ///< of the end: "nobody answered"
  const Target& target() const { return target_; }

 private:
  enum class State { ringing, telling, waiting_for_key, referring, connected, done, failed };

  void on(const call::SecondLegRinging& event);
  void on(const call::SecondLegAnswered& event);
  void on(const call::SecondLegHeard& event);
  void on(const call::SecondLegDigit& event);
  void on(const call::SecondLegEnded& event);
  void on(const call::ReferEnded& event);
  void on(const call::PieceSynthesised& event) { settle(event.piece, true); }
  void on(const call::SynthesisFailed& event) { settle(event.piece, false); }
  void on(const call::Wakeup& event);
  template <class E>
  void on(const E&) {}

  void announce();
  void settle(call::PieceId piece, bool sounded);
  void drop_announcements();
  void connect();
  void fail(std::string reason);
  void finish(State state, std::string reason);
  void trace(std::string what);

  struct Announcement {
    call::PieceId piece = 0;
    enum class Sound { none, asked, there, broken } sound = Sound::none;
  };

  TransferSettings settings_;
  Target target_;
  std::string announcement_;
  std::array<Announcement, 2> announcements_;
  std::size_t told_ = 0;  ///< announcements begun
  State state_ = State::ringing;
  bool second_leg_ = false;  ///< asked for, and not known to be gone
  bool music_ = false;
  std::string reason_;
  base::Instant deadline_ = base::kNever;
  base::Instant now_{};  ///< valid while an event is handled
  call::Commands* commands_ = nullptr;
};

}  // namespace frontdesk::transfer
