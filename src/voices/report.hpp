// What is kept and shown of a voice that somebody made: how far it is, and what was measured of its sample.
#pragma once
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "sound_files/decoder.hpp"
#include "voices/checks/sample_quality.hpp"

namespace frontdesk::voices {

using json::Note;

/// withdrawn: its consent was; nothing of the recording is kept.
enum class State { uploaded, training, ready, failed, withdrawn };
BOOST_DESCRIBE_ENUM(State, uploaded, training, ready, failed, withdrawn)

enum class SampleVerdict { good, usable, try_again };
BOOST_DESCRIBE_ENUM(SampleVerdict, good, usable, try_again)

enum class SampleFormat { wav, flac, ogg, mp3 };
BOOST_DESCRIBE_ENUM(SampleFormat, wav, flac, ogg, mp3)

struct SampleReport {
  SampleFormat format = SampleFormat::wav;
  std::int64_t sample_rate = 0;
  std::int64_t channels = 0;
  double seconds = 0;
  double speech_seconds = 0;
  double level_dbfs = 0;
  double noise_dbfs = 0;
  double signal_to_noise_db = 0;
  double clipped_percent = 0;
  double silence_percent = 0;
  SampleVerdict verdict = SampleVerdict::good;
  std::vector<std::string> advice;
};
BOOST_DESCRIBE_STRUCT(SampleReport, (),
                      (format, sample_rate, channels, seconds, speech_seconds, level_dbfs, noise_dbfs,
                       signal_to_noise_db, clipped_percent, silence_percent, verdict, advice))
constexpr auto about(const SampleReport*) {
  return json::about("VoiceSample", "What was measured of the recording that a voice is made of.",
                     Note{.member = "sample_rate", .text = "Of the file, in hertz."},
                     Note{.member = "speech_seconds", .text = "Without the pauses."},
                     Note{.member = "level_dbfs", .text = "Of the speech; 0 is the loudest there can be."},
                     Note{.member = "noise_dbfs", .text = "Of the quietest tenth of it."},
                     Note{.member = "signal_to_noise_db", .text = "The speech over the noise; an estimate."},
                     Note{.member = "clipped_percent", .text = "Of the samples: too loud to be written down."},
                     Note{.member = "silence_percent", .text = "Of the time."},
                     Note{.member = "advice", .text = "What to do for a better one, in words; empty if nothing."});
}

SampleReport report_of(const sound_files::Sound& sound, const voices_checks::Quality& quality);
/// As they stand in the database; what cannot be read is an empty report.
std::string text_of(const SampleReport& report);
SampleReport report_of(const std::string& text);
std::string text_of(State state);
State state_of(std::string_view text);

}  // namespace frontdesk::voices
