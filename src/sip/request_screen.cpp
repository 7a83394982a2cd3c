#include "sip/request_screen.hpp"

#include <array>

#include "sip/sip_stack.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

bool is(const sip_msg* message, const char* method) {
  return pl_strcmp(&message->met, method) == 0;
}

Refusal bad(const char* what) {
  return {400, std::string("Bad Request: ") + what, {}};
}

/// By name as well, since libre's header ids are hashes that unknown headers may share.
bool repeated(const sip_msg* message, sip_hdrid id, std::string_view name) {
  int found = 0;
  each_header(message, true, id, [&](const sip_hdr& header) {
    if (header.name.l == 1 || equal_ignoring_case(view(header.name), name)) ++found;
    return false;
  });
  return found > 1;
}

bool quotes_open(std::string_view value) {
  bool inside = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (inside && value[i] == '\\') {
      ++i;
    } else if (value[i] == '"') {
      inside = !inside;
    }
  }
  return inside;
}

std::optional<Refusal> check_mandatory(const sip_msg* m) {
  if (!pl_isset(&m->callid)) return bad("Call-ID missing");
  if (!pl_isset(&m->from.auri)) return bad("From missing");
  if (!pl_isset(&m->to.auri)) return bad("To missing");
  if (!pl_isset(&m->cseq.met)) return bad("CSeq missing");
  if (quotes_open(view(m->from.val)) || quotes_open(view(m->to.val))) return bad("a quotation mark is missing");
  if (pl_cmp(&m->met, &m->cseq.met) != 0) return bad("CSeq names another method");
  if (!pl_isset(&m->from.tag)) return bad("From tag missing");
  if (!pl_isset(&m->via.branch)) return bad("Via branch missing");
  if (repeated(m, SIP_HDR_CALL_ID, "Call-ID") || repeated(m, SIP_HDR_FROM, "From") || repeated(m, SIP_HDR_TO, "To") ||
      repeated(m, SIP_HDR_CSEQ, "CSeq") || repeated(m, SIP_HDR_CONTENT_LENGTH, "Content-Length")) {
    return bad("a header that may come once came twice");
  }
  return std::nullopt;
}

/// libre reads leading digits and forgives the rest.
std::optional<Refusal> check_numbers(const sip_msg* m) {
  const sip_hdr* sequence = sip_msg_hdr(m, SIP_HDR_CSEQ);
  const auto value = view(sequence->val);
  const auto number = parse_decimal(value.substr(0, value.find_first_of(" \t\r\n")));
  if (!number || *number > 0x7fffffff) return bad("CSeq out of range");
  if (const sip_hdr* length = sip_msg_hdr(m, SIP_HDR_CONTENT_LENGTH)) {
    const auto octets = parse_decimal(trimmed(view(length->val)));
    if (!octets || *octets > mbuf_get_left(m->mb)) return bad("Content-Length wrong");
    m->mb->end = m->mb->pos + *octets;
  }
  if (const sip_hdr* forwards = sip_msg_hdr(m, SIP_HDR_MAX_FORWARDS)) {
    const auto hops = parse_decimal(trimmed(view(forwards->val)));
    if (!hops || *hops > 255) return bad("Max-Forwards wrong");
  }
  return std::nullopt;
}

std::optional<Refusal> check_extensions(const sip_msg* m) {
  std::string unsupported;
  each_header(m, true, SIP_HDR_REQUIRE, [&unsupported](const sip_hdr& header) {
    const auto option = view(header.val);
    const bool known = equal_ignoring_case(option, "timer") || equal_ignoring_case(option, "100rel") ||
                       equal_ignoring_case(option, "replaces");
    if (!known) unsupported += (unsupported.empty() ? "" : ", ") + header_safe(option);
    return false;
  });
  if (unsupported.empty()) return std::nullopt;
  return Refusal{420, "Bad Extension", "Unsupported: " + unsupported + "\r\n"};
}

}  // namespace

std::optional<Refusal> screen(const sip_msg* m) {
  if (auto refusal = check_mandatory(m)) return refusal;
  if (auto refusal = check_numbers(m)) return refusal;
  if (is(m, "ACK") || is(m, "CANCEL")) return std::nullopt;
  const auto scheme = view(m->uri.scheme);
  const bool known = equal_ignoring_case(scheme, "sip") || equal_ignoring_case(scheme, "sips");
  if (!known && !equal_ignoring_case(scheme, "tel")) {  // RFC 3966: carriers of IMS call so
    return Refusal{416, "Unsupported URI Scheme", {}};
  }
  return check_extensions(m);
}

Refusal refuse_method(std::string_view method) {
  static constexpr std::array<std::string_view, 7> kKnown{"REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE",
                                                          "PUBLISH",  "REFER",     "PRACK"};
  for (const auto known : kKnown) {
    if (method == known) return {405, "Method Not Allowed", std::string(kAllow)};
  }
  return {501, "Not Implemented", std::string(kAllow)};
}

}  // namespace frontdesk::sip
