#include "media/inbound_audio.hpp"

#include <algorithm>

#include "audio/levels.hpp"

namespace frontdesk::media {
namespace {

constexpr base::Duration kSourceSilent = base::milliseconds(60);
constexpr double kQuietDbfs = -45;

}  // namespace

void InboundAudio::follow(const rtp::Header& header) {
  if (ssrc_) ++source_changes_;
  ssrc_ = header.ssrc;
  candidate_ssrc_.reset();
  jitter_.reset();
  statistics_.reset();
}

bool InboundAudio::admit(const rtp::Header& header, base::Instant now) {
  if (ssrc_ != header.ssrc) {
    const bool in_a_row =
        candidate_ssrc_ == header.ssrc && header.sequence == static_cast<std::uint16_t>(candidate_sequence_ + 1);
    if (ssrc_ && !in_a_row && now - last_packet_ <= kSourceSilent) {
      candidate_ssrc_ = header.ssrc;
      candidate_sequence_ = header.sequence;
      return false;
    }
    follow(header);
  }
  candidate_ssrc_.reset();
  last_packet_ = now;
  statistics_.on_packet(header, now);
  return true;
}

void InboundAudio::on_audio(const rtp::Packet& packet, base::Instant now) {
  bool quiet = false;
  if (packet.payload.size() <= scratch_.size()) {
    const auto decoded = std::span(scratch_).first(packet.payload.size());
    audio::decode_g711(law_, packet.payload, decoded);
    quiet = audio::rms_dbfs(decoded) < kQuietDbfs;
  }
  jitter_.insert({packet.header.sequence, packet.header.timestamp, packet.header.marker, quiet, packet.payload}, now);
}

void InboundAudio::pull(std::span<audio::Sample, audio::kFrameSamples> out, base::Instant now) {
  const rtp::JitterFrame frame = jitter_.pull(now);
  const bool conceal =
      frame.kind == rtp::FrameKind::missing || (frame.kind == rtp::FrameKind::not_started && heard_anything_);
  if (frame.kind == rtp::FrameKind::audio) {
    render(frame, out);
    heard_anything_ = true;
  } else if (conceal) {
    concealer_.conceal(out);
    ++concealed_frames_;
  } else {
    concealer_.conceal(out);
    std::fill(out.begin(), out.end(), audio::Sample{0});
  }
}

void InboundAudio::render(const rtp::JitterFrame& frame, std::span<audio::Sample, audio::kFrameSamples> out) {
  bool concealed = false;
  std::size_t at = 0;
  while (at < out.size()) {
    const bool present = frame.present[at];
    std::size_t end = at + 1;
    while (end < out.size() && frame.present[end] == present) ++end;
    const auto run = out.subspan(at, end - at);
    if (present) {
      audio::decode_g711(law_, frame.payload.subspan(at, end - at), run);
      concealer_.received(run);
    } else {
      concealer_.conceal(run);
      concealed = true;
    }
    at = end;
  }
  if (concealed) ++concealed_frames_;
}

void InboundAudio::set_law(audio::G711Law law) {
  if (law == law_) return;
  law_ = law;
  jitter_.reset();
}

}  // namespace frontdesk::media
