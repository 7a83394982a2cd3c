// What STUN and TURN servers answer (RFC 8489, RFC 8656), and data they relay.
#include "fuzz/fuzz_target.hpp"
#include "rtp/stun/binding.hpp"
#include "rtp/turn/message.hpp"

FRONTDESK_FUZZ_TARGET(stun) {
  namespace turn = frontdesk::turn;
  frontdesk::base::Endpoint mapped;
  (void)frontdesk::stun::read_binding_answer(input, {}, mapped);
  const turn::Bytes key(16, 7);
  for (const auto method : {turn::Method::allocate, turn::Method::channel_bind})
    (void)turn::read_answer(input, method, key);
  const auto data = turn::read_data(input);
  if (!data || data->bytes.empty()) return;
  frontdesk::fuzz::require(data->bytes.data() >= input.data());
  frontdesk::fuzz::require(data->bytes.data() + data->bytes.size() <= input.data() + input.size());
}
