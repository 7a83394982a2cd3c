#include "rtp/jitter_buffer.hpp"

#include <algorithm>
#include <cmath>

namespace frontdesk::rtp {
namespace {

using base::Duration;
using base::Instant;

constexpr auto kFrame = static_cast<std::int64_t>(kFrameSamples);
constexpr auto kCapacity = static_cast<std::int64_t>(kJitterCapacitySamples);
constexpr std::int64_t kDtxSamples = 5 * kFrame;      ///< dry for longer: the sender has stopped
constexpr std::int64_t kSpikeSamples = 10 * kFrame;   ///< dry for longer: not a delay spike
constexpr std::int64_t kTailSamples = 2 * kFrame;     ///< dry for longer: play an incomplete frame
constexpr std::int64_t kSameJumpSamples = kCapacity;  ///< two odd timestamps this close agree
constexpr int kAgreeing = 2;                          ///< odd packets in a row before they are believed
constexpr int kObservedBeforeShrinking = 40;
constexpr int kMaxPendingGrowth = 10;
constexpr int kForcedGrowth = 3;  ///< frames wanted: do not wait for a quiet place
constexpr Duration kForcedShrink = base::milliseconds(80);
constexpr double kSmoothing = 1.0 / 16;
constexpr Duration kNoSpareSeen = base::seconds(3600);
constexpr Duration kSpareAfterDry = base::milliseconds(10);  ///< what the packet ending a dry spell has, on average

constexpr Duration time_of(std::int64_t samples) {
  return base::microseconds(125) * samples;
}
constexpr std::int64_t samples_of(Duration time) {
  return time / base::microseconds(125);
}

}  // namespace

JitterBuffer::JitterBuffer(const JitterBufferConfig& config) : config_(config) {}

void JitterBuffer::prefetch() const {
  __builtin_prefetch(&started_);
  __builtin_prefetch(&last_pull_);
  constexpr std::int64_t kLine = 64;
  for (const std::int64_t begin : {playhead_, newest_end_}) {
    for (std::int64_t at = begin; at < begin + kFrame; at += kLine) {
      __builtin_prefetch(&bytes_[slot(at)], 1);
      __builtin_prefetch(&cells_[slot(at)], 1);
    }
  }
}

void JitterBuffer::reset() {
  started_ = false;
  cells_.fill(Cell::empty);
  timestamps_.reset();
  sequences_.reset();
  seen_ = 0;
  stale_sequence_run_ = 0;
}

void JitterBuffer::start(const JitterPacket& packet, Instant arrival) {
  started_ = true;
  playing_ = false;
  comfort_noise_ = false;
  timestamps_.reset();
  playhead_ = timestamps_.unwrap(packet.timestamp);
  newest_end_ = playhead_;
  held_ = 0;
  pending_growth_ = 0;
  out_of_range_run_ = 0;
  backwards_run_ = 0;
  first_arrival_ = arrival;
  forget_spare(arrival);
}

InsertOutcome JitterBuffer::restart(const JitterPacket& packet, Instant arrival) {
  cells_.fill(Cell::empty);
  start(packet, arrival);
  store(playhead_, packet);
  ++counters_.restarts;
  return InsertOutcome::restarted;
}

bool JitterBuffer::is_duplicate(std::uint16_t sequence) {
  const auto newest = sequences_.newest();
  if (!newest) {
    sequences_.unwrap(sequence);
    seen_ = 1;
    return false;
  }
  const std::int64_t ahead = sequences_.peek(sequence) - *newest;
  if (ahead > 0) {
    sequences_.unwrap(sequence);
    seen_ = ahead < 64 ? (seen_ << ahead) | 1 : 1;
    stale_sequence_run_ = 0;
    return false;
  }
  if (ahead > -64) {
    const std::uint64_t bit = std::uint64_t{1} << -ahead;
    const bool duplicate = (seen_ & bit) != 0;
    seen_ |= bit;
    return duplicate;
  }
  // Far behind: the sender may have restarted its count.
  if (++stale_sequence_run_ >= kAgreeing) {
    sequences_.reset();
    sequences_.unwrap(sequence);
    seen_ = 1;
    stale_sequence_run_ = 0;
  }
  return false;
}

InsertOutcome JitterBuffer::insert(const JitterPacket& packet, Instant arrival) {
  if (packet.payload.empty() || packet.payload.size() > kMaxFramePayload) {
    ++counters_.discarded;
    return InsertOutcome::discarded;
  }
  if (is_duplicate(packet.sequence)) {
    ++counters_.duplicate;
    return InsertOutcome::duplicate;
  }
  if (!started_) start(packet, arrival);
  const std::int64_t timestamp = timestamps_.peek(packet.timestamp);
  const std::int64_t end = timestamp + static_cast<std::int64_t>(packet.payload.size());
  if (!playing_ && timestamp < playhead_ && timestamp > playhead_ - kSpikeSamples) playhead_ = timestamp;
  if (end > playhead_ + kCapacity) return on_too_early(timestamp, packet, arrival);
  if (end <= playhead_) return on_too_late(timestamp, packet, arrival);
  out_of_range_run_ = 0;
  backwards_run_ = 0;
  comfort_noise_ = false;
  timestamps_.unwrap(packet.timestamp);
  observe_spare(timestamp, arrival);
  store(timestamp, packet);
  ++counters_.accepted;
  return InsertOutcome::accepted;
}

InsertOutcome JitterBuffer::on_too_early(std::int64_t timestamp, const JitterPacket& packet, Instant arrival) {
  const bool idle = newest_end_ <= playhead_ && held_ >= kDtxSamples;
  const bool agrees = out_of_range_run_ > 0 && std::abs(timestamp - out_of_range_timestamp_) < kSameJumpSamples;
  out_of_range_run_ = agrees ? out_of_range_run_ + 1 : 1;
  out_of_range_timestamp_ = timestamp;
  if (idle || packet.marker || out_of_range_run_ >= kAgreeing) return restart(packet, arrival);
  ++counters_.discarded;
  return InsertOutcome::discarded;
}

InsertOutcome JitterBuffer::on_too_late(std::int64_t timestamp, const JitterPacket& packet, Instant arrival) {
  // The newest sequence number with an older timestamp is no straggler: the sender's clock went back.
  const bool newest_sequence = sequences_.newest() == sequences_.peek(packet.sequence);
  if (newest_sequence && timestamp < newest_end_) {
    if (++backwards_run_ >= kAgreeing) return restart(packet, arrival);
  }
  ++counters_.late;
  if (playing_) {
    observe_spare(timestamp, arrival);
    const std::int64_t wanted = (playhead_ - timestamp + kFrame - 1) / kFrame;
    if (++recent_late_ >= 2 && wanted <= kMaxPendingGrowth) {
      pending_growth_ = std::max(pending_growth_, static_cast<int>(wanted));
    }
  }
  return InsertOutcome::late;
}

void JitterBuffer::store(std::int64_t timestamp, const JitterPacket& packet) {
  const Cell mark = packet.quiet ? Cell::quiet : Cell::loud;
  const auto past = static_cast<std::size_t>(std::max<std::int64_t>(0, playhead_ - timestamp));
  const auto rest = packet.payload.subspan(std::min(past, packet.payload.size()));
  const std::size_t at = slot(timestamp + static_cast<std::int64_t>(past));
  const std::size_t before_wrap = std::min(rest.size(), kJitterCapacitySamples - at);
  std::copy_n(rest.begin(), before_wrap, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  std::copy(rest.begin() + static_cast<std::ptrdiff_t>(before_wrap), rest.end(), bytes_.begin());
  std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(at), before_wrap, mark);
  std::fill_n(cells_.begin(), rest.size() - before_wrap, mark);
  newest_end_ = std::max(newest_end_, timestamp + static_cast<std::int64_t>(packet.payload.size()));
}

void JitterBuffer::forget_spare(Instant now) {
  mean_spare_ns_ = 0;
  least_spare_.fill(kNoSpareSeen);
  window_ = 0;
  window_start_ = now;
  observed_ = 0;
  recent_late_ = 0;
}

void JitterBuffer::observe_spare(std::int64_t timestamp, Instant arrival) {
  if (!playing_ || held_ > 0) return;
  if (arrival - window_start_ >= kWindow) {
    window_ = (window_ + 1) % kWindows;
    least_spare_[window_] = kNoSpareSeen;
    window_start_ = arrival;
    recent_late_ /= 2;
  }
  const Duration spare = time_of(timestamp - playhead_) + (last_pull_ + kFrameDuration - arrival);
  least_spare_[window_] = std::min(least_spare_[window_], spare);
  const auto sample = static_cast<double>(std::max(spare, Duration(0)).count());
  mean_spare_ns_ = observed_ == 0 ? sample : mean_spare_ns_ + (sample - mean_spare_ns_) * kSmoothing;
  observed_ = std::min(observed_ + 1, kObservedBeforeShrinking);
}

Duration JitterBuffer::least_spare() const {
  return *std::min_element(least_spare_.begin(), least_spare_.end());
}

void JitterBuffer::shift_spare(std::int64_t samples) {
  const Duration change = time_of(samples);
  mean_spare_ns_ = std::max(0.0, mean_spare_ns_ + static_cast<double>(change.count()));
  for (Duration& least : least_spare_) {
    if (least != kNoSpareSeen) least += change;
  }
}

void JitterBuffer::skip_to(std::int64_t timestamp) {
  const std::int64_t end = std::min(timestamp, playhead_ + kCapacity);
  for (std::int64_t at = playhead_; at < end; ++at) cells_[slot(at)] = Cell::empty;
  playhead_ = std::max(playhead_, timestamp);
}

std::int64_t JitterBuffer::first_present() const {
  std::int64_t at = playhead_;
  while (at < newest_end_ && cells_[slot(at)] == Cell::empty) ++at;
  return at;
}

bool JitterBuffer::all_quiet(std::int64_t from) const {
  for (std::int64_t at = from; at < from + kFrame; ++at) {
    if (cells_[slot(at)] != Cell::quiet) return false;
  }
  return true;
}

bool JitterBuffer::all_absent(std::int64_t from) const {
  for (std::int64_t at = from; at < from + kFrame; ++at) {
    if (cells_[slot(at)] != Cell::empty) return false;
  }
  return true;
}

JitterFrame JitterBuffer::emit_nothing(FrameKind kind) {
  out_present_.fill(false);
  if (kind == FrameKind::missing) ++counters_.missing;
  return {kind, out_bytes_, out_present_, std::nullopt};
}

/// Moves `count` cells in a row to the frame that is given out.
void JitterBuffer::take_run(std::size_t from, std::size_t count, std::size_t to) {
  const auto cells = std::span(cells_).subspan(from, count);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(from), count,
              out_bytes_.begin() + static_cast<std::ptrdiff_t>(to));
  std::transform(cells.begin(), cells.end(), out_present_.begin() + static_cast<std::ptrdiff_t>(to),
                 [](Cell cell) { return cell != Cell::empty; });
  std::fill(cells.begin(), cells.end(), Cell::empty);
}

