// ITU-T G.711: the two companding laws of the telephone network, one byte a sample at 8 kHz.
#pragma once
#include <cstdint>
#include <span>

#include "audio/pcm.hpp"

namespace frontdesk::audio {

enum class G711Law { mu, a };

std::uint8_t encode_g711(G711Law law, Sample sample);
Sample decode_g711(G711Law law, std::uint8_t code);

/// Whole packets. `out` must be as long as the input.
void encode_g711(G711Law law, PcmView pcm, std::span<std::uint8_t> out);
void decode_g711(G711Law law, std::span<const std::uint8_t> codes, std::span<Sample> out);

}  // namespace frontdesk::audio
