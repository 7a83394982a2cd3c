// The sound of one leg: RTP or SRTP datagrams in, RTP or SRTP packets out every 20 ms tick, an ordered
// playout queue that can be flushed at once, digits both ways, RTCP, and the counters to judge it by.
// Sans-IO: the owner reads the sockets, keeps the clock and sends what tick() returns.
//
// Inside, sound is 8 kHz in frames of 20 ms, whatever the codec: recognition and voices work at that
// rate. G.722 is coded by its lower sub-band alone, Opus by its own 8 kHz mode, so that nothing is
// resampled. Packets of the peer may have any length, ours have 10 to 60 ms.
//
// tick() and on_datagram() never allocate, but for the first packet of a new source under SRTP. One
// thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/pcm.hpp"
#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "codec/codec.hpp"
#include "codec/coder.hpp"
#include "media/events.hpp"
#include "rtp/rtcp_session.hpp"
#include "rtp/srtp/crypto_suite.hpp"

namespace frontdesk::media {

using codec::Codec;

/// What offer and answer agreed on, and what a re-INVITE may change.
struct MediaParameters {
  Codec codec = Codec::pcmu;
  std::uint8_t payload_type = 0;  ///< as we send it
  std::optional<std::uint8_t> telephone_event_payload_type;
  base::Endpoint remote;  ///< from the peer's SDP; unset: send nothing until a packet arrives
  bool may_send = true;
  bool may_receive = true;
  /// As the peer sends them, where that differs.
  std::optional<std::uint8_t> receive_payload_type;
  std::optional<std::uint8_t> receive_telephone_event_payload_type;
  std::uint32_t telephone_event_clock_rate = 8000;
  int packet_ms = 20;                   ///< of what we send
  std::optional<srtp::SrtpKeys> srtp;   ///< unset: plain RTP. Changed keys take effect at once
  bool rtcp_mux = false;                ///< RFC 5761: RTCP shares the port of RTP
  base::Endpoint rtcp_remote;           ///< without rtcp_mux; unset: the port after RTP's
  bool in_band_digits = false;          ///< look for digits in the sound of the peer
  bool srtp_awaited = false;            ///< keys are being agreed on: until `srtp` is set nothing is sent or believed
  bool rtcp_keyed_apart = false;        ///< RTCP has keys of its own, `srtcp`, or awaits them
  std::optional<srtp::SrtpKeys> srtcp;  ///< looked at with rtcp_keyed_apart
  base::Endpoint signalling;            ///< where the peer's signalling comes from; its port is not looked at
};

/// ssrc, first_sequence and first_timestamp should be random (RFC 3550, 5.1).
struct MediaSessionConfig {
  MediaParameters parameters;
  std::uint32_t ssrc = 0;
  std::uint16_t first_sequence = 0;
  std::uint32_t first_timestamp = 0;
  base::Duration rtp_timeout = base::seconds(30);
  std::string cname;  ///< RFC 7022: random, at most rtp::kMaxCnameBytes
};

inline constexpr base::Duration kMaxQueuedPlayout = base::seconds(60);
inline constexpr std::size_t kMaxQueuedUtterances = 64;
inline constexpr base::Duration kMaxRewind = base::milliseconds(600);
inline constexpr base::Duration kMaxFade = base::milliseconds(50);
inline constexpr std::size_t kMaxMediaEvents = 256;  ///< between two drains

struct MediaStats {
  std::uint64_t packets_in = 0;  ///< accepted: right address, payload type and form
  std::uint64_t packets_out = 0;
  std::uint64_t expected = 0;  ///< by the sequence numbers of the present source
  std::int64_t lost = 0;       ///< never arrived
  std::uint64_t late = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t malformed = 0;
  std::uint64_t foreign = 0;             ///< from an address that is not the peer's: refused
  std::uint64_t other_payload_type = 0;  ///< not negotiated: refused
  std::uint64_t other_source = 0;        ///< a second SSRC mixed into the stream: refused
  std::uint64_t source_changes = 0;      ///< SSRC switches followed
  std::uint64_t played_frames = 0;       ///< while the peer was sending
  std::uint64_t concealed_frames = 0;
  std::uint64_t loss_bursts = 0;      ///< runs of concealed frames
  std::uint64_t starved_ticks = 0;    ///< silence sent in mid utterance
  std::uint64_t refused_samples = 0;  ///< play() beyond the limit
  std::uint64_t events_lost = 0;      ///< not drained in time
  std::uint64_t unprotected = 0;      ///< SRTP or SRTCP that is forged, damaged, replayed or plain: refused
  double jitter_ms = 0;               ///< now
  double jitter_mean_ms = 0;          ///< of the present source
  double jitter_max_ms = 0;
  base::Duration playout_delay{0};  ///< of the jitter buffer
  rtp::RtcpFigures rtcp;
  /// Of what we hear, by the E-model (quality.hpp), with half the round trip as the network's delay. 0: nothing heard.
  double rating = 0;
  double mean_opinion_score = 0;
};

class MediaSession {
 public:
  explicit MediaSession(const MediaSessionConfig& config);
  ~MediaSession();
  MediaSession(MediaSession&&) noexcept;
  MediaSession& operator=(MediaSession&&) noexcept;

