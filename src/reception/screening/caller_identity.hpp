// Who calls, as far as the headers of an INVITE tell: number, who diverted the call, how far the network vouches
// for the number, whether it is withheld. Headers are hostile until read: every length and count is bounded, what
// cannot be read is dropped and noted, nothing throws. RFC 3261 20.20, 3323, 3325, 3966, 5806, 7044, 8224;
// Remote-Party-ID: draft-ietf-sip-privacy-04; verstat: 3GPP TS 24.229, 7.2A.20, and ATIS-1000082.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/protect.hpp"

namespace frontdesk::screening {

/// Raw values, as they stand after the colon; fields that came several times in their order.
struct IdentityHeaders {
  std::string_view from;
  std::vector<std::string_view> asserted;      ///< P-Asserted-Identity
  std::vector<std::string_view> remote_party;  ///< Remote-Party-ID
  std::vector<std::string_view> diversion;
  std::vector<std::string_view> history;  ///< History-Info
  std::vector<std::string_view> privacy;
  std::vector<std::string_view> identity;  ///< PASSporTs; their signatures are not checked here
};

/// Where the number was read.
enum class NumberSource { none, from, remote_party, asserted };

/// What the network says about the caller's right to the number.
enum class Attestation {
  none,        ///< nothing was said
  unverified,  ///< an Identity header or a verstat that proves nothing
  failed,
  passed,  ///< without a level
  a,       ///< full: the caller is known and may use the number
  b,       ///< partial: the caller is known
  c,       ///< gateway: only where the call entered the network is known
};

struct CallerIdentity {
  base::Pii<std::string> number;   ///< E.164; empty: none could be read
  base::Pii<std::string> claimed;  ///< user part the number was read from, printable ASCII, at most 64 characters
  base::Pii<std::string>
      name;  ///< display name beside it, or From's: UTF-8 as sent, no control characters, <= 64 bytes
  NumberSource source = NumberSource::none;
  bool doubted = false;   ///< others name the number's owner on this line, and nobody did for this call
  bool withheld = false;  ///< the number, if known, is for lists only: never to be shown or spoken
  bool diverted = false;
  base::Pii<std::string> diverted_by;  ///< E.164 of the last that diverted; empty: withheld or not a number
  Attestation attestation = Attestation::none;
  bool damaged = false;  ///< some header could not be read
};

inline constexpr std::size_t kMaxIdentityHeader = 8192;  ///< bytes; longer values are dropped
inline constexpr std::size_t kMaxIdentityEntries = 32;   ///< of one header; the rest is dropped

/// `trusted`: the request came from our trunk (RFC 3325, section 5); otherwise only From is believed, and no verstat.
/// When a trusted request asserts an identity, From cannot replace it. `country`: ISO 3166, reads national numbers.
CallerIdentity read_identity(const IdentityHeaders& headers, bool trusted, std::string_view country);

/// E.164 of what somebody dialled or was called by; empty: no such number.
std::string read_number(std::string_view user, std::string_view country);

/// In words, for a record: "the network vouches fully for the number (A)".
std::string_view describe(Attestation attestation);
/// Who says that the number is the caller's: "the provider (P-Asserted-Identity)".
std::string_view describe(NumberSource source);

/// For databases and APIs: "a", "failed"; "asserted", "remote_party". An unknown name is none.
std::string_view name(Attestation attestation);
std::string_view name(NumberSource source);
Attestation attestation(std::string_view name);
NumberSource number_source(std::string_view name);

}  // namespace frontdesk::screening
