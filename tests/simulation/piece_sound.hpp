// Sound that says what it is: the loudness of its samples names the piece, their signs the place in it,
// and G.711 carries both unchanged. Every 300 ms there is a quiet place of 40 ms, as between words.
#pragma once
#include <optional>

#include "audio/pcm.hpp"
#include "call/events.hpp"

namespace frontdesk::simulation {

inline constexpr std::size_t kLoudnesses = 48;  ///< pieces so many apart sound alike

audio::Sample piece_sample(call::PieceId piece, std::size_t position);
audio::Pcm piece_sound(call::PieceId piece, std::size_t from, std::size_t until);
/// Which loudness, if it is exactly one of ours.
std::optional<std::size_t> loudness_of(audio::Sample sample);

}  // namespace frontdesk::simulation
