// SRTP and SRTCP (RFC 3711, RFC 7714) over libsrtp: one direction of one session. Each has its replay
// window. Nothing is allocated for a packet but the state of an SSRC seen for the first time, which
// only the holder of the key can make happen, kMaxSources times at most.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/error.hpp"
#include "rtp/srtp/crypto_suite.hpp"

namespace frontdesk::srtp {

inline constexpr std::size_t kMaxTrailerBytes = 148;  ///< what protection may add to a packet
inline constexpr std::size_t kMaxSources = 64;        ///< SSRCs of one key

class Protector {
 public:
  /// invalid_argument: the key has the wrong length; unavailable: the library lacks the suite.
  static base::Result<Protector> create(CryptoSuite suite, const base::Secret& key);
  ~Protector();
  Protector(Protector&&) noexcept;
  Protector& operator=(Protector&&) noexcept;

  /// In place; `buffer` must have kMaxTrailerBytes to spare after the first `size`. The new size; 0 on failure.
  std::size_t protect(std::span<std::uint8_t> buffer, std::size_t size);
  std::size_t protect_rtcp(std::span<std::uint8_t> buffer, std::size_t size);

 private:
  struct State;
  explicit Protector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Unprotector {
 public:
  static base::Result<Unprotector> create(CryptoSuite suite, const base::Secret& key);
  ~Unprotector();
  Unprotector(Unprotector&&) noexcept;
  Unprotector& operator=(Unprotector&&) noexcept;

  /// In place. The new size; 0 for what is forged, damaged or replayed.
  std::size_t unprotect(std::span<std::uint8_t> packet);
  std::size_t unprotect_rtcp(std::span<std::uint8_t> packet);

 private:
  struct State;
  explicit Unprotector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::srtp