  void on_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from, base::Instant now);
  /// From the RTCP socket; without one, RTCP is found among on_datagram()'s.
  void on_rtcp_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from, base::Instant now);

  struct Tick {
    std::span<const std::uint8_t> packet;  ///< to send; empty if nothing may be sent or the packet is not full yet
    base::Endpoint to;
    audio::PcmView heard;   ///< the caller: always 160 samples, concealed or silent where missing
    audio::PcmView played;  ///< what is sent of this tick, in this packet or the next: always 160 samples
    std::span<const std::uint8_t> second_packet;  ///< with packets of 10 ms
    std::span<const std::uint8_t> rtcp;           ///< a report that is due
    base::Endpoint rtcp_to;  ///< the same as `to`: from the RTP socket; otherwise from the RTCP socket
  };
  /// Asks for the memory that the next packet and tick will need: between two ticks it goes cold.
  void prefetch() const;
  /// Every 20 ms. The spans are valid until the next call.
  Tick tick(base::Instant now);

  /// After a re-INVITE. A changed remote address undoes the latch; a changed codec empties the jitter
  /// buffer. The playout queue, sequence numbers and timestamps run on.
  void reconfigure(const MediaParameters& parameters, base::Instant now);

  /// Until the next reconfigure().
  void adapt(const codec::SendingProfile& profile);

  struct PlayResult {
    std::size_t queued = 0;
    std::size_t refused = 0;  ///< samples beyond kMaxQueuedPlayout or of an utterance already over
  };
  /// Appends 8 kHz samples to an utterance; utterances play in the order of their first play() or
  /// finish(). Samples for an utterance that finished or was cut are refused.
  PlayResult play(UtteranceId utterance, audio::PcmView pcm);
  /// No more samples will come.
  void finish(UtteranceId utterance);
  /// Cuts all that is queued now; the sample that would come next fades out over `fade`.
  void flush(base::Duration fade);

  /// Silence at once, the sample that would come next fading out over `fade`; the queue keeps what it has.
  /// flush() drops it as usual.
  void pause(base::Duration fade);
  /// Goes on from the last quiet place before the pause, at most kMaxRewind back: in mid word it would
  /// not be understood.
  void resume();

  /// Samples queued and not yet sent, as time.
  base::Duration queued() const;
  bool playing() const;

  /// RFC 4733 events, in turn; playout waits meanwhile. How many were taken: none when the peer
  /// did not agree to telephone events.
  std::size_t send_digits(std::string_view digits);
  bool sending_digits() const;

  /// Held: playout waits, silence is sent, and heard is silent.
  void set_held(bool held);
  /// Muted: silence is sent while playout runs on.
  void set_muted(bool muted);

  /// Appends the events since the last call to `out`.
  void drain_events(std::vector<MediaEvent>& out);

  MediaStats stats() const;
  base::Endpoint remote() const;  ///< where packets go now

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::media
