#include "media/digits/in_band_detector.hpp"

extern "C" {
#include <spandsp.h>
}

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace frontdesk::digits {
namespace {

constexpr std::size_t kBlock = 102;  // of spandsp's filters
/// Where a tone's two frequencies stand to each other in a block decides how much the one blurs the other, and from
/// block to block that changes little: with 0 it would spoil whole digits. Half a block on, they stand the other way.
constexpr std::size_t kReceivers = 2;
constexpr std::size_t kPiece = kBlock / kReceivers;  // digits begin at the ends of pieces only

/// The upper tone may be 8 dB weaker than the lower one, or 4 dB stronger (AT&T's limits in Q.24). The filters blur a
/// strong tone into the other group: raising the upper group by 2.5 dB centres the range.
constexpr int kTilt = 2;  // y[n] = x[n] - x[n - 1] / kTilt
constexpr int kTwistDb = 10;
constexpr int kUnchanged = -1;
constexpr int kThresholdUnchanged = -99;
/// The same tone again is another press only after so much quiet: in between a packet was lost, or noise blurred it.
constexpr std::size_t kShortestPause = audio::samples_for(30, audio::kTelephoneRate);
constexpr std::size_t kSlice = audio::samples_for(5, audio::kTelephoneRate);
constexpr double kQuiet = 0.25;  // of the power of the tone
constexpr double kPowerMemory = 0.3;

}  // namespace

struct InBandDetector::State {
  State() {
    for (dtmf_rx_state_t*& receiver : receivers) {
      receiver = dtmf_rx_init(nullptr, nullptr, nullptr);
      FRONTDESK_ASSERT(receiver != nullptr);
      dtmf_rx_parms(receiver, kUnchanged, kTwistDb, kTwistDb, kThresholdUnchanged);
      dtmf_rx_set_realtime_callback(receiver, &State::on_change, this);
    }
    dtmf_rx(receivers[1], tilted.data(), kPiece);
  }
  ~State() {
    for (dtmf_rx_state_t* receiver : receivers) dtmf_rx_free(receiver);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  static void on_change(void* self, int code, int, int) { static_cast<State*>(self)->changed(static_cast<char>(code)); }
  void changed(char code) {
    if (code == 0) return;
    if (code != current || longest_quiet >= kShortestPause) begun = code;
    current = code;
    tone_power = 0;
    quiet = longest_quiet = 0;
  }

  void receive(audio::PcmView pcm) {
    for (std::size_t i = 0; i < pcm.size(); ++i) {
      tilted[i] = static_cast<audio::Sample>(std::clamp(pcm[i] - before / kTilt, -32768, 32767));
      before = pcm[i];
    }
    for (dtmf_rx_state_t* receiver : receivers) dtmf_rx(receiver, tilted.data(), static_cast<int>(pcm.size()));
    measure(pcm);
  }

  /// How long it has been quiet since the tone was certain, in steps of a slice.
  void measure(audio::PcmView pcm) {
    for (const audio::Sample sample : pcm) {
      slice_power += static_cast<double>(sample) * sample;
      if (++in_slice < kSlice) continue;
      if (tone_power > 0 && slice_power < kQuiet * tone_power) {
        quiet += kSlice;
        longest_quiet = std::max(longest_quiet, quiet);
      } else {
        quiet = 0;
        tone_power += (tone_power > 0 ? kPowerMemory : 1) * (slice_power - tone_power);
      }
      slice_power = 0;
      in_slice = 0;
    }
  }

  std::array<dtmf_rx_state_t*, kReceivers> receivers{};
  std::array<audio::Sample, kPiece> tilted{};
  audio::Sample before = 0;
  std::size_t in_piece = 0;
  char current = 0;  ///< sounding, or the last that did
  std::optional<char> begun;
  double slice_power = 0, tone_power = 0;
  std::size_t in_slice = 0, quiet = 0, longest_quiet = 0;
};

InBandDetector::InBandDetector() : state_(std::make_unique<State>()) {}
InBandDetector::~InBandDetector() = default;
InBandDetector::InBandDetector(InBandDetector&&) noexcept = default;
InBandDetector& InBandDetector::operator=(InBandDetector&&) noexcept = default;

std::optional<char> InBandDetector::push(audio::PcmView frame) {
  State& s = *state_;
  s.begun.reset();
  while (!frame.empty()) {
    const std::size_t piece = std::min(frame.size(), kPiece - s.in_piece);
    s.receive(frame.first(piece));
    s.in_piece = (s.in_piece + piece) % kPiece;
    frame = frame.subspan(piece);
  }
  return s.begun;
}

}  // namespace frontdesk::digits
