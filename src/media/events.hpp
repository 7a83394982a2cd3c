// What a media session reports to the machines that decide. Times are durations of sound, counted in
// samples that were put into packets.
#pragma once
#include <cstdint>
#include <variant>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "media/digits/digit_intake.hpp"

namespace frontdesk::media {

/// Chosen by the caller of play(); unique within a session.
using UtteranceId = std::uint64_t;

/// The first sample is in this tick's packet.
struct PlayoutStarted {
  UtteranceId utterance = 0;
  friend bool operator==(const PlayoutStarted&, const PlayoutStarted&) = default;
};
/// The last sample is in this tick's packet. An utterance without samples finishes unstarted.
struct PlayoutFinished {
  UtteranceId utterance = 0;
  base::Duration heard{0};
  friend bool operator==(const PlayoutFinished&, const PlayoutFinished&) = default;
};
/// Flushed. `heard`: sent at full level before the flush; 0 if its turn had not come.
struct PlayoutCut {
  UtteranceId utterance = 0;
  base::Duration heard{0};
  friend bool operator==(const PlayoutCut&, const PlayoutCut&) = default;
};
/// Ran dry before finish(): silence is sent until more comes. Once per starvation.
struct PlayoutStarved {
  UtteranceId utterance = 0;
  friend bool operator==(const PlayoutStarved&, const PlayoutStarved&) = default;
};
/// In each form that it came in; digits::DigitIntake counts it once.
struct DigitPressed {
  char digit = '0';
  digits::Form form = digits::Form::telephone_event;
  friend bool operator==(const DigitPressed&, const DigitPressed&) = default;
};
/// The first audio packet of the caller was accepted.
struct MediaStarted {
  base::Endpoint from;
  friend bool operator==(const MediaStarted&, const MediaStarted&) = default;
};
/// Nothing was received for the session's rtp_timeout. Once, until packets come again.
struct MediaTimedOut {
  friend bool operator==(const MediaTimedOut&, const MediaTimedOut&) = default;
};
/// Packets now go to the address they come from instead of the signalled one.
struct RemoteLatched {
  base::Endpoint remote;
  friend bool operator==(const RemoteLatched&, const RemoteLatched&) = default;
};

using MediaEvent = std::variant<PlayoutStarted, PlayoutFinished, PlayoutCut, PlayoutStarved, DigitPressed, MediaStarted,
                                MediaTimedOut, RemoteLatched>;

}  // namespace frontdesk::media