JitterFrame JitterBuffer::emit() {
  const auto timestamp = static_cast<std::uint32_t>(playhead_);
  const std::size_t at = slot(playhead_);
  const std::size_t before_wrap = std::min(kFrameSamples, kJitterCapacitySamples - at);
  take_run(at, before_wrap, 0);
  take_run(0, kFrameSamples - before_wrap, before_wrap);
  const bool any = std::find(out_present_.begin(), out_present_.end(), true) != out_present_.end();
  playhead_ += kFrame;
  if (!any) ++counters_.missing;
  return {any ? FrameKind::audio : FrameKind::missing, out_bytes_, out_present_, timestamp};
}

JitterFrame JitterBuffer::on_dry() {
  const bool stopped = comfort_noise_ || held_ >= kDtxSamples;
  held_ += kFrame;
  return emit_nothing(stopped ? FrameKind::silence : FrameKind::missing);
}

/// Packets are back after frames were given out with the playhead at rest. What is gone by their
/// timestamps is skipped as far as it was already covered; the rest is delay gained.
void JitterBuffer::resume_after_dry() {
  const std::int64_t gap = first_present() - playhead_;
  if (held_ > kSpikeSamples && gap > 0) {
    const auto lead = std::llround((mean_spare_ns_ / 1e6 - 10) / 20) * kFrame;
    skip_to(std::max(playhead_, playhead_ + gap - std::clamp<std::int64_t>(lead, 0, samples_of(config_.max_delay))));
    const double usual = mean_spare_ns_;
    forget_spare(last_pull_);
    mean_spare_ns_ = usual;
  } else {
    const std::int64_t skipped = std::min(gap, held_);
    skip_to(playhead_ + skipped);
    shift_spare(held_ - skipped);
    counters_.grown += static_cast<std::uint64_t>((held_ - skipped) / kFrame);
    if (held_ > skipped) least_spare_[window_] = std::min(least_spare_[window_], kSpareAfterDry);
  }
  held_ = 0;
}

