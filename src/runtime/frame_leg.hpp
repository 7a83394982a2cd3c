// Port: a caller who reaches us by another way than SIP and RTP sockets, such as a WebSocket. The packets are RTP all
// the same, G.711 mu-law in the clear, so that jitter, gaps, digits and figures are dealt with as on any other line
// (docs/adr/0020). They pass in memory.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/mailbox.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::runtime {

class FrameLeg {
 public:
  static constexpr std::size_t kPacketsWaiting = 128;  ///< between two ticks; more are dropped
  static constexpr std::uint8_t kPayloadType = 0;      ///< PCMU

  struct Packet {
    std::vector<std::uint8_t> bytes;
    base::Instant arrival;
  };

  virtual ~FrameLeg() = default;

  // What becomes of the call; told on threads of calls and of the signalling, which must not wait.
  /// 20 ms of our sound, or a report (RFC 5761 tells them apart).
  virtual void on_packet(std::span<const std::uint8_t> rtp) = 0;
  virtual void on_admitted(std::uint64_t dialog, const std::string& call_id) = 0;
  virtual void on_answered() = 0;
  /// No call came of it: a status of SIP, and words for the caller. Nothing follows.
  virtual void on_refused(int status, const std::string& reason) = 0;
  /// Nothing follows.
  virtual void on_ended(const std::string& reason) = 0;

  /// From the caller, from any thread. False: the call does not keep up, and the packet is lost.
  bool push(Packet packet) { return inbox_.push(std::move(packet)); }
  /// The call's.
  void drain(std::vector<Packet>& out) { inbox_.drain(out); }

 private:
  base::Mailbox<Packet> inbox_{kPacketsWaiting, {}};
};

/// Whom a FrameLeg brings; whether they may call was settled by whoever made it.
struct FrameCaller {
  base::Pii<std::string> number;  ///< as they say; may be empty
  base::Pii<std::string> name;
  std::string called;  ///< may be empty
  std::string by;      ///< why they may: for the record
  base::Endpoint source;
};

}  // namespace frontdesk::runtime
