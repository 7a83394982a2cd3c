#include "media/recording/ogg_opus.hpp"

#include <ogg/ogg.h>
#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace frontdesk::recording {
namespace {

constexpr int kChannels = 2;
constexpr int kBitrate = 28'000;
constexpr int kComplexity = 3;                  // what 8 kHz gains from more is not heard
constexpr std::size_t kFrame = 160;             // 20 ms
constexpr std::int64_t kGranulesPerSample = 6;  // granules count at 48 kHz, RFC 7845 section 4
constexpr int kSerial = 1;                      // one stream in each file
constexpr std::size_t kMaxPacket = 1500;
constexpr std::size_t kLongestPacket = 960;  // samples: 120 ms
constexpr std::string_view kDomain = "recording";

struct FreeEncoder {
  void operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
};
struct FreeDecoder {
  void operator()(OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }
};

tl::unexpected<base::Error> broken(int code) {
  return base::fail(base::ErrorCode::internal, kDomain, std::string("Opus: ") + opus_strerror(code));
}

void append(std::vector<std::uint8_t>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}
void append_number(std::vector<std::uint8_t>& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// RFC 7845, section 5.1.
std::vector<std::uint8_t> id_header(int pre_skip) {
  std::vector<std::uint8_t> out;
  append(out, "OpusHead");
  out.push_back(1);
  out.push_back(kChannels);
  append_number(out, static_cast<std::uint32_t>(pre_skip), 2);
  append_number(out, audio::kTelephoneRate, 4);
  append_number(out, 0, 2);  // gain
  out.push_back(0);          // mono or stereo
  return out;
}

/// RFC 7845, section 5.2.
std::vector<std::uint8_t> comment_header() {
  std::vector<std::uint8_t> out;
  append(out, "OpusTags");
  const std::string_view vendor = "frontdesk";
  append_number(out, static_cast<std::uint32_t>(vendor.size()), 4);
  append(out, vendor);
  append_number(out, 0, 4);
  return out;
}

}  // namespace

struct OggOpusEncoder::State {
  std::unique_ptr<OpusEncoder, FreeEncoder> encoder;
  ogg_stream_state stream{};
  audio::Pcm waiting;
  std::vector<std::uint8_t> pages;
  std::int64_t packets = 0;
  std::int64_t samples = 0;  ///< added, for each channel
  int lookahead = 0;         ///< samples
  bool finished = false;

  ~State() { ogg_stream_clear(&stream); }

  void put(std::span<std::uint8_t> bytes, std::int64_t granule, bool last) {
    ogg_packet packet{};
    packet.packet = bytes.data();
    packet.bytes = static_cast<long>(bytes.size());
    packet.b_o_s = packets == 0 ? 1 : 0;
    packet.e_o_s = last ? 1 : 0;
    packet.granulepos = granule;
    packet.packetno = packets++;
    ogg_stream_packetin(&stream, &packet);
  }
  void close_page() {
    ogg_page page{};
    while (ogg_stream_flush(&stream, &page) != 0) {
      pages.insert(pages.end(), page.header, page.header + page.header_len);
      pages.insert(pages.end(), page.body, page.body + page.body_len);
    }
  }
  base::Status encode(audio::PcmView frame, bool last) {
    std::array<std::uint8_t, kMaxPacket> packet{};
    const int size = opus_encode(encoder.get(), frame.data(), static_cast<int>(kFrame), packet.data(),
                                 static_cast<opus_int32>(packet.size()));
    if (size < 0) return broken(size);
    const auto coded = (packets - 1) * static_cast<std::int64_t>(kFrame);  // two headers, and this one
    const auto end = last ? samples + lookahead : coded;
    put(std::span(packet).first(static_cast<std::size_t>(size)), end * kGranulesPerSample, last);
    return {};
  }
};

OggOpusEncoder::OggOpusEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
OggOpusEncoder::OggOpusEncoder(OggOpusEncoder&&) noexcept = default;
OggOpusEncoder& OggOpusEncoder::operator=(OggOpusEncoder&&) noexcept = default;
OggOpusEncoder::~OggOpusEncoder() = default;

base::Result<OggOpusEncoder> OggOpusEncoder::create() {
  auto state = std::make_unique<State>();
  int error = OPUS_OK;
  state->encoder.reset(opus_encoder_create(audio::kTelephoneRate, kChannels, OPUS_APPLICATION_VOIP, &error));
  if (error != OPUS_OK) return broken(error);
  auto* encoder = state->encoder.get();
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(kBitrate));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(kComplexity));
  opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(&state->lookahead));
  if (ogg_stream_init(&state->stream, kSerial) != 0)
    return base::fail(base::ErrorCode::resource_exhausted, kDomain, "there is no memory for a recording");
  auto head = id_header(state->lookahead * static_cast<int>(kGranulesPerSample));
  state->put(head, 0, false);
  state->close_page();
  auto comments = comment_header();
  state->put(comments, 0, false);
  state->close_page();
  return OggOpusEncoder(std::move(state));
}

