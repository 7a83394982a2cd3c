// Private: Opus (RFC 6716) by libopus, tuned for speech: variable rate, low complexity, in-band FEC.
#pragma once
#include <memory>

#include "codec/coder.hpp"

namespace frontdesk::codec {

std::unique_ptr<Encoder> make_opus_encoder(int sample_rate);
std::unique_ptr<Decoder> make_opus_decoder(int sample_rate);

}  // namespace frontdesk::codec
