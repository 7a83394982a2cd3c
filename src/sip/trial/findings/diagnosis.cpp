#include "sip/trial/findings/diagnosis.hpp"

namespace frontdesk::findings {
namespace {

constexpr std::string_view kPasswordHint =
    "Copy the SIP password (also called voice password) again, without spaces around it: it is not the one for the "
    "provider's web site.";

std::string where(const Target& target) {
  return target.address.empty() ? target.host : target.address;
}

std::string status_text(const Refusal& refusal) {
  return std::to_string(refusal.status) + (refusal.reason.empty() ? "" : " " + refusal.reason);
}

std::string pause_text(const Refusal& refusal) {
  if (!refusal.retry_after_s) return "Wait some minutes and test again";
  return "Wait " + std::to_string(*refusal.retry_after_s) + " seconds, as the provider asks, and test again";
}

Diagnosis wrong_credentials(const Refusal& refusal) {
  std::string fix(kPasswordHint);
  fix += refusal.separate_auth_user
             ? " Check the authorization user name as well."
             : " If the provider's papers name an authorization user (or authentication ID), enter it too.";
  return {Fault::wrong_credentials, "The provider does not accept the user name or the password.", fix};
}

Diagnosis forbidden(const Refusal& refusal) {
  if (refusal.credentials_sent) {
    return {
        Fault::forbidden_account,
        "The provider knows the way to us but forbids this account (" + status_text(refusal) +
            "): a wrong password, an account that is not active, or one locked after too many tries.",
        std::string(kPasswordHint) + " Then ask the provider whether SIP is enabled and the account is not locked."};
  }
  return {Fault::forbidden_address,
          "The provider refuses us before asking for the password (" + status_text(refusal) +
              "): it does not allow this internet address, or the account is not active.",
          "In the provider's portal allow the public address of your internet connection, or turn the restriction "
          "off; ask whether SIP is enabled for the account."};
}

Diagnosis busy(const Refusal& refusal) {
  return {Fault::busy, "The provider's server is busy or under repair (" + status_text(refusal) + ").",
          pause_text(refusal) + "; nothing is wrong at your end. If it lasts, look at the provider's status page."};
}

}  // namespace

Diagnosis diagnose(NameFault fault, const Target& target) {
  if (fault == NameFault::server_silent) {
    return {Fault::name_server_silent,
            "No name server answered: this machine cannot look up \"" + printable(target.host) + "\".",
            "Check this machine's internet connection and its DNS setting (/etc/resolv.conf)."};
  }
  return {Fault::name_not_found, "There is no server of the name \"" + printable(target.host) + "\".",
          "Compare the server name letter by letter with the provider's papers: only the name, no sip: and no port."};
}

Diagnosis diagnose(NetworkFault fault, const Target& target) {
  const std::string to = where(target) + " (" + target.transport + ")";
  switch (fault) {
    case NetworkFault::port_closed:
      return {Fault::port_closed, "The server is there, but nothing listens at " + to + ".",
              "Check the port and the transport in the provider's papers: 5060 and 5065 are usual, 5061 for TLS."};
    case NetworkFault::no_route:
      return {Fault::no_route, "This machine has no way to " + to + ".",
              "Check this machine's internet connection, and whether it has an IPv4 address."};
    case NetworkFault::connection_lost:
      return {Fault::connection_lost, "The server at " + to + " closed the connection without an answer.",
              "Check that the port belongs to this transport, and that the provider allows your internet address."};
    case NetworkFault::not_sip:
      return {Fault::not_sip, "What answers at " + to + " does not speak SIP.",
              "Check server name, port and transport: a web server or an encrypted port may answer there."};
    case NetworkFault::cancelled:
      return {Fault::cancelled, "The test was stopped.", "Start it again."};
    case NetworkFault::time_out:
      break;
  }
  return {Fault::time_out, "No answer came from " + to + " in time.",
          "Check server name, port and transport; let your firewall pass them; ask the provider whether it only "
          "answers addresses it knows."};
}

Diagnosis diagnose(CertificateFault fault, const Target& target, const std::string& names) {
  const std::string host = printable(target.host);
  switch (fault) {
    case CertificateFault::expired:
      return {Fault::certificate_expired, "The certificate of " + host + " has expired.",
              "Check the clock of this machine. If it is right, tell the provider to renew the certificate."};
    case CertificateFault::not_yet_valid:
      return {Fault::certificate_not_yet_valid, "The certificate of " + host + " is not valid yet.",
              "Check the clock of this machine: it seems to be behind."};
    case CertificateFault::wrong_name:
      return {Fault::certificate_wrong_name,
              "The certificate is for " + (names.empty() ? "another name" : names) + ", not for " + host + ".",
              "Enter the server name that the certificate names, if the provider confirms it."};
    case CertificateFault::self_signed:
      return {Fault::certificate_self_signed, "The certificate of " + host + " is signed by nobody but itself.",
              "If the provider (or your own PBX) gives you its certificate as a file, name it as ca_file."};
    case CertificateFault::unknown_authority:
      return {Fault::certificate_unknown_authority,
              "The certificate of " + host + " is from an authority this machine does not know.",
              "If the provider has an authority of its own, name its file as ca_file."};
    case CertificateFault::other:
      break;
  }
  return {Fault::certificate_unacceptable, "The certificate of " + host + " cannot be accepted.",
          "Ask the provider for a server with a valid certificate."};
}

Diagnosis diagnose(const Refusal& refusal) {
  switch (refusal.status) {
    case 401:
    case 407:
      if (refusal.credentials_sent) return wrong_credentials(refusal);
      return {Fault::unsupported_authentication, "The provider asks for a kind of proof that Frontdesk does not have.",
              "Ask the provider for digest authentication with MD5 or SHA-256."};
    case 403:
      return forbidden(refusal);
    case 404:
    case 604:
      return {Fault::unknown_user, "The provider does not know this user name (" + status_text(refusal) + ").",
              "Copy the user name again, with any signs at its beginning and end, and check the server name."};
    case 423:
      return {Fault::interval_too_brief, "The provider finds every interval too short (" + status_text(refusal) + ").",
              "Tell the provider: its server does not say which interval it wants."};
    case 301:
    case 302:
    case 305:
      return {Fault::redirected, "The provider sends us to another of its servers (" + status_text(refusal) + ").",
              "Frontdesk follows when it registers; to test that server, enter its name here."};
    case 408:
    case 480:
    case 503:
      return busy(refusal);
    default:
      break;
  }
  if (refusal.status >= 500 && refusal.status < 600) {
    return {Fault::server_fault, "The provider's server has a fault (" + status_text(refusal) + ").",
            pause_text(refusal) + "; if it lasts, tell the provider."};
  }
  return {Fault::refused, "The provider refuses (" + status_text(refusal) + ").",
          "Show the provider the messages of this test."};
}

Diagnosis tls_refused(const Target& target, const std::string& why) {
  return {Fault::tls_refused,
          "No encrypted connection to " + where(target) + " came about" + (why.empty() ? "." : ": " + printable(why)),
          "Check that the port is the one for TLS (usually 5061); the server must offer TLS 1.2 or later."};
}

Diagnosis other_realm(const std::string& asked, const std::string& expected) {
  return {Fault::other_realm,
          "The provider asks for the password of \"" + printable(asked) + "\", but realm is set to \"" +
              printable(expected) + "\".",
          "If \"" + printable(asked) + "\" is your provider's, set realm to that or leave it out."};
}

}  // namespace frontdesk::findings
