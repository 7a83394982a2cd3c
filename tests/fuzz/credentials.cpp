// What people and programs show to be let in: tokens, one-time codes, addresses, networks.
#include "accounts/credentials/access_token.hpp"
#include "accounts/credentials/allow_list.hpp"
#include "accounts/credentials/api_token.hpp"
#include "accounts/credentials/email_address.hpp"
#include "accounts/credentials/password_rules.hpp"
#include "accounts/credentials/totp.hpp"
#include "audit/chain/anchor.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "fuzz/fuzz_target.hpp"

namespace credentials = frontdesk::credentials;
namespace crypto = frontdesk::crypto;
using frontdesk::fuzz::require;

namespace {

constexpr frontdesk::base::UtcTime kNow{1'800'000'000'000};
const credentials::SigningKey kKey{"k", frontdesk::base::Secret(std::string(32, 'k'))};
const credentials::Expected kExpected{"desk", "frontdesk"};

/// A token with a good header and signature around any payload; any text as it is.
void verify(std::string_view text) {
  const auto header = crypto::base64url(crypto::bytes_of(R"({"alg":"HS256","kid":"k","typ":"at+jwt"})"));
  const auto input = header + "." + crypto::base64url(crypto::bytes_of(text));
  const auto claims =
      credentials::verify(input + "." + credentials::signature(input, kKey.bytes), {&kKey, 1}, kExpected, kNow);
  require(!claims || (claims->issuer == "desk" && claims->audience == "frontdesk" && claims->issued < claims->expires));
  require(!credentials::verify(text, {&kKey, 1}, kExpected, kNow));
}

/// One text for each value.
void decode(std::string_view text) {
  const auto base64 = crypto::from_base64url(text);
  require(!base64 || crypto::base64url(*base64) == text);
  const auto hex = crypto::from_hex(text);
  require(!hex || crypto::hex(*hex) == text);
  (void)crypto::from_base32(text);
}

}  // namespace

FRONTDESK_FUZZ_TARGET(credentials) {
  const auto text = frontdesk::fuzz::text_of(input);
  verify(text);
  decode(text);
  const auto email = credentials::normal_email(text);
  require(!email ||
          (credentials::normal_email(*email) == email && email->find_first_of("\r\n <>,;") == std::string::npos));
  const auto network = credentials::parse_network(text);
  require(!network || *credentials::parse_network(credentials::to_string(*network)) == *network);
  (void)credentials::is_api_token(text);
  (void)credentials::normal_recovery_code(text);
  (void)credentials::check_new_password(frontdesk::base::Secret(std::string(text)), "zoe@hillside.example");
  require(!credentials::accepted_step(crypto::bytes_of("12345678901234567890"), text, kNow,
                                      credentials::totp_step(kNow) + 1));
  require(!frontdesk::chain::parse_anchor(text, kKey.bytes));
}
