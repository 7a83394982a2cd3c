// A session description as an offer, and as the answer to ours.
#include "sip/sdp.hpp"

#include "codec/codec.hpp"
#include "fuzz/fuzz_target.hpp"

namespace sip = frontdesk::sip;

FRONTDESK_FUZZ_TARGET(sdp) {
  const auto description = sip::parse_sdp(frontdesk::fuzz::text_of(input));
  if (!description) return;
  sip::LocalSession local;
  local.media.rtp = *frontdesk::base::parse_address("192.0.2.1", 4000);
  local.media.allowed.assign(frontdesk::codec::kAllCodecs.begin(), frontdesk::codec::kAllCodecs.end());
  for (const auto policy : {sip::SrtpPolicy::off, sip::SrtpPolicy::optional, sip::SrtpPolicy::required}) {
    local.media.srtp = policy;
    local.keys = sip::random_crypto_keys();
    if (const auto answer = sip::answer_offer(*description, local)) {
      frontdesk::fuzz::require(sip::parse_sdp(answer->sdp).has_value());
      frontdesk::fuzz::require(policy != sip::SrtpPolicy::required || answer->media.srtp.has_value());
    }
    (void)sip::accept_answer(*description, local);
  }
}
