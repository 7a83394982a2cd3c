// Tries a trunk out, from the name server to the way of the sound, and tells each step as it begins and ends.
//
// What is registered stays as it is: the test speaks from a port of its own and sends REGISTER without Contact, which
// asks the registrar for the bindings and changes none (RFC 3261, section 10.2.3), but is challenged like any other.
// So there is nothing to take back, and nothing to be lost if the test is broken off. docs/adr/0012.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "sip/media_description.hpp"
#include "sip/registration.hpp"
#include "sip/trial/findings/findings.hpp"

namespace frontdesk::trial {

/// Limits of time. A step that cannot be finished fails; the next ones are then left out.
inline constexpr base::Duration kResolveLimit = base::seconds(6);
inline constexpr base::Duration kConnectLimit = base::seconds(4);  ///< for each address
inline constexpr base::Duration kTlsLimit = base::seconds(5);
inline constexpr base::Duration kAnswerLimit = base::seconds(6);
inline constexpr base::Duration kOptionsLimit = base::seconds(3);
inline constexpr std::size_t kMaxAddresses = 3;  ///< that are tried

struct Order {
  sip::TrunkRegistration trunk;
  base::Endpoint local;  ///< the address SIP is served on, whose port is not used; unspecified: the one routed there
  std::uint16_t rtp_first = 20000, rtp_last = 20999;
  sip::SrtpPolicy srtp = sip::SrtpPolicy::optional;
  std::vector<base::Endpoint> dns_servers;  ///< IPv4; empty: those of /etc/resolv.conf
  /// Which addresses may be spoken to; the reason is told. Unset: all. One that may not ends the test before a packet
  /// is sent.
  std::function<base::Status(const base::Endpoint&)> admits;
  base::Duration limit = base::seconds(20);  ///< of the whole test; one DNS question may exceed it by 2 s a server
};

/// Called on the test's own thread.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Each step twice: running, and as it ended. Those left out once, skipped.
  virtual void on_step(const findings::Step& step) = 0;
  virtual void on_message(const findings::LadderMessage& message) = 0;
  /// Once, last.
  virtual void on_finished(const findings::Report& report) = 0;
};

class Trial {
 public:
  /// `sink` must outlive the trial.
  Trial(Order order, Sink& sink);
  ~Trial();  ///< cancels and waits, a DNS question at most
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  void cancel() { cancelled_ = true; }
  bool finished() const { return finished_; }
  /// Until it has finished.
  void wait();

 private:
  Order order_;
  Sink& sink_;
  std::atomic<bool> cancelled_{false}, finished_{false};
  std::thread thread_;
};

}  // namespace frontdesk::trial
