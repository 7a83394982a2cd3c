#include "voices/report.hpp"

#include <boost/json/serialize.hpp>
#include <cmath>

#include "json/parse.hpp"

namespace frontdesk::voices {
namespace {

double rounded(double value) {
  return std::round(value * 100) / 100;
}

SampleFormat format_of(sound_files::Format format) {
  switch (format) {
    case sound_files::Format::flac:
      return SampleFormat::flac;
    case sound_files::Format::ogg:
      return SampleFormat::ogg;
    case sound_files::Format::mp3:
      return SampleFormat::mp3;
    default:
      return SampleFormat::wav;
  }
}

}  // namespace

SampleReport report_of(const sound_files::Sound& sound, const voices_checks::Quality& quality) {
  SampleReport report;
  report.format = format_of(sound.format);
  report.sample_rate = sound.rate;
  report.channels = sound.channels;
  report.seconds = rounded(quality.seconds);
  report.speech_seconds = rounded(quality.speech_seconds);
  report.level_dbfs = rounded(quality.level_dbfs);
  report.noise_dbfs = rounded(quality.noise_dbfs);
  report.signal_to_noise_db = rounded(quality.signal_to_noise_db);
  report.clipped_percent = rounded(quality.clipped_percent);
  report.silence_percent = rounded(quality.silence_percent);
  report.verdict = static_cast<SampleVerdict>(quality.verdict);
  report.advice = quality.advice;
  return report;
}

std::string text_of(const SampleReport& report) {
  return boost::json::serialize(json::write(report));
}

SampleReport report_of(const std::string& text) {
  if (const auto parsed = json::parse(text))
    if (auto read = json::read<SampleReport>(*parsed)) return std::move(*read);
  return {};
}

std::string text_of(State state) {
  return boost::describe::enum_to_string(state, "uploaded");
}

State state_of(std::string_view text) {
  State state = State::uploaded;
  (void)boost::describe::enum_from_string(std::string(text).c_str(), state);
  return state;
}

}  // namespace frontdesk::voices
