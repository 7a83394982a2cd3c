#include "media/inbound_audio.hpp"

#include <algorithm>

#include "audio/levels.hpp"

namespace frontdesk::media {
namespace {

constexpr base::Duration kSourceSilent = base::milliseconds(60);
constexpr double kQuietDbfs = -45;

std::optional<audio::G711Law> law_of(codec::Codec codec) {
  if (codec == codec::Codec::pcmu) return audio::G711Law::mu;
  if (codec == codec::Codec::pcma) return audio::G711Law::a;
  return std::nullopt;
}

}  // namespace

InboundAudio::InboundAudio(codec::Codec codec) : codec_(codec), statistics_(codec::traits(codec).clock_rate) {
  law_ = law_of(codec);
  if (!law_) decoder_ = codec::make_decoder(codec);
  if (!codec::traits(codec).byte_per_sample) packets_ = std::make_unique<PacketStore>();
}

void InboundAudio::prefetch() const {
  __builtin_prefetch(this);
  for (const void* each : {static_cast<const void*>(&statistics_), static_cast<const void*>(&ssrc_)})
    __builtin_prefetch(each);
  jitter_.prefetch();
}

void InboundAudio::set_codec(codec::Codec codec) {
  if (codec == codec_) return;
  codec_ = codec;
  law_ = law_of(codec);
  decoder_ = law_ ? nullptr : codec::make_decoder(codec);
  packets_ = codec::traits(codec).byte_per_sample ? nullptr : std::make_unique<PacketStore>();
  statistics_.set_clock_rate(codec::traits(codec).clock_rate);
  forget_buffered();
}

void InboundAudio::forget_buffered() {
  jitter_.reset();
  timestamps_.reset();
  decoded_from_.reset();
  if (decoder_) decoder_->reset();
  if (packets_) packets_->clear();
}

void InboundAudio::follow(const rtp::Header& header) {
  if (ssrc_) ++source_changes_;
  ssrc_ = header.ssrc;
  candidate_ssrc_.reset();
  statistics_.reset();
  forget_buffered();
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

bool InboundAudio::on_audio(const rtp::Packet& packet, base::Instant now) {
  noise_.stop();
  if (packets_) return on_whole_packet(packet, now);
  bool quiet = quiet_;
  if (law_ && packet.payload.size() <= scratch_.size()) {
    const auto decoded = std::span(scratch_).first(packet.payload.size());
    audio::decode_g711(*law_, packet.payload, decoded);
    quiet = audio::rms_dbfs(decoded) < kQuietDbfs;
  }
  jitter_.insert({packet.header.sequence, packet.header.timestamp, packet.header.marker, quiet, packet.payload}, now);
  return true;
}

bool InboundAudio::on_whole_packet(const rtp::Packet& packet, base::Instant now) {
  const std::size_t samples = decoder_->samples_in(packet.payload);
  if (samples == 0 || samples > scratch_.size() || packet.payload.size() > codec::kMaxPayloadBytes) return false;
  const std::uint32_t units = codec::traits(codec_).clock_rate / audio::kTelephoneRate;
  // Divided after unwrapping: 2^32 is no multiple of the units. Never negative near the start.
  const auto unwrapped = timestamps_.unwrap(packet.header.timestamp) + (std::int64_t{1} << 40) * units;
  const auto timestamp = static_cast<std::uint32_t>(unwrapped / units);
  std::array<std::uint8_t, rtp::kMaxFramePayload> places;
  const std::uint8_t place = packets_->put(timestamp, samples, packet.payload);
  std::fill_n(places.begin(), samples, place);
  const auto outcome = jitter_.insert(
      {packet.header.sequence, timestamp, packet.header.marker, quiet_, std::span(places).first(samples)}, now);
  if (outcome != rtp::InsertOutcome::accepted && outcome != rtp::InsertOutcome::restarted) packets_->take_back();
  return true;
}

void InboundAudio::on_comfort_noise(std::span<const std::uint8_t> payload) {
  noise_.update(payload);
  jitter_.note_comfort_noise();
}

void InboundAudio::pull(Frame out, base::Instant now) {
  const rtp::JitterFrame frame = jitter_.pull(now);
  quiet_left_out_ = frame.quiet_left_out;
  const bool conceal =
      frame.kind == rtp::FrameKind::missing || (frame.kind == rtp::FrameKind::not_started && heard_anything_);
  if (frame.kind == rtp::FrameKind::audio) {
    count(render(frame, out));
    heard_anything_ = true;
  } else if (conceal) {
    fill_gap(frame.timestamp, out);
    count(true);
  } else {
    fade_out_of_speech(out);
  }
  if (!law_) note_level(out);
}

void InboundAudio::count(bool concealed) {
  ++loss_.frames;
  if (concealed) ++loss_.concealed;
  if (concealed && !in_burst_) ++loss_.bursts;
  in_burst_ = concealed;
}

void InboundAudio::note_level(audio::PcmView frame) {
  quiet_ = audio::rms_dbfs(frame) < kQuietDbfs;
}

/// The sender has stopped: silence, or the noise it described.
void InboundAudio::fade_out_of_speech(Frame out) {
  concealer_.conceal(out);
  noise_.generate(out);
}

/// Whether any of it had to be concealed.
bool InboundAudio::render(const rtp::JitterFrame& frame, Frame out) {
  bool concealed = false;
  std::size_t at = 0;
  while (at < out.size()) {
    const bool present = frame.present[at];
    const std::uint8_t first = frame.payload[at];
    std::size_t end = at + 1;
    while (end < out.size() && frame.present[end] == present && (!packets_ || !present || frame.payload[end] == first))
      ++end;
    const auto run = out.subspan(at, end - at);
    const std::uint32_t timestamp = frame.timestamp.value_or(0) + static_cast<std::uint32_t>(at);
    bool played = present;
    if (present && packets_) played = decode_places(first, timestamp, run);
    if (present && !packets_) decode_codes(frame.payload.subspan(at, end - at), run);
    if (played) {
      concealer_.received(run);
    } else {
      fill_gap(timestamp, run);
      concealed = true;
    }
    at = end;
  }
  return concealed;
}

void InboundAudio::decode_codes(std::span<const std::uint8_t> codes, std::span<audio::Sample> out) {
  if (law_) {
    audio::decode_g711(*law_, codes, out);
  } else {
    decoder_->decode(codes, out);
  }
}

/// Part of a packet: it is decoded as a whole when its first part is played.
bool InboundAudio::decode_places(std::uint8_t place, std::uint32_t timestamp, std::span<audio::Sample> out) {
  const PacketStore::Stored* stored = packets_->at(place, timestamp);
  if (stored == nullptr) return false;
  if (decoded_from_ != stored->timestamp) {
    if (decoder_->decode(stored->payload(), decoded_) != stored->samples) return false;
    decoded_from_ = stored->timestamp;
  }
  const std::size_t from = timestamp - stored->timestamp;
  if (from + out.size() > stored->samples) return false;
  std::copy_n(decoded_.begin() + static_cast<std::ptrdiff_t>(from), out.size(), out.begin());
  return true;
}

void InboundAudio::fill_gap(std::optional<std::uint32_t> timestamp, std::span<audio::Sample> out) {
  if (packets_) {
    const auto* next =
        timestamp ? packets_->beginning_at(*timestamp + static_cast<std::uint32_t>(out.size())) : nullptr;
    if ((next != nullptr && decoder_->recover(next->payload(), out)) || decoder_->conceal(out))
      return concealer_.received(out);
  }
  concealer_.conceal(out);
}

}  // namespace frontdesk::media
