// The header values that we take apart ourselves, and URIs.
#include "fuzz/fuzz_target.hpp"
#include "sip/dialog_state.hpp"
#include "sip/reliable_provisional.hpp"
#include "sip/session_timer.hpp"
#include "sip/syntax.hpp"
#include "sip/transfer.hpp"

namespace sip = frontdesk::sip;

FRONTDESK_FUZZ_TARGET(sip_headers) {
  const auto text = frontdesk::fuzz::text_of(input);
  if (const auto uri = sip::parse_uri(text)) {
    // The user part survives being written again.
    const auto again = sip::parse_uri("sip:" + sip::escaped_user(uri->user) + "@host");
    frontdesk::fuzz::require(again && again->user == uri->user);
  }
  (void)sip::parse_uri(sip::address_uri(text));
  (void)sip::without_tag(text);
  (void)sip::parameter(text, "tag");
  (void)sip::parse_rack(text);
  (void)sip::parse_session_expires(text);
  (void)sip::parse_replaces(text);
  (void)sip::parse_sipfrag(text);
  (void)sip::transferable(text);
  (void)sip::sdp_part("multipart/mixed;boundary=a", text);
  (void)sip::sdp_part(text, "--a\r\n\r\n");
  const auto safe = sip::header_safe(text);
  frontdesk::fuzz::require(safe.find_first_of("\r\n") == std::string::npos);
  frontdesk::fuzz::require(sip::quoted(text).size() >= text.size() + 2);
}
