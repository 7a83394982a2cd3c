// What the end of an utterance sounds like, measured against the speaker's own pitch, loudness and pace: the
// cues that listeners use to tell a finished turn from a pause (e.g. A. Gravano and J. Hirschberg,
// "Turn-taking cues in task-oriented dialogue", 2011: final pitch slope, loudness, voice quality, length).
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "audio/pcm.hpp"

namespace frontdesk::prosody {

inline constexpr std::size_t kContextSamples = 3 * audio::kTelephoneRate;  ///< more than this is not looked at
inline constexpr int kLeastSpeechMs = 250;                                 ///< too little to know a voice by

/// Pitch in semitones, loudness in dB, times in units of 100 ms; each is limited to a sensible range.
enum class Feature : std::size_t {
  end_pitch,      ///< of the last 60 ms of voice, against the median
  end_over_low,   ///< the same against the speaker's low pitch
  slope,          ///< of pitch over the last 250 ms of voice, for each 100 ms
  rise,           ///< the slope where it is positive
  final_turn,     ///< the last 60 ms of voice against the 120 ms before
  pitch_spread,   ///< standard deviation of pitch in the last 500 ms
  end_level,      ///< of the last 50 ms of sound, against the loud parts
  voice_level,    ///< of the last 60 ms of voice, likewise
  level_slope,    ///< over the last 250 ms of sound, for each 100 ms
  since_loud,     ///< from the last loud frame to the end of sound
  final_voice,    ///< length of the last unbroken stretch of voice
  lengthening,    ///< from the last syllable's peak to the end, against the usual distance between peaks
  pace,           ///< syllables a second in the last 1.5 s
  steady_tail,    ///< how long pitch and vowel have not moved at the end: "um", "er"
  end_quality,    ///< periodicity of the last 100 ms of voice against the usual: creak and breath are low
  unvoiced_tail,  ///< from the last voice to the end of sound: a final "s" or "t"
  movement,       ///< of the spectrum in the last 150 ms of voice
  fall,           ///< from the highest pitch of the last 600 ms to the end
  end_tilt,       ///< of the spectrum in the last 100 ms of sound against the usual: "s" is bright
  late_pitch,     ///< median of the last 500 ms of voice against that of all
  creak,          ///< how much of the sound after the last voice is dark: a voice too rough to have a pitch
  count
};
inline constexpr auto kFeatureCount = static_cast<std::size_t>(Feature::count);
inline constexpr std::array<std::string_view, kFeatureCount> kFeatureNames{
    "end_pitch",   "end_over_low",  "slope",      "rise",        "final_turn",  "pitch_spread", "end_level",
    "voice_level", "level_slope",   "since_loud", "final_voice", "lengthening", "pace",         "steady_tail",
    "end_quality", "unvoiced_tail", "movement",   "fall",        "end_tilt",    "late_pitch",   "creak"};

struct Features {
  std::array<float, kFeatureCount> values{};
  float& operator[](Feature feature) { return values[static_cast<std::size_t>(feature)]; }
  float operator[](Feature feature) const { return values[static_cast<std::size_t>(feature)]; }
};

/// `utterance` ends where the voice detector heard the speech end; 8,000 samples a second. None when there is
/// too little voice to judge by.
std::optional<Features> measure(audio::PcmView utterance);

}  // namespace frontdesk::prosody