base::Status OggOpusEncoder::add(audio::PcmView interleaved) {
  auto& waiting = state_->waiting;
  waiting.insert(waiting.end(), interleaved.begin(), interleaved.end());
  state_->samples += static_cast<std::int64_t>(interleaved.size() / kChannels);
  std::size_t at = 0;
  base::Status status;
  for (; status && waiting.size() - at >= kFrame * kChannels; at += kFrame * kChannels)
    status = state_->encode(audio::PcmView(waiting).subspan(at, kFrame * kChannels), false);
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(at));
  return status;
}

std::vector<std::uint8_t> OggOpusEncoder::take_pages() {
  state_->close_page();
  return std::exchange(state_->pages, {});
}

/// Silence pushes out what the encoder still holds; the granule position says where the sound really ends.
base::Result<std::vector<std::uint8_t>> OggOpusEncoder::finish() {
  if (std::exchange(state_->finished, true)) return std::vector<std::uint8_t>{};
  auto rest = std::exchange(state_->waiting, {});
  const auto frames = (rest.size() / kChannels + static_cast<std::size_t>(state_->lookahead)) / kFrame + 1;
  rest.resize(frames * kFrame * kChannels, 0);
  for (std::size_t i = 0; i < frames; ++i) {
    const auto frame = audio::PcmView(rest).subspan(i * kFrame * kChannels, kFrame * kChannels);
    if (auto encoded = state_->encode(frame, i + 1 == frames); !encoded) return tl::unexpected(encoded.error());
  }
  return take_pages();
}

namespace {

class Reader {
 public:
  Reader() { ogg_sync_init(&sync_); }
  ~Reader() {
    ogg_sync_clear(&sync_);
    if (open_) ogg_stream_clear(&stream_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  base::Result<audio::Wav> read(std::span<const std::uint8_t> file) {
    auto* buffer = ogg_sync_buffer(&sync_, static_cast<long>(file.size()));
    if (!file.empty()) std::memcpy(buffer, file.data(), file.size());
    ogg_sync_wrote(&sync_, static_cast<long>(file.size()));
    ogg_page page{};
    while (ogg_sync_pageout(&sync_, &page) > 0) {
      if (!open_) {
        open_ = ogg_stream_init(&stream_, ogg_page_serialno(&page)) == 0;
        if (!open_) break;
      }
      if (ogg_stream_pagein(&stream_, &page) != 0) continue;
      if (auto taken = take_packets(); !taken) return tl::unexpected(taken.error());
      if (ogg_page_eos(&page) != 0) end_ = ogg_page_granulepos(&page) / kGranulesPerSample;
    }
    if (!decoder_) return not_ours();
    trim();
    return std::move(wav_);
  }

 private:
  static tl::unexpected<base::Error> not_ours() {
    return base::fail(base::ErrorCode::invalid_argument, kDomain, "this is not a stereo recording in Ogg Opus");
  }
  base::Status take_packets() {
    ogg_packet packet{};
    while (ogg_stream_packetout(&stream_, &packet) > 0) {
      const std::span<const std::uint8_t> bytes(packet.packet, static_cast<std::size_t>(packet.bytes));
      if (packets_++ == 0) {
        if (auto begun = begin(bytes); !begun) return begun;
      } else if (packets_ > 2) {
        decode(bytes);
      }
    }
    return {};
  }
  base::Status begin(std::span<const std::uint8_t> head) {
    constexpr std::string_view kMagic = "OpusHead";
    if (head.size() < 19 || !std::equal(kMagic.begin(), kMagic.end(), head.begin()) || head[9] != kChannels)
      return not_ours();
    skip_ = (head[10] + head[11] * 256) / static_cast<int>(kGranulesPerSample);
    int error = OPUS_OK;
    decoder_.reset(opus_decoder_create(audio::kTelephoneRate, kChannels, &error));
    if (error != OPUS_OK) return broken(error);
    wav_.channels = kChannels;
    return {};
  }
  void decode(std::span<const std::uint8_t> packet) {
    std::array<audio::Sample, kLongestPacket * kChannels> pcm;
    const int count = opus_decode(decoder_.get(), packet.data(), static_cast<opus_int32>(packet.size()), pcm.data(),
                                  static_cast<int>(kLongestPacket), 0);
    if (count > 0) wav_.samples.insert(wav_.samples.end(), pcm.begin(), pcm.begin() + count * kChannels);
  }
  void trim() {
    if (end_ >= 0) wav_.samples.resize(std::min(wav_.samples.size(), static_cast<std::size_t>(end_) * kChannels));
    const auto skipped = std::min(wav_.samples.size(), static_cast<std::size_t>(skip_) * kChannels);
    wav_.samples.erase(wav_.samples.begin(), wav_.samples.begin() + static_cast<std::ptrdiff_t>(skipped));
  }

  ogg_sync_state sync_{};
  ogg_stream_state stream_{};
  std::unique_ptr<OpusDecoder, FreeDecoder> decoder_;
  audio::Wav wav_;
  std::int64_t packets_ = 0;
  std::int64_t end_ = -1;
  int skip_ = 0;
  bool open_ = false;
};

}  // namespace

base::Result<audio::Wav> decode_ogg_opus(std::span<const std::uint8_t> file) {
  return Reader().read(file);
}

}  // namespace frontdesk::recording