/// After a burst: everything beyond the longest delay is given up at once.
void JitterBuffer::bound_backlog() {
  const std::int64_t backlog = newest_end_ - playhead_;
  if (backlog <= samples_of(config_.max_delay) + kTailSamples) return;
  const std::int64_t skipped = (backlog - samples_of(config_.initial_delay)) / kFrame * kFrame;
  skip_to(playhead_ + skipped);
  shift_spare(-skipped);
  counters_.discarded += static_cast<std::uint64_t>(skipped / kFrame);
}

bool JitterBuffer::grows_now() const {
  if (pending_growth_ == 0) return false;
  return pending_growth_ >= kForcedGrowth || all_quiet(playhead_) || all_absent(playhead_);
}

bool JitterBuffer::shrinks_now() const {
  if (observed_ < kObservedBeforeShrinking || newest_end_ - playhead_ < 2 * kFrame) return false;
  const Duration excess = least_spare() - config_.guard;
  return excess >= kForcedShrink || (excess >= kFrameDuration && all_quiet(playhead_));
}

JitterFrame JitterBuffer::pull(Instant now) {
  last_pull_ = now;
  if (!started_) return emit_nothing(FrameKind::not_started);
  if (!playing_) {
    if (now - first_arrival_ < config_.initial_delay - kFrameDuration / 2) {
      return emit_nothing(FrameKind::not_started);
    }
    playing_ = true;
    forget_spare(now);
  }
  const std::int64_t backlog = newest_end_ - playhead_;
  if (backlog <= 0 || (backlog < kFrame && held_ < kTailSamples)) return on_dry();
  if (held_ > 0) resume_after_dry();
  bound_backlog();
  if (grows_now()) {
    --pending_growth_;
    if (delay() + kFrameDuration <= config_.max_delay) {
      ++counters_.grown;
      shift_spare(kFrame);
      return emit_nothing(FrameKind::missing);
    }
  }
  bool quiet_left_out = false;
  if (shrinks_now()) {
    quiet_left_out = all_quiet(playhead_);
    skip_to(playhead_ + kFrame);
    shift_spare(-kFrame);
    ++counters_.shrunk;
  }
  auto frame = emit();
  frame.quiet_left_out = quiet_left_out;
  return frame;
}

}  // namespace frontdesk::rtp
