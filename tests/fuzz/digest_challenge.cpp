// WWW-Authenticate, and the answer made to it.
#include "fuzz/fuzz_target.hpp"
#include "sip/digest.hpp"

namespace sip = frontdesk::sip;

FRONTDESK_FUZZ_TARGET(digest_challenge) {
  const auto challenge = sip::parse_challenge(frontdesk::fuzz::text_of(input), false);
  if (!challenge) return;
  const auto line =
      sip::authorization(*challenge, "ann", frontdesk::base::Secret("secret"), {"INVITE", "sip:a@b", "c", 1, "body"});
  frontdesk::fuzz::require(line.find_first_of("\r\n") == std::string::npos);
  frontdesk::fuzz::require(line.find("secret") == std::string::npos ||
                           frontdesk::fuzz::text_of(input).find("secret") != std::string_view::npos);
}
