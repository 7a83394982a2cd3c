// The thread that runs all calls of a test: a 5 ms clock with absolute times (timerfd), the calls
// spread over its four phases, each ticked every 20 ms. A late clock catches up; it never drifts.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <vector>

#include "caller/leg.hpp"
#include "caller/signalling.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::caller {

inline constexpr base::Duration kInviteSpacing = base::milliseconds(25);

class MediaLoop {
 public:
  struct Wiring {
    sip::UserAgent& user_agent;
    SignallingQueue& signalling;
    const LegMaterial& material;
    std::string target;                          ///< URI of the INVITEs
    const std::atomic<bool>* stop = nullptr;     ///< set: hang up every call
    std::function<void(SpokenEvent)> on_spoken;  ///< on the media thread: hand over and return
  };
  MediaLoop(const Wiring& wiring, std::vector<Leg> legs);

  /// Places the calls and blocks until the last is over; for a thread of its own, which becomes a
  /// real-time one if the system allows. unavailable: no timer. internal: a broken invariant.
  base::Status run();
  std::vector<CallLog> take_logs();

 private:
  void dial(std::size_t call, base::Instant now);
  void handle_signalling(base::Instant now);
  void step(std::uint64_t number, base::Instant now);
  void tick_leg(std::size_t call, base::Instant due, base::Instant now);
  bool all_over() const;

  Wiring wiring_;
  std::vector<Leg> legs_;
  std::vector<sip::DialogId> dialogs_;  ///< by call; 0 before the INVITE
  std::map<sip::DialogId, std::size_t> calls_;
  std::vector<SignallingEvent> events_;
  std::vector<SpokenEvent> spoken_;
  udp::ReceiveBatch batch_;
  base::Instant start_;
};

}  // namespace frontdesk::caller
