// A SIP message: our glance at it, libre's parser, and what we ask of the result before anything else does.
#include "fuzz/fuzz_target.hpp"
#include "sip/datagram_screen.hpp"
#include "sip/libre.hpp"
#include "sip/malformed_request.hpp"
#include "sip/registration.hpp"
#include "sip/request_screen.hpp"
#include "sip/sdp.hpp"
#include "sip/syntax.hpp"

namespace ua = frontdesk::sip;

FRONTDESK_FUZZ_TARGET(sip_message) {
  (void)ua::looks_like_stun(input);
  const auto refusal = ua::answer_malformed(frontdesk::fuzz::text_of(input));
  if (refusal) frontdesk::fuzz::require(refusal->text.size() < 600 * 1024);
  if (!ua::worth_parsing(input)) return;
  ua::Ref<mbuf> bytes(mbuf_alloc(input.size() + 1));
  mbuf_write_mem(bytes.get(), input.data(), input.size());
  bytes.get()->pos = 0;
  ua::Ref<sip_msg> message;
  if (sip_msg_decode(message.out(), bytes.get()) != 0) return;
  const sip_msg* m = message.get();
  if (m->req) (void)ua::screen(m);
  std::size_t seen = 0;
  for (const auto id : {SIP_HDR_CONTACT, SIP_HDR_RECORD_ROUTE, SIP_HDR_FROM, SIP_HDR_P_ASSERTED_IDENTITY}) {
    ua::each_header(m, true, id, [&seen](const sip_hdr& header) {
      const auto uri = ua::parse_uri(ua::address_uri(ua::view(header.val)));
      if (uri) seen += uri->user.size() + ua::parameter(uri->parameters, "transport").value_or("").size();
      return false;
    });
  }
  const sip_hdr* type = sip_msg_hdr(m, SIP_HDR_CONTENT_TYPE);
  const std::string_view body(reinterpret_cast<const char*>(mbuf_buf(m->mb)), mbuf_get_left(m->mb));
  const auto part = type ? ua::sdp_part(ua::view(type->val), body) : std::nullopt;
  if (part) (void)ua::parse_sdp(*part);
  frontdesk::fuzz::require(seen <= 4 * input.size());
}
