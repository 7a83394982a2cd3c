// Sound files: prompts and recordings.
#include "audio/wav.hpp"

#include "fuzz/fuzz_target.hpp"

FRONTDESK_FUZZ_TARGET(wav) {
  const auto wav = frontdesk::audio::parse_wav(input);
  if (wav) frontdesk::fuzz::require(wav->samples.size() <= input.size() && wav->channels >= 1 && wav->channels <= 2);
}
