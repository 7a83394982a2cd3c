// Step-by-step instructions for one provider with the owner's own values in them, and the codes that divert an
// existing telephone to the receptionist. Never shows a password, nor a value that has the password in it.
// Diversion codes of mobiles: 3GPP TS 22.030, annex B; of UK landlines: those of BT, which many operators share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "reception/setup_guide/provider_preset.hpp"

namespace frontdesk::setup_guide {

/// What the instructions are filled with. A value that is missing or wrong is named as still to be filled in.
struct OwnValues {
  sip_accounts::SipAccountForm account;
  std::string country = "GB";  ///< ISO 3166
  std::string public_address;  ///< of this machine, "host" or "host:port"; only where the provider calls us
  std::string
      existing_number;  ///< a telephone of the business to divert, as typed; empty: the one to divert is unknown
};

struct Step {
  std::string title;
  std::string text;                  ///< whole sentences
  std::vector<std::string> details;  ///< one line each: values to enter, places to look
};

enum class Telephone { landline, mobile };
enum class DivertWhen { always, no_answer, busy, unreachable };

/// What to dial on the telephone that is to be diverted.
struct DivertCode {
  Telephone telephone = Telephone::landline;
  DivertWhen when = DivertWhen::always;
  std::string set;
  std::string check;
  std::string cancel;
};

struct Guide {
  std::string provider;  ///< id of the preset in use
  std::string title;
  std::vector<Step> set_up;
  std::vector<Step> diversion;
  std::vector<DivertCode> codes;  ///< empty while the number to divert to is unknown
  std::vector<std::string> quirks;
};

/// For the preset of that id; an unknown one gives the instructions of "other".
Guide guide(std::string_view provider, const OwnValues& own);

/// Codes to divert to `number` (E.164). Mobiles: everywhere; landlines: known for GB only.
std::vector<DivertCode> divert_codes(std::string_view number, std::string_view country);

}  // namespace frontdesk::setup_guide
