// Adaptive jitter buffer with one byte for each sample at 8 kHz: the code itself for G.711 and G.722; for
// codecs whose packets cannot be cut, the place where the packet waits. Packets of any length go in by
// timestamp; one 20 ms frame comes out per tick.
//
// The delay follows the network: it grows by a frame when the buffer runs dry or packets come too
// late, and shrinks by a frame when, for some seconds, every packet came with more than a frame to
// spare. A frame is added or skipped where the talker is quiet, or where sound is missing anyway.
// On a path without jitter it settles with packets waiting 10 to 30 ms.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "rtp/sequence.hpp"

namespace frontdesk::rtp {

inline constexpr std::size_t kFrameSamples = 160;  ///< per pull(): 20 ms at 8 kHz
inline constexpr base::Duration kFrameDuration = base::milliseconds(20);
inline constexpr std::size_t kJitterCapacitySamples = 8192;  ///< 1,024 ms, a power of two
inline constexpr std::size_t kMaxFramePayload = 960;         ///< 120 ms in one packet

struct JitterBufferConfig {
  base::Duration initial_delay = base::milliseconds(40);
  base::Duration max_delay = base::milliseconds(200);
  /// What every packet keeps to spare before the buffer would shrink below it: covers late ticks.
  base::Duration guard = base::milliseconds(10);
};

enum class FrameKind {
  not_started,  ///< no packet yet, or the first ones are still being held back
  audio,        ///< at least one sample is present
  missing,      ///< lost or late: conceal
  silence,      ///< the sender stopped (DTX, comfort noise, hold): nothing to conceal
};

struct JitterFrame {
  FrameKind kind = FrameKind::not_started;
  std::span<const std::uint8_t, kFrameSamples> payload;
  std::span<const bool, kFrameSamples> present;  ///< false: conceal this sample
  /// Of the first sample; unset when the frame is an extra one, played while the buffer stands still.
  std::optional<std::uint32_t> timestamp;
  bool quiet_left_out = false;  ///< a frame before it, where the talker was quiet, was skipped to shorten the delay
};

enum class InsertOutcome { accepted, duplicate, late, discarded, restarted };

/// One packet as the buffer needs it; the timestamp counts samples at 8 kHz. `quiet`: below the level of speech.
struct JitterPacket {
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  bool marker = false;
  bool quiet = false;
  std::span<const std::uint8_t> payload;
};

struct JitterBufferCounters {
  std::uint64_t accepted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t late = 0;       ///< came after its turn to play
  std::uint64_t discarded = 0;  ///< frames or packets dropped for want of room, or odd
  std::uint64_t missing = 0;    ///< frames out without sound
  std::uint64_t grown = 0;      ///< frames of delay added
  std::uint64_t shrunk = 0;
  std::uint64_t restarts = 0;  ///< timestamp jumps
};

class JitterBuffer {
 public:
  explicit JitterBuffer(const JitterBufferConfig& config = {});

  /// Empties the buffer and starts anew with the next packet (a new SSRC). Counters stay.
  void reset();
  InsertOutcome insert(const JitterPacket& packet, base::Instant arrival);
  /// The sender says it has gone silent (RFC 3389).
  void note_comfort_noise() { comfort_noise_ = true; }
  /// Asks for the memory that the next insert() and pull() will need.
  void prefetch() const;
  /// Every 20 ms. The spans are valid until the next call.
  JitterFrame pull(base::Instant now);

  const JitterBufferCounters& counters() const { return counters_; }
  /// Smoothed time from arrival to playout.
  base::Duration delay() const { return base::Duration(static_cast<base::Duration::rep>(mean_spare_ns_)); }

 private:
  enum class Cell : std::uint8_t { empty, loud, quiet };

  static std::size_t slot(std::int64_t timestamp) {
    return static_cast<std::size_t>(timestamp) % kJitterCapacitySamples;
  }
  void start(const JitterPacket& packet, base::Instant arrival);
  InsertOutcome restart(const JitterPacket& packet, base::Instant arrival);
  bool is_duplicate(std::uint16_t sequence);
  InsertOutcome on_too_early(std::int64_t timestamp, const JitterPacket& packet, base::Instant arrival);
  InsertOutcome on_too_late(std::int64_t timestamp, const JitterPacket& packet, base::Instant arrival);
  void store(std::int64_t timestamp, const JitterPacket& packet);
  void observe_spare(std::int64_t timestamp, base::Instant arrival);
  void skip_to(std::int64_t timestamp);
  JitterFrame emit();
  void take_run(std::size_t from, std::size_t count, std::size_t to);
  JitterFrame emit_nothing(FrameKind kind);
  JitterFrame on_dry();
  void resume_after_dry();
  void bound_backlog();
  bool grows_now() const;
  bool shrinks_now() const;
  void shift_spare(std::int64_t samples);
  void forget_spare(base::Instant now);
  base::Duration least_spare() const;
  bool all_quiet(std::int64_t from) const;
  bool all_absent(std::int64_t from) const;
  std::int64_t first_present() const;

  JitterBufferConfig config_;
  JitterBufferCounters counters_;
  std::array<std::uint8_t, kJitterCapacitySamples> bytes_{};
  std::array<Cell, kJitterCapacitySamples> cells_{};
  std::array<std::uint8_t, kFrameSamples> out_bytes_{};
  std::array<bool, kFrameSamples> out_present_{};

  bool started_ = false;
  bool playing_ = false;
  bool comfort_noise_ = false;
  std::int64_t playhead_ = 0;    ///< timestamp of the next sample out
  std::int64_t newest_end_ = 0;  ///< one past the newest sample stored
  std::int64_t held_ = 0;        ///< samples given out as missing without moving the playhead
  int pending_growth_ = 0;       ///< frames to add at the next sensible moment
  int out_of_range_run_ = 0;
  std::int64_t out_of_range_timestamp_ = 0;
  int backwards_run_ = 0;
  int stale_sequence_run_ = 0;
  base::Instant first_arrival_;
  base::Instant last_pull_;
  TimestampUnwrapper timestamps_;
  SequenceUnwrapper sequences_;
  std::uint64_t seen_ = 0;  ///< bit i: sequence newest - i was received

  // How long packets wait from arrival to playout ("spare"): smoothed, and the least per window.
  static constexpr std::size_t kWindows = 4;
  static constexpr base::Duration kWindow = base::seconds(1);
  double mean_spare_ns_ = 0;
  std::array<base::Duration, kWindows> least_spare_{};
  std::size_t window_ = 0;
  base::Instant window_start_;
  int observed_ = 0;
  int recent_late_ = 0;
};

}  // namespace frontdesk::rtp
