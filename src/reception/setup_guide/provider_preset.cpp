#include "reception/setup_guide/provider_preset.hpp"

#include <algorithm>

namespace frontdesk::setup_guide {
namespace {

using Text = std::string_view;

constexpr Text kEuropean[] = {"PCMA", "PCMU"};
constexpr Text kEuropeanWide[] = {"PCMA", "PCMU", "G722"};
constexpr Text kAmerican[] = {"PCMU", "PCMA"};
constexpr Text kTelnyxCodecs[] = {"PCMA", "PCMU", "G722", "opus"};

constexpr Finding kSwitchboardFreeFindings[] = {
    {"/domain",
     "The SIP account details Switchboard Free gave you name a registrar. The number in its name differs "
     "between accounts: copy yours."},
    {"/port", "In the same account details; 5065 if they name none."},
    {"/username", "The SIP username of the account details, with any underscores at its beginning and end."},
    {"/authUsername", "The authentication name of the account details, where it differs from the username."},
    {"/password", "The SIP (voice) password of the account details, not the one you sign in to the website with."},
    {"/inboundNumber", "The number you have with Switchboard Free."},
};
constexpr Text kSwitchboardFreeQuirks[] = {
    "The usual port is 5065 with TCP, not the 5060 most devices propose.",
    "Username and authentication name can differ, and either can hold signs such as # or _: copy them whole.",
    "If registration is refused, ask Switchboard Free whether SIP is enabled for your number.",
};
constexpr Text kSwitchboardFreeSteps[] = {
    "Have SIP enabled for {number} and keep the account details they give you at hand.",
    "Send calls to {number} to that SIP account instead of a telephone number.",
};

constexpr Finding kTwilioFindings[] = {
    {"/domain",
     "Twilio Console, Elastic SIP Trunking, Manage, Trunks, your trunk, Termination: the Termination SIP "
     "URI, best the localised one of the region your calls come from."},
    {"/inboundNumber", "Your trunk, Numbers."},
};
constexpr Text kTwilioQuirks[] = {
    "Twilio's trunks take no registration: calls come to the Origination URI, so Frontdesk needs a public address.",
    "Frontdesk takes calls from the addresses the domain has in DNS. Compare them with Twilio's published list of "
    "signalling addresses, and let your firewall pass signalling and media from that list.",
    "Secure Trunking needs TLS and SRTP together: choose TLS and SRTP required here when you turn it on there.",
    "Called and calling numbers come in the international form, with a + and the country.",
};
constexpr Text kTwilioSteps[] = {
    "In the Twilio Console open Elastic SIP Trunking and create a trunk.",
    "Under Termination choose a Termination SIP URI; it is the domain you enter here.",
    "Under Origination add the Origination SIP URI sip:{address};transport={transport}.",
    "Under Numbers add {number} to the trunk.",
};

constexpr Finding kVonageFindings[] = {
    {"/domain", "Vonage dashboard, Voice, SIP Trunks, your trunk: its domain, which names your company and a region."},
    {"/inboundNumber", "The numbers linked to the trunk."},
};
constexpr Text kVonageQuirks[] = {
    "Inbound calls are sent to the URI you enter in the trunk, without registration: Frontdesk needs a public address.",
    "Callers' numbers can come without a +, such as 447700900000.",
    "Frontdesk takes calls from the addresses the domain has in DNS. If test calls are refused, compare them with the "
    "addresses Vonage publishes for your region.",
};
constexpr Text kVonageSteps[] = {
    "In the Vonage dashboard open Voice, SIP Trunks, and create a trunk with a name and a domain.",
    "Under Inbound Calling choose the region nearest to you, then add {address} as URI.",
    "Link {number} to the trunk.",
};

constexpr Finding kTelnyxFindings[] = {
    {"/domain",
     "The SIP region you choose: sip.telnyx.eu for Europe, sip.telnyx.com for the USA; sip.telnyx.com lists "
     "the others."},
    {"/username", "Mission Control Portal, SIP Trunking, your connection, Authentication and routing, Credentials."},
    {"/password", "Beside the username; not the one you sign in to the portal with."},
    {"/inboundNumber", "Your connection, Numbers."},
};
constexpr Text kTelnyxQuirks[] = {
    "Calls arrive only when the number is assigned to the connection.",
    "For encryption choose TLS and port 5061 here and turn on encrypted media in the connection.",
    "Let the connection send numbers as +E.164, so that rules about callers match.",
};
constexpr Text kTelnyxSteps[] = {
    "In the Mission Control Portal open SIP Trunking and create a connection of the type Credentials.",
    "Note the username it shows and choose the SIP region nearest to you for inbound calls.",
    "Assign {number} to the connection and set its inbound number format to +E.164.",
};

constexpr Finding kBandwidthFindings[] = {
    {"/domain", "The signalling address Bandwidth named for your account; ask its support if you do not have it."},
    {"/backupDomain", "The second signalling address of your account, so that calls from it are taken too."},
    {"/inboundNumber", "Bandwidth App, the numbers of your location."},
};
constexpr Text kBandwidthQuirks[] = {
    "Trunks are known by address: Bandwidth sends calls to the hosts of your location (also called SIP peer).",
    "Registration is a separate product that Bandwidth's sales department activates.",
    "A sub-account needs a default location before it can hold numbers.",
};
constexpr Text kBandwidthSteps[] = {
    "In the Bandwidth App open your sub-account and its location (SIP peer), or create one.",
    "Enter {address} as a host for inbound (origination) calls.",
    "Assign {number} to that location.",
};

constexpr Finding kSipgateFindings[] = {
    {"/domain",
     "Your sipgate account, the SIP credentials of the device or trunk: the registrar. It differs by product "
     "and country."},
    {"/username", "The SIP-ID in the same place; not the e-mail address you sign in with."},
    {"/password", "The SIP password beside it; not the one of the website."},
    {"/inboundNumber", "The numbers routed to that device or trunk."},
};
constexpr Text kSipgateQuirks[] = {
    "The username is the SIP-ID. sipgate's website shows one for each device or trunk.",
    "A number rings only the devices and trunks it is routed to in your account.",
};
constexpr Text kSipgateSteps[] = {
    "In your sipgate account open the trunk, or create a device for Frontdesk, and show its SIP credentials.",
    "Route {number} to it.",
};

constexpr Finding kGammaFindings[] = {
    {"/domain", "The signalling address in the handover papers of your trunk; your Gamma partner has them."},
    {"/backupDomain", "The second signalling address, where the papers name one."},
    {"/inboundNumber", "The number range (DDIs) of the trunk, in the same papers."},
};
constexpr Text kGammaQuirks[] = {
    "Gamma sells trunks through partners: orders, changes and faults go through yours.",
    "The trunk is tied to the address you gave. A new internet connection means a change request before calls arrive.",
    "Ask your partner for diversion at the trunk: calls then reach another number when Frontdesk cannot be reached.",
};
constexpr Text kGammaSteps[] = {
    "Give your Gamma partner {address} as the address of the system at your end.",
    "Ask for the signalling addresses, the codecs and the form in which called numbers are sent.",
    "Have {number} routed to the trunk.",
};

constexpr Finding k3cxFindings[] = {
    {"/domain", "The name or address of your 3CX system (FQDN), as its phones use it."},
    {"/port", "The SIP port of the system; 5060 unless somebody changed it."},
    {"/username", "The extension's number."},
    {"/authUsername", "The extension, its authentication ID: 3CX makes one that differs from the number."},
    {"/password", "The extension, its authentication password."},
    {"/inboundNumber", "The number callers dial; see the inbound rules."},
};
constexpr Text k3cxQuirks[] = {
    "Authentication ID and extension number differ: enter both.",
    "Extensions can be barred outside the local network: allow it for this one if Frontdesk runs elsewhere.",
    "After several wrong passwords 3CX puts the sender on its blacklist; look there if registration stays silent.",
};
constexpr Text k3cxSteps[] = {
    "In the 3CX management console add an extension for the receptionist and note its authentication ID.",
    "Send {number} to that extension: always, out of hours, or when your ring group does not answer.",
};

constexpr Finding kFreepbxFindings[] = {
    {"/domain", "The name or address of your FreePBX system."},
    {"/port", "Settings, Asterisk SIP Settings: the port that chan_pjsip listens on."},
    {"/username", "Applications, Extensions: the extension's number."},
    {"/password", "The extension's field Secret."},
    {"/inboundNumber", "Connectivity, Inbound Routes: the DID number."},
};
constexpr Text kFreepbxQuirks[] = {
    "Make the extension a PJSIP one. Systems that also run the old chan_sip give the two different ports.",
    "Intrusion detection (fail2ban) bars an address after wrong passwords: allow Frontdesk's.",
};
constexpr Text kFreepbxSteps[] = {
    "Under Applications, Extensions, add a PJSIP extension for the receptionist.",
    "Under Connectivity, Inbound Routes, choose that extension as the destination of {number}, or as the place a ring "
    "group goes to when nobody answers.",
};

constexpr Finding kOtherFindings[] = {
    {"/domain", "Your provider's help pages, as SIP server, registrar, proxy or domain."},
    {"/port", "Beside the server; 5060 if none is named, or 5061 with TLS."},
    {"/transport", "Beside the server; UDP if none is named."},
    {"/username", "Your account, as SIP username, SIP ID, user part or extension."},
    {"/authUsername", "Only where the account names a separate authentication name."},
    {"/password", "Your account, as SIP or voice password; often not the one of the website."},
    {"/inboundNumber", "The number callers dial."},
};
constexpr Text kOtherQuirks[] = {
    "If your provider knows you by your address instead of a password, turn registration off.",
    "A router's SIP ALG often spoils calls: turn it off, or use TCP or TLS.",
};
constexpr Text kOtherSteps[] = {
    "Find the SIP account in your provider's portal and note its server, port, transport and username.",
    "Route {number} to that SIP account.",
};

constexpr Preset kPresets[] = {
    {"switchboard-free", "Switchboard Free", "reg5.switchboardfree.co.uk", "5065", "TCP", Proof::registration, "off",
     kEuropean, kSwitchboardFreeFindings, kSwitchboardFreeQuirks, kSwitchboardFreeSteps},
    {"twilio", "Twilio", "<trunk>.pstn.twilio.com", "5060", "UDP", Proof::ip_address, "off", kAmerican, kTwilioFindings,
     kTwilioQuirks, kTwilioSteps},
    {"vonage", "Vonage", "<company>.sip-<region>.vonage.com", "5060", "UDP", Proof::ip_address, "off", kEuropeanWide,
     kVonageFindings, kVonageQuirks, kVonageSteps},
    {"telnyx", "Telnyx", "sip.telnyx.eu", "5060", "TCP", Proof::registration, "off", kTelnyxCodecs, kTelnyxFindings,
     kTelnyxQuirks, kTelnyxSteps},
    {"bandwidth", "Bandwidth", "", "5060", "UDP", Proof::ip_address, "off", kAmerican, kBandwidthFindings,
     kBandwidthQuirks, kBandwidthSteps},
    {"sipgate", "sipgate", "<registrar of your account>", "5060", "UDP", Proof::registration, "off", kEuropean,
     kSipgateFindings, kSipgateQuirks, kSipgateSteps},
    {"gamma", "Gamma", "", "5060", "UDP", Proof::ip_address, "off", kEuropean, kGammaFindings, kGammaQuirks,
     kGammaSteps},
    {"3cx", "3CX", "<name of your system>", "5060", "UDP", Proof::registration, "off", kEuropeanWide, k3cxFindings,
     k3cxQuirks, k3cxSteps},
    {"freepbx", "FreePBX", "<name of your system>", "5060", "UDP", Proof::registration, "off", kEuropeanWide,
     kFreepbxFindings, kFreepbxQuirks, kFreepbxSteps},
    {"other", "Other provider", "", "5060", "UDP", Proof::registration, "off", kEuropean, kOtherFindings, kOtherQuirks,
     kOtherSteps},
};

}  // namespace

std::span<const Preset> presets() {
  return kPresets;
}

const Preset& preset(std::string_view id) {
  const auto all = presets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Preset& each) { return each.id == id; });
  return found == all.end() ? all.back() : *found;
}

bool is_pattern(std::string_view domain) {
  return domain.find('<') != std::string_view::npos;
}

sip_accounts::SipAccountForm starting_form(const Preset& preset) {
  sip_accounts::SipAccountForm form;
  form.provider_name = preset.name;
  form.domain = is_pattern(preset.domain) ? "" : std::string(preset.domain);
  form.port = preset.port;
  form.transport = preset.transport;
  form.registers = preset.proof == Proof::registration;
  form.srtp = preset.srtp;
  form.codecs.assign(preset.codecs.begin(), preset.codecs.end());
  return form;
}

}  // namespace frontdesk::setup_guide
