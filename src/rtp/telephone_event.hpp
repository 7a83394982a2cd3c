// Digits as named telephone events (RFC 4733): the decoder says each digit exactly once, whatever is
// lost, repeated or reordered; the encoder yields one packet payload per 20 ms tick.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::rtp {

inline constexpr std::size_t kTelephoneEventBytes = 4;

/// '0'-'9', '*', '#', 'A'-'D' for events 0 to 15.
std::optional<char> digit_of_event(std::uint8_t event);
std::optional<std::uint8_t> event_of_digit(char digit);

struct TelephoneEvent {
  std::uint8_t event = 0;
  bool end = false;
  std::uint8_t volume = 10;    ///< -dBm0, 0 to 63
  std::uint16_t duration = 0;  ///< timestamp units
  friend bool operator==(const TelephoneEvent&, const TelephoneEvent&) = default;
};

/// Nothing if shorter than four bytes.
std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload);
std::array<std::uint8_t, kTelephoneEventBytes> write_telephone_event(const TelephoneEvent& event);

/// All packets of one event carry one timestamp: a digit is told by its first packet with a new
/// timestamp, so that lost end packets neither delay nor double it. An event longer than a packet
/// can say (RFC 4733, 2.5.1.3) continues as a segment that follows on at once and is not told again.
class TelephoneEventDecoder {
 public:
  explicit TelephoneEventDecoder(std::uint32_t clock_rate = 8000) : tick_units_(clock_rate / 50) {}

  /// The digit if this packet begins one. Events above 15 (flash, tones) are ignored.
  std::optional<char> on_packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload);
  void reset();
  std::uint64_t malformed() const { return malformed_; }

 private:
  struct Seen {
    std::uint32_t timestamp = 0;
    std::uint8_t event = 0;
    std::uint16_t duration = 0;
    bool ended = false;
  };
  static constexpr std::size_t kRemembered = 16;

  bool continues(const Seen& seen, std::uint32_t timestamp, const TelephoneEvent& event) const;

  std::uint32_t tick_units_;
  std::array<Seen, kRemembered> seen_{};
  std::size_t count_ = 0;  ///< ever told; the newest is at (count_ - 1) % kRemembered
  std::uint64_t malformed_ = 0;
};

/// A digit lasts 100 ms; its end packet is sent three times; 60 ms without event packets follow.
class TelephoneEventEncoder {
 public:
  /// `clock_rate`: of durations and timestamps, that of the audio beside it: 48000 with Opus.
  explicit TelephoneEventEncoder(std::uint32_t clock_rate = 8000) : tick_units_(clock_rate / 50) {}

  static constexpr std::size_t kMaxQueuedDigits = 32;

  /// How many of the digits were taken; stops at the first that is no digit or does not fit.
  std::size_t queue(std::string_view digits);
  bool idle() const { return queued_ == 0 && step_ == 0; }

  struct Output {
    std::array<std::uint8_t, kTelephoneEventBytes> payload{};
    std::uint32_t timestamp = 0;  ///< that of the event's beginning
    bool marker = false;
  };
  /// Once per tick; `now` is the timestamp of this tick. Nothing in the pause between digits.
  std::optional<Output> tick(std::uint32_t now);

 private:
  std::uint32_t tick_units_;
  std::array<char, kMaxQueuedDigits> digits_{};
  std::size_t head_ = 0;
  std::size_t queued_ = 0;
  int step_ = 0;  ///< ticks into the current digit; 0 = none
  std::uint32_t event_timestamp_ = 0;
  char digit_ = '0';
};

}  // namespace frontdesk::rtp
