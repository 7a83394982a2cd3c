// What scripts/models/train_prosody.py needs from the C++ side, so that training and judging see the same
// numbers. One command a line, one line of answer ("error: ..." if it failed):
//   features FILE FROM TO      the features of those samples of an 8 kHz recording, or "none"
//   say SPEAKER NOISE FILE TEXT   renders a sentence with our own voice at 8 kHz; answers "ok"
#include <iostream>
#include <sstream>

#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "providers/local_tts/pronunciation.hpp"
#include "providers/local_tts/vits_model.hpp"
#include "providers/local_tts/voice_shape.hpp"
#include "providers/prosody_turn/prosody/features.hpp"

namespace frontdesk::material {
namespace {

std::string features(std::istream& words) {
  std::string file;
  std::size_t from = 0;
  std::size_t to = 0;
  words >> file >> from >> to;
  const auto wav = audio::read_wav(file);
  if (!wav) return "error: " + wav.error().message;
  if (wav->rate != audio::kTelephoneRate || wav->channels != 1) return "error: not 8 kHz mono";
  if (from > to || to > wav->samples.size()) return "error: beyond the recording";
  const auto measured = prosody::measure(audio::PcmView(wav->samples).subspan(from, to - from));
  if (!measured) return "none";
  std::ostringstream line;
  for (const auto value : measured->values) line << value << ' ';
  return line.str();
}

std::string say(std::istream& words, const local_tts::VitsModel& model) {
  int speaker = 0;
  local_tts::VitsStyle style;
  std::string file;
  std::string text;
  words >> speaker >> style.noise >> file;
  std::getline(words >> std::ws, text);
  style.rhythm_noise = style.noise;
  style.length = 1;
  const auto sound =
      model.synthesise(local_tts::phonemes(text), speaker, style, *local_tts::VitsModel::new_cancellation());
  if (!sound) return "error: " + sound.error().message;
  audio::Wav wav;
  wav.samples = audio::resample(local_tts::to_pcm(*sound), local_tts::kVitsRate, audio::kTelephoneRate);
  const auto written = audio::write_wav(file, wav);
  return written ? "ok" : "error: " + written.error().message;
}

int run() {
  std::unique_ptr<local_tts::VitsModel> model;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "say" && !model) {
      auto loaded = local_tts::VitsModel::load(inference::ModelFiles::locate());
      if (!loaded) {
        std::cerr << loaded.error().message << '\n';
        return 1;
      }
      model = std::move(*loaded);
    }
    if (command == "names") {
      for (const auto name : prosody::kFeatureNames) std::cout << name << ' ';
      std::cout << std::endl;
      continue;
    }
    std::cout << (command == "say" ? say(words, *model) : features(words)) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace frontdesk::material

int main() {
  return frontdesk::material::run();
}
