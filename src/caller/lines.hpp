// The caller's sound, ready before the call: lines synthesised, files read, all at 8 kHz.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "caller/options.hpp"
#include "caller/plan.hpp"

namespace frontdesk::caller {

inline constexpr base::Duration kSynthesisLimit = base::seconds(60);  ///< for one line
inline constexpr base::Duration kLongestLine = base::seconds(55);
inline constexpr double kLineLevelDbfs = -20;  ///< of synthesised lines: a good telephone speech level

/// One for each step; empty for steps without sound. Blocks.
base::Result<std::vector<audio::Pcm>> prepare_lines(const CallPlan& plan, const CallOptions& options,
                                                    speech::TextToSpeech* tts);

/// What to send while only listening: empty for silence, else repeated.
base::Result<audio::Pcm> prepare_listen_sound(const ListenOnly& listen);

/// Any WAV file; of a stereo file the left channel.
base::Result<audio::Pcm> read_telephone_audio(const std::filesystem::path& path);

}  // namespace frontdesk::caller
