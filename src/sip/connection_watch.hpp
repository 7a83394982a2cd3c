// Private: notices when the connection of a registration breaks, and when the
// peer answers a CRLF ping on it (RFC 5626, section 4.4.1). Signalling thread
// only.
#pragma once
#include <functional>

#include "sip/libre.hpp"

namespace frontdesk::sip {

class ConnectionWatch {
 public:
  ConnectionWatch(std::function<void()> on_lost, std::function<void()> on_pong, FaultSink& faults)
      : on_lost_(std::move(on_lost)), on_pong_(std::move(on_pong)), faults_(faults) {}
  ~ConnectionWatch() { leave(); }
  ConnectionWatch(const ConnectionWatch&) = delete;
  ConnectionWatch& operator=(const ConnectionWatch&) = delete;

  /// The connection that `response` came over. True if it is another one than
  /// before.
  bool follow(struct sip* stack, const sip_msg* response);
  void leave();
  /// Ends the connection, whatever still holds on to it.
  void close();

 private:
  std::function<void()> on_lost_, on_pong_;
  FaultSink& faults_;
  Ref<tcp_conn> connection_;
  Ref<tcp_helper> listener_;
  Ref<sip_keepalive> loss_report_;
};

}  // namespace frontdesk::sip
