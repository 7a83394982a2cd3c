// Private: one socket of the test's own, UDP, TCP or TLS, whose every wait has a deadline and can be broken off.
#pragma once
#include <openssl/types.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sip/dialog_state.hpp"
#include "sip/tls_context.hpp"

namespace frontdesk::trial {

struct Until {
  base::Instant at;
  const std::atomic<bool>* cancelled;
  Until sooner(base::Duration limit) const { return {std::min(at, base::monotonic_now() + limit), cancelled}; }
  bool over() const { return base::monotonic_now() >= at; }
};

enum class Outcome { ok, port_closed, no_route, timed_out, lost, not_sip, cancelled };

class Wire {
 public:
  static constexpr std::size_t kMaxMessage = 65535;

  Wire() = default;
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Connects, a UDP socket too, so that ICMP errors arrive. `local`: its port is ignored. Replaces what was open.
  Outcome open(const sip::Hop& to, const base::Endpoint& local, Until until);
  /// The handshake, whatever the certificate is worth: look at it before anything is sent. ok: ssl() is usable.
  Outcome secure(sip::TlsContext& context, Until until);
  Outcome send(std::string_view message, Until until);
  /// One SIP message, whole.
  Outcome receive(std::string& message, Until until);

  SSL* ssl() const { return ssl_; }
  const base::Endpoint& local() const { return local_; }
  sip::Transport transport() const { return transport_; }

 private:
  void close();
  Outcome wait(short events, Until until) const;
  Outcome wait_for_tls(int result, Until until) const;
  Outcome read_some(Until until);
  /// Moves a whole message out of buffered_.
  bool take_message(std::string& message);

  int fd_ = -1;
  SSL* ssl_ = nullptr;
  sip::Transport transport_ = sip::Transport::udp;
  base::Endpoint local_;
  std::string buffered_;
};

}  // namespace frontdesk::trial
