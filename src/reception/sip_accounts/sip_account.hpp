// One phone line as the owner types it in: what the form holds, what is wrong with it, and the form
// the rest of the program uses (host without decoration, numbers in E.164).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protect.hpp"

namespace frontdesk::sip_accounts {

/// As typed. Every field but the password is text, so that all problems can be told together.
struct SipAccountForm {
  std::string provider_name = "CFSMS Switchboard";
  std::string domain;  ///< host name or address only
  std::string port = "5065";
  std::string username;
  std::string auth_username;  ///< empty: the same as username
  base::Secret password;
  std::string transport = "TCP";  ///< TCP, UDP or TLS, in any case
  std::string inbound_number;     ///< national or E.164
  std::vector<std::string> allowed_numbers{"*"};
  std::string backup_domain;   ///< "host" or "host:port"; empty: none
  std::string outbound_proxy;  ///< "host" or "host:port"; empty: none
  bool registers = true;       ///< false: the provider knows our address and no password is needed
  std::string ca_file;         ///< PEM, absolute path; empty: the authorities of the system
  bool verify = true;          ///< of TLS
  int keep_alive_seconds = 25;
  std::string srtp = "off";                         ///< off, optional or required
  std::vector<std::string> codecs{"PCMA", "PCMU"};  ///< in order of preference, named as in SDP
};

/// One thing to mend.
struct Problem {
  std::string field;      ///< JSON pointer (RFC 6901) in the names of the API: "/domain", "/allowedNumbers/1"
  std::string message;    ///< what to write instead; never holds the password
  std::string proposal;   ///< a value that would be accepted; empty: none can be guessed
  std::string also_port;  ///< with a proposal for "/domain": what to move to "/port"; empty: nothing
};

struct Checked {
  SipAccountForm account;  ///< tidied; fit for use only if there is no problem
  std::vector<Problem> problems;
  bool ok() const { return problems.empty(); }
};

/// Tidies and checks all fields. `country` is the account's, as ISO 3166 ("GB"): it reads national numbers.
Checked check(const SipAccountForm& form, std::string_view country);

/// Who may call: "*", a number, or the beginning of one with a * after it; in E.164, or an extension of 2 to 6 digits
/// as it is. nullopt: none of these.
std::optional<std::string> allowed_pattern(std::string_view typed, std::string_view country);

}  // namespace frontdesk::sip_accounts
