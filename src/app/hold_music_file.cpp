#include "app/hold_music_file.hpp"

#include "audio/wav.hpp"

namespace frontdesk::app {

base::Result<hold_music::MusicLoop> hold_music_from(const std::string& file) {
  if (file.empty()) return hold_music::composed_loop();
  const auto wav = audio::read_wav(file);
  auto loop = wav ? hold_music::loop_of({wav->samples, wav->rate, wav->channels}) : tl::unexpected(wav.error());
  if (loop) return loop;
  auto error = loop.error();
  error.message = "[voice] hold_music = \"" + file + "\": " + error.message;
  return tl::unexpected(std::move(error));
}

}  // namespace frontdesk::app
