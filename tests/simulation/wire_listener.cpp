#include "simulation/wire_listener.hpp"

#include <algorithm>

#include "simulation/texts.hpp"

namespace frontdesk::simulation {
namespace {

constexpr std::size_t kRewindStep = 80;
constexpr std::size_t kMostRewind = 4800;
constexpr std::size_t kClearly = 16;                      // samples of a loudness that are no accident
constexpr Duration kOnTheWay = base::milliseconds(1500);  // network and jitter buffer

bool is_quiet(audio::PcmView samples) {
  return std::all_of(samples.begin(), samples.end(), [](audio::Sample s) { return s == 0; });
}

bool matches(audio::PcmView samples, call::PieceId piece, std::size_t position) {
  for (std::size_t i = 0; i < samples.size(); ++i)
    if (samples[i] != piece_sample(piece, position + i)) return false;
  return true;
}

}  // namespace

void WireListener::made(call::PieceId piece, std::size_t samples, bool whole) {
  auto& p = pieces_[piece];
  p.samples = std::max(p.samples, samples);
  p.whole = whole;
}

std::size_t WireListener::position(call::PieceId piece) const {
  const auto it = pieces_.find(piece);
  return it == pieces_.end() ? 0 : it->second.position;
}

void WireListener::sounds(std::size_t from) {
  last_on_wire_[current_ % kLoudnesses] = stage_.now;
  if (std::exchange(audible_, true)) return;
  checks_.sound_starts(current_, time_of(from));
}

void WireListener::pauses() {
  if (!std::exchange(audible_, false)) return;
  checks_.sound_pauses(current_, time_of(pieces_[current_].position));
}

void WireListener::ends(bool cut) {
  if (current_ == 0) return;
  auto& p = pieces_[current_];
  p.over = true;
  audible_ = false;
  checks_.sound_ends(current_, time_of(p.position), cut);
  current_ = 0;
}

void WireListener::held(Duration fade) {
  unsure_ = unsure_ || resumed_;
  if (std::exchange(held_, true) || !audible_) return;
  fade_left_ = samples_of(fade);
}

void WireListener::resumed() {
  resumed_ = std::exchange(held_, false);
}

/// The fade comes with the next packet; what follows it may be another piece.
void WireListener::flushed(Duration fade) {
  if (audible_) fade_left_ = samples_of(fade);
  unsure_ = unsure_ || resumed_;
  held_ = resumed_ = false;
  flushed_ = audible_;
  if (!audible_) ends(true);
}

void WireListener::hang_up() {
  ends(true);
}

/// How many of the samples are the current piece going on.
std::size_t WireListener::follow(audio::PcmView samples) {
  auto& p = pieces_[current_];
  std::size_t count = 0;
  while (count < samples.size() && p.position < p.samples && samples[count] == piece_sample(current_, p.position)) {
    ++p.position;
    ++count;
  }
  return count;
}

/// Goes on from a place up to 600 ms back: from a quiet one if there is any.
void WireListener::go_on_after_hold(audio::PcmView samples) {
  auto& p = pieces_[current_];
  std::optional<std::size_t> found;
  if (matches(samples.first(std::min(samples.size(), p.samples - p.position)), current_, p.position)) found = 0;
  for (std::size_t back = kRewindStep; back <= std::min(p.position, kMostRewind); back += kRewindStep) {
    if (!matches(samples.first(std::min(samples.size(), p.samples - (p.position - back))), current_, p.position - back))
      continue;
    if (!found) found = back;
    if (!is_quiet(samples.first(std::min(samples.size(), kRewindStep)))) continue;
    found = back;
    break;
  }
  if (!found) return stage_.violate("a resume goes on near where it stopped", id_text(current_));
  p.position -= *found;
}

void WireListener::begin(audio::PcmView samples) {
  const auto loudness = loudness_of(samples.front());
  const auto it = std::find_if(played_.rbegin(), played_.rend(),
                               [&](call::PieceId piece) { return loudness && piece % kLoudnesses == *loudness; });
  if (it == played_.rend()) return stage_.violate("the wire carries what is to be played", "unknown sound");
  if (current_ != 0) ends(true);
  current_ = *it;
  auto& p = pieces_[current_];
  if (p.over) stage_.violate("nothing of a flushed piece is heard", id_text(current_) + " on the wire");
  p.position = 0;
  if (samples.front() != piece_sample(current_, 0)) stage_.violate("a piece begins at its beginning", id_text(*it));
}

void WireListener::frame(audio::PcmView samples) {
  if (std::exchange(flushed_, false)) ends(true);
  const auto faded = frozen_ ? 0 : std::min(std::exchange(fade_left_, 0), samples.size());
  auto rest = samples.subspan(faded);
  if (held_ || frozen_) {
    pauses();
    if (!is_quiet(rest)) stage_.violate("a hold silences the wire", id_text(current_));
    return;
  }
  if (std::exchange(resumed_, false) && current_ != 0) go_on_after_hold(rest);
  while (!rest.empty() && !stage_.violation) {
    if (current_ != 0) {
      const auto from = pieces_[current_].position;
      const auto count = follow(rest);
      rest = rest.subspan(count);
      if (count > 0) sounds(from);
      const auto& p = pieces_[current_];
      if (p.whole && p.position == p.samples) {
        ends(false);
        continue;
      }
    }
    const auto quiet = std::find_if(rest.begin(), rest.end(), [](audio::Sample s) { return s != 0; }) - rest.begin();
    if (quiet > 0) pauses();
    rest = rest.subspan(static_cast<std::size_t>(quiet));
    if (!rest.empty()) begin(rest);
  }
}

void WireListener::far_frame(audio::PcmView samples) {
  std::array<std::size_t, kLoudnesses> counts{};
  for (const auto sample : samples)
    if (const auto loudness = loudness_of(sample)) ++counts[*loudness];
  for (std::size_t i = 0; i < kLoudnesses; ++i)
    if (counts[i] >= kClearly && stage_.now - last_on_wire_[i] > kOnTheWay)
      stage_.violate("nothing old reaches the far end", "loudness " + std::to_string(i));
}

}  // namespace frontdesk::simulation
