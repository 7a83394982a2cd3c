// Telephone lines as the API shows them, and as they are sent to it. A line is read by the rules of
// reception/sip_accounts, which propose what to write instead; the types here document it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "reception/setup_guide/setup_guide.hpp"
#include "reception/sip_accounts/sip_account.hpp"

namespace frontdesk::api {

/// A whole number, or the text that was typed where one should be.
struct PortText {
  std::string text;
};

}  // namespace frontdesk::api

template <>
struct frontdesk::json::Codec<frontdesk::api::PortText> {
  static bj::value write(const api::PortText& port);
  static bj::object schema(Schemas&, Direction, const Note&) { return {{"type", bj::array{"integer", "string"}}}; }
};

namespace frontdesk::api {

using json::Note;

enum class LineDirection { inbound };
BOOST_DESCRIBE_ENUM(LineDirection, inbound)

struct LineSettings {
  LineDirection direction = LineDirection::inbound;
  std::string provider_name;
  std::string domain;
  PortText port;
  std::string username;
  std::string auth_username;
  base::Secret password;
  bool has_password = false;
  std::string transport;
  std::string inbound_number;
  std::vector<std::string> allowed_numbers;
  std::string backup_domain;
  std::string outbound_proxy;
  bool registers = true;
  std::string ca_file;
  bool verify = true;
  std::int64_t keep_alive_seconds = 25;
  std::string srtp;
  std::vector<std::string> codecs;
};
BOOST_DESCRIBE_STRUCT(LineSettings, (),
                      (direction, provider_name, domain, port, username, auth_username, password, has_password,
                       transport, inbound_number, allowed_numbers, backup_domain, outbound_proxy, registers, ca_file,
                       verify, keep_alive_seconds, srtp, codecs))
constexpr auto about(const LineSettings*) {
  return json::about(
      "LineSettings", "How a telephone line is reached: what the provider tells its customers.",
      Note{.member = "direction", .text = "Lines are for inbound calls only.", .optional = true},
      Note{.member = "provider_name", .text = "Your own name for it.", .name = "providerName", .optional = true},
      Note{.member = "domain",
           .text = "Host name or address, without port.",
           .example = "\"sip.example.com\"",
           .optional = true},
      Note{.member = "port", .text = "1 to 65535.", .example = "5065", .optional = true},
      Note{.member = "username", .optional = true},
      Note{.member = "auth_username", .text = "Empty: the same as username.", .name = "authUsername", .optional = true},
      Note{.member = "password", .optional = true},
      Note{.member = "has_password",
           .text = "Whether one is stored. What was shown may come back; it changes nothing.",
           .name = "hasPassword",
           .optional = true},
      Note{.member = "transport", .text = "TCP, UDP or TLS.", .optional = true},
      Note{.member = "inbound_number", .text = "National or E.164.", .name = "inboundNumber", .optional = true},
      Note{.member = "allowed_numbers",
           .text = "Who may call: *, numbers, or beginnings of numbers followed by *.",
           .name = "allowedNumbers",
           .optional = true},
      Note{.member = "backup_domain", .text = "host or host:port.", .name = "backupDomain", .optional = true},
      Note{.member = "outbound_proxy", .text = "host or host:port.", .name = "outboundProxy", .optional = true},
      Note{.member = "registers", .text = "False: the provider knows our address.", .optional = true},
      Note{.member = "ca_file",
           .text = "PEM; empty: the authorities of the system.",
           .name = "caFile",
           .optional = true},
      Note{.member = "verify", .text = "Whether certificates are verified.", .optional = true},
      Note{.member = "keep_alive_seconds", .name = "keepAliveSeconds", .min = 0, .max = 3600, .optional = true},
      Note{.member = "srtp", .text = "off, optional or required.", .optional = true},
      Note{.member = "codecs", .text = "In order of preference, named as in SDP.", .optional = true});
}

struct LineTrialOrder : LineSettings {
  std::optional<std::string> line;
  std::optional<bool> ladder;
};
BOOST_DESCRIBE_STRUCT(LineTrialOrder, (LineSettings), (line, ladder))
constexpr auto about(const LineTrialOrder*) {
  return json::about("LineTrial",
                     "Either the name or id of a configured line, or the settings of one that is not saved.",
                     Note{.member = "line", .text = "A configured one."},
                     Note{.member = "ladder", .text = "With the SIP messages, masked."});
}

struct LineProblem {
  std::string field;
  std::string message;
  std::optional<std::string> proposal;
  std::optional<std::string> also_port;
};
BOOST_DESCRIBE_STRUCT(LineProblem, (), (field, message, proposal, also_port))
constexpr auto about(const LineProblem*) {
  return json::about("LineProblem", "What is wrong with a setting.",
                     Note{.member = "field", .text = "JSON pointer.", .example = "\"/domain\""},
                     Note{.member = "message", .text = "What to write instead."},
                     Note{.member = "proposal", .text = "A value that would be accepted.", .omit_null = true},
                     Note{.member = "also_port",
                          .text = "With a proposal for the domain: the port that stood in it.",
                          .name = "alsoPort",
                          .omit_null = true});
}

struct LineCheck {
  bool ok = false;
  std::vector<LineProblem> problems;
  std::optional<LineSettings> account;
};
BOOST_DESCRIBE_STRUCT(LineCheck, (), (ok, problems, account))
constexpr auto about(const LineCheck*) {
  return json::about("LineCheck", "Whether a line can be used like this.",
                     Note{.member = "account", .text = "The settings, tidied.", .omit_null = true});
}

struct LineState {
  std::string name;
  std::string state;
  std::string detail;
  bool working = false;
  base::UtcTime changed_at;
  std::optional<std::int64_t> next_attempt_ms;
};
BOOST_DESCRIBE_STRUCT(LineState, (), (name, state, detail, working, changed_at, next_attempt_ms))
constexpr auto about(const LineState*) {
  return json::about(
      "LineState", "How a line is at this moment.",
      Note{.member = "state", .text = "registered, registering, failed, unregistered or peered."},
      Note{.member = "detail", .text = "In words: why, and what to do."},
      Note{.member = "next_attempt_ms", .text = "From now; of a registered line until it is refreshed."});
}

/// Where a line is set up.
enum class LineSource { file, api };
BOOST_DESCRIBE_ENUM(LineSource, file, api)

struct ConfiguredLine : LineSettings {
  std::string id;
  LineSource source = LineSource::file;
  std::string name;
  std::string provider;
  std::optional<LineState> status;
};
BOOST_DESCRIBE_STRUCT(ConfiguredLine, (LineSettings), (id, source, name, provider, status))
constexpr auto about(const ConfiguredLine*) {
  return json::about("ConfiguredLine", "A line that is configured.",
                     Note{.member = "id", .text = "Of a line that was saved by the API; empty: of the file."},
                     Note{.member = "source", .text = "Lines of the configuration file are changed there."},
                     Note{.member = "provider", .text = "Id of the provider, or empty."});
}

struct ConfiguredLines {
  std::vector<ConfiguredLine> lines;
  bool inside_targets = false;
};
BOOST_DESCRIBE_STRUCT(ConfiguredLines, (), (lines, inside_targets))
constexpr auto about(const ConfiguredLines*) {
  return json::about("ConfiguredLines", "All lines that are configured.",
                     Note{.member = "inside_targets",
                          .text = "Whether settings that are not saved may be tried at private addresses too.",
                          .name = "insideTargets"});
}

struct FieldPlace {
  std::string field;
  std::string place;
};
BOOST_DESCRIBE_STRUCT(FieldPlace, (), (field, place))
constexpr auto about(const FieldPlace*) {
  return json::about("FieldPlace", "Where a provider shows a setting.");
}

struct GuideStep {
  std::string title;
  std::string text;
  std::vector<std::string> details;
};
BOOST_DESCRIBE_STRUCT(GuideStep, (), (title, text, details))
constexpr auto about(const GuideStep*) {
  return json::about("GuideStep", "One step of instructions.");
}

enum class TelephoneKind { landline, mobile };
BOOST_DESCRIBE_ENUM(TelephoneKind, landline, mobile)
/// In the order of setup_guide::DivertWhen.
enum class DivertCondition { always, no_answer, busy, unreachable };
BOOST_DESCRIBE_ENUM(DivertCondition, always, no_answer, busy, unreachable)

struct DivertCodeView {
  TelephoneKind telephone = TelephoneKind::landline;
  DivertCondition when = DivertCondition::always;
  std::string set;
  std::string check;
  std::string cancel;
};
BOOST_DESCRIBE_STRUCT(DivertCodeView, (), (telephone, when, set, check, cancel))
constexpr auto about(const DivertCodeView*) {
  return json::about("DivertCode", "What to dial on the telephone that is to be diverted.");
}

struct GuideView {
  std::string title;
  std::vector<GuideStep> set_up;
  std::vector<GuideStep> diversion;
  std::vector<DivertCodeView> codes;
};
BOOST_DESCRIBE_STRUCT(GuideView, (), (title, set_up, diversion, codes))
constexpr auto about(const GuideView*) {
  return json::about("SetupGuide", "Instructions with your own values in them.",
                     Note{.member = "set_up", .name = "setUp"});
}

enum class ProviderProof { registration, ip_address };
BOOST_DESCRIBE_ENUM(ProviderProof, registration, ip_address)

struct ProviderView {
  std::string id;
  std::string name;
  std::string domain_pattern;
  ProviderProof proof = ProviderProof::registration;
  LineSettings account;
  std::vector<FieldPlace> findings;
  std::vector<std::string> quirks;
  GuideView guide;
};
BOOST_DESCRIBE_STRUCT(ProviderView, (), (id, name, domain_pattern, proof, account, findings, quirks, guide))
constexpr auto about(const ProviderView*) {
  return json::about("Provider", "A telephone provider, its usual values and quirks.",
                     Note{.member = "domain_pattern", .name = "domainPattern"},
                     Note{.member = "proof", .text = "How the provider knows who we are."},
                     Note{.member = "findings", .text = "Where the provider shows each setting."});
}

struct ProvidersView {
  std::vector<ProviderView> providers;
};
BOOST_DESCRIBE_STRUCT(ProvidersView, (), (providers))
constexpr auto about(const ProvidersView*) {
  return json::about("Providers", "The providers that are known.");
}

struct ProvidersQuery {
  std::optional<std::string> line;
  std::optional<std::string> existing_number;
  std::optional<std::string> public_address;
};
BOOST_DESCRIBE_STRUCT(ProvidersQuery, (), (line, existing_number, public_address))
constexpr auto about(const ProvidersQuery*) {
  return json::about(
      "ProvidersQuery", "",
      Note{.member = "line", .text = "Whose values the instructions are filled with.", .max_length = 100},
      Note{.member = "existing_number", .text = "The telephone to divert.", .name = "existingNumber", .max_length = 40},
      Note{.member = "public_address",
           .text = "Of this machine, where the provider calls us.",
           .name = "publicAddress",
           .max_length = 300});
}

LineSettings settings_of(const sip_accounts::SipAccountForm& account);
LineCheck check_of(const std::vector<sip_accounts::Problem>& problems);
ProviderView provider_of(const setup_guide::Preset& preset, const setup_guide::OwnValues& own);

}  // namespace frontdesk::api
