// Stereo telephone sound as Opus in Ogg (RFC 6716, RFC 7845), page by page: whatever ends after a page is playable up
// to there. 8 kHz, about 28 kbit/s.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "audio/wav.hpp"
#include "base/error.hpp"

namespace frontdesk::recording {

class OggOpusEncoder {
 public:
  static base::Result<OggOpusEncoder> create();
  OggOpusEncoder(OggOpusEncoder&&) noexcept;
  OggOpusEncoder& operator=(OggOpusEncoder&&) noexcept;
  ~OggOpusEncoder();

  /// Interleaved stereo at 8 kHz.
  base::Status add(audio::PcmView interleaved);
  /// Whole pages of all that was added; less than 20 ms may wait for its frame to be full. The first time, the head
  /// of the file goes before them.
  std::vector<std::uint8_t> take_pages();
  /// The last page: the stream's length is then exact.
  base::Result<std::vector<std::uint8_t>> finish();

 private:
  struct State;
  explicit OggOpusEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// 8 kHz stereo. A file that ends early yields what there is; one of another kind is invalid_argument.
base::Result<audio::Wav> decode_ogg_opus(std::span<const std::uint8_t> file);

}  // namespace frontdesk::recording
