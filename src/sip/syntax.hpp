// The lexical elements of RFC 3261, section 25, that we read and write ourselves: URIs, the escaping
// of their user part, quoted strings, header parameters, and the SDP part of a body. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::sip {

bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string_view trimmed(std::string_view text);
/// Decimal digits only, nothing else; nullopt also when it does not fit.
std::optional<std::uint32_t> parse_decimal(std::string_view digits);

/// For the user part of a URI: "#a b" -> "%23a%20b".
std::string escaped_user(std::string_view user);
std::string unescaped_user(std::string_view user);

/// "He said \"no\"" with the quotes.
std::string quoted(std::string_view text);

/// Text of a peer's that goes into a header of ours: control characters become spaces.
std::string header_safe(std::string_view text);

/// The value of `;name=value` in a parameter list, unquoted; empty for a flag; nullopt if absent.
std::optional<std::string> parameter(std::string_view parameters, std::string_view name);

struct SipUri {
  std::string scheme;      ///< lower case
  std::string user;        ///< unescaped
  std::string host;        ///< without brackets
  std::uint16_t port = 0;  ///< 0: not given
  std::string parameters;  ///< ";transport=tcp;lr"
};

/// "sip:user:password@host:port;params?headers"; nullopt for anything but sip and sips.
std::optional<SipUri> parse_uri(std::string_view text);

/// A host for a URI: brackets around IPv6.
std::string uri_host(std::string_view host);

/// The URI of `"Name" <uri>;params` or of `uri;params`.
std::string_view address_uri(std::string_view name_addr);

/// The application/sdp body: the body itself, or that part of a multipart one. nullopt: there is none.
std::optional<std::string_view> sdp_part(std::string_view content_type, std::string_view body);

}  // namespace frontdesk::sip
