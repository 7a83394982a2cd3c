// The signed statement about a caller's number that an Identity header carries: a PASSporT (RFC 8225) as SHAKEN uses it
// (RFC 8588). What it says is read and compared with the call; its signature is not verified here, which would take a
// certificate from the network. So it never makes a number believed; the provider's verstat can.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"
#include "reception/screening/caller_identity.hpp"

namespace frontdesk::screening {

inline constexpr base::Duration kPassportFreshness = base::seconds(60);  ///< RFC 8224, 6.2.2

struct Passport {
  Attestation claims = Attestation::none;  ///< a, b, c; none: it does not say
  std::string original;                    ///< digits of the caller's number
  std::vector<std::string> destinations;   ///< digits of the numbers called
  base::UtcTime issued;
};

/// nullopt: not a whole PASSporT (the compact form of RFC 8225, section 7, leaves out what could be read).
std::optional<Passport> parse_passport(std::string_view identity);

/// What the statement is worth for this call, in words; empty: none came. `caller` and `called` in E.164 or empty.
std::string judge_passports(const std::vector<std::string_view>& identity, std::string_view caller,
                            std::string_view called, base::UtcTime now);

}  // namespace frontdesk::screening
