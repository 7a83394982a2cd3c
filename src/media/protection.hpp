// SRTP both ways, or nothing: what a session does to datagrams before it reads and after it writes them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "rtp/packet.hpp"
#include "rtp/srtp/protection.hpp"

namespace frontdesk::media {

class Protection {
 public:
  /// Keys that are the same leave their direction as it is. Without keys: plain, or nothing at all while they are
  /// awaited. Whether our sending key changed.
  bool configure(const std::optional<srtp::SrtpKeys>& keys, bool awaited = false);

  /// False: keys are awaited, or were agreed on that this machine cannot use; nothing may be sent or believed.
  bool usable() const { return keys_ ? protector_ && unprotector_ : !awaited_; }
  /// What open() lets through, the holder of the key has sent.
  bool authenticates() const { return keys_.has_value(); }

  enum class Kind { rtp, rtcp };
  /// The plain packet, in a buffer of ours until the next call, or `datagram` itself without SRTP. Empty: refused.
  std::span<const std::uint8_t> open(Kind kind, std::span<const std::uint8_t> datagram);
  /// In place, with srtp::kMaxTrailerBytes to spare. The new size; 0: it must not be sent.
  std::size_t seal(Kind kind, std::span<std::uint8_t> buffer, std::size_t size);

 private:
  bool awaited_ = false;
  std::optional<srtp::SrtpKeys> keys_;
  std::optional<srtp::Protector> protector_;
  std::optional<srtp::Unprotector> unprotector_;
  std::array<std::uint8_t, rtp::kMaxPacketBytes + srtp::kMaxTrailerBytes> opened_{};
};

}  // namespace frontdesk::media
