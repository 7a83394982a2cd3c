// What is known of telephone providers before an account is filled in: usual values, where the owner finds the
// others, what surprises people. A value that depends on the account is a pattern in <angle brackets> or empty.
#pragma once
#include <span>
#include <string_view>

#include "reception/sip_accounts/sip_account.hpp"

namespace frontdesk::setup_guide {

/// How provider and line know each other.
enum class Proof {
  registration,  ///< Frontdesk registers with a user name and a password
  ip_address,    ///< the provider sends calls to our address, and we take them from its addresses
};

/// Where the owner finds the value of one field in the provider's portal.
struct Finding {
  std::string_view field;  ///< JSON pointer (RFC 6901) in the names of sip_accounts: "/domain"
  std::string_view place;
};

struct Preset {
  std::string_view id;      ///< stable, lower case: "twilio"
  std::string_view name;    ///< as the provider writes it
  std::string_view domain;  ///< a name, a pattern such as "<trunk>.pstn.twilio.com", or empty: see findings
  std::string_view port;
  std::string_view transport;
  Proof proof = Proof::registration;
  std::string_view srtp = "off";
  std::span<const std::string_view> codecs;  ///< in order of preference
  std::span<const Finding> findings;
  std::span<const std::string_view> quirks;
  std::span<const std::string_view> portal_steps;  ///< may hold {number}, {username}, {address}, {transport}
};

/// All, in the order the owner sees them; the last is "other".
std::span<const Preset> presets();

/// Unknown: the preset "other".
const Preset& preset(std::string_view id);

bool is_pattern(std::string_view domain);

/// A form with the preset's values; what depends on the account is left empty.
sip_accounts::SipAccountForm starting_form(const Preset& preset);

}  // namespace frontdesk::setup_guide
