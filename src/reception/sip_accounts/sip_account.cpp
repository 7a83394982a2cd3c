#include "reception/sip_accounts/sip_account.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/endpoint.hpp"
#include "reception/messages/message.hpp"

namespace frontdesk::sip_accounts {
namespace {

constexpr std::size_t kMaxHost = 253;  // RFC 1035, 2.3.4
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxText = 255;
constexpr std::size_t kMaxAllowed = 1000;
constexpr std::size_t kMinE164 = 7;  // digits; ITU-T E.164 sets no least length, but no country has shorter ones
constexpr std::size_t kMaxE164 = 15;
constexpr std::size_t kMinExtension = 2, kMaxExtension = 6;  // digits; of a PBX
constexpr int kMaxPort = 65535;
constexpr int kMaxKeepAlive = 300;

bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

bool label_ok(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return letter(c) || digit(c) || c == '-' || c == '_'; });
}

bool host_ok(std::string_view host) {
  if (host.empty() || host.size() > kMaxHost) return false;
  if (base::parse_address(std::string(host), 1)) return true;
  bool any_letter = false;
  while (true) {
    const auto dot = host.find('.');
    const auto label = host.substr(0, dot);
    if (!label_ok(label)) return false;
    any_letter = std::any_of(label.begin(), label.end(), letter);
    if (dot == std::string_view::npos) return any_letter;  // 1.2.3.400 is no name
    host.remove_prefix(dot + 1);
  }
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool port_ok(std::string_view text) {
  const auto value = whole_number(text);
  return value && *value >= 1 && *value <= kMaxPort;
}

struct HostAndPort {
  std::string host, port;
};

/// What remains of "sip:user@host:5065;transport=tcp/" when everything but host and port is dropped.
HostAndPort bare(std::string_view text) {
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  for (const std::string_view scheme : {"sips:", "sip:"})
    if (lowered(std::string(text.substr(0, scheme.size()))) == scheme) text.remove_prefix(scheme.size());
  text = text.substr(0, text.find_first_of("/;?> "));
  if (const auto at = text.rfind('@'); at != std::string_view::npos) text.remove_prefix(at + 1);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find(':') != colon) return {std::string(text), {}};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

/// Without the marks people group numbers with; nullopt when it holds anything else.
std::optional<std::string> digits_of(std::string_view typed) {
  std::string out;
  for (const char c : typed) {
    if (digit(c) || (c == '+' && out.empty())) {
      out += c;
    } else if (std::string_view(" -.()/").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  if (out.starts_with("00")) out.replace(0, 2, "+");
  return out;
}

std::optional<std::string> e164(std::string_view typed, std::string_view country) {
  const auto digits = digits_of(typed);
  if (!digits) return std::nullopt;
  auto number = messages::to_e164(*digits, country);
  if (!number.starts_with('+') || number.size() <= kMinE164 || number.size() > kMaxE164 + 1) return std::nullopt;
  if (number[1] == '0') return std::nullopt;  // no country code begins with 0
  return number;
}

class Checker {
 public:
  Checker(const SipAccountForm& form, std::string_view country) : out_{form, {}}, country_(country) {}

  Checked run() {
    texts();
    domain();
    port();
    transport();
    inbound();
    allowed();
    host_and_port("/backupDomain", out_.account.backup_domain);
    host_and_port("/outboundProxy", out_.account.outbound_proxy);
    advanced();
    return std::move(out_);
  }

 private:
  void problem(std::string field, std::string message, std::string proposal = {}, std::string also_port = {}) {
    out_.problems.push_back({std::move(field), std::move(message), std::move(proposal), std::move(also_port)});
  }

  void text(const char* field, std::string& value, const char* if_empty) {
    value = trimmed(value);
    if (value.empty() && if_empty != nullptr) problem(field, if_empty);
    if (value.size() > kMaxText) problem(field, "Write at most 255 characters.");
    if (has_control(value)) problem(field, "Write it on one line, without control characters.");
  }

  void texts() {
    auto& account = out_.account;
    text("/providerName", account.provider_name, "Write a name for this line, such as your provider's.");
    text("/username", account.username, account.registers ? "Write the SIP username your provider gave you." : nullptr);
    text("/authUsername", account.auth_username, nullptr);
    const auto& password = account.password.expose();
    if (account.registers && password.empty())
      problem("/password", "Write the SIP password, also called voice password, your provider gave you.");
    if (has_control(password) || password.size() > kMaxText)
      problem("/password", "Write at most 255 characters on one line.");
  }

  void domain() {
    auto& domain = out_.account.domain;
    domain = lowered(trimmed(domain));
    if (domain.empty()) return problem("/domain", "Write your provider's SIP server, such as sip.example.com.");
    if (host_ok(domain)) return;
    const auto [host, port] = bare(domain);
    if (!host_ok(host)) return problem("/domain", "Write a server name, such as sip.example.com.");
    if (domain == "sip:" + host || domain == "sips:" + host) {
      domain = host;
      return;
    }
    if (!port.empty() && port_ok(port))
      return problem("/domain", "Write " + host + " here and " + port + " under port.", host, port);
    problem("/domain", "Write the server's name alone: " + host + ".", host);
  }

  void port() {
    auto& port = out_.account.port;
    port = trimmed(port);
    if (!port_ok(port)) problem("/port", "Write a whole number from 1 to 65535; many providers use 5060.");
  }

  void one_of(const char* field, const std::string& value, std::initializer_list<std::string_view> values,
              const char* message) {
    if (std::find(values.begin(), values.end(), value) == values.end()) problem(field, message);
  }

  void transport() {
    auto& transport = out_.account.transport;
    transport = trimmed(transport);
    std::transform(transport.begin(), transport.end(), transport.begin(), upper);
    one_of("/transport", transport, {"TCP", "UDP", "TLS"}, "Choose TCP, UDP or TLS.");
  }

  void inbound() {
    auto& number = out_.account.inbound_number;
    number = trimmed(number);
    if (number.empty()) return problem("/inboundNumber", "Write the number callers dial, such as 03333357324.");
    const auto found = e164(number, country_);
    if (!found)
      return problem("/inboundNumber",
                     "Write the whole number with its area code, or with + and the country, "
                     "such as +443333357324.");
    number = *found;
  }

  void allowed() {
    auto& numbers = out_.account.allowed_numbers;
    if (numbers.empty()) return problem("/allowedNumbers", "List the numbers that may call, or * for everybody.", "*");
    if (numbers.size() > kMaxAllowed) return problem("/allowedNumbers", "List at most 1000 numbers.");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto tidy = allowed_pattern(trimmed(numbers[i]), country_);
      if (tidy) {
        numbers[i] = *tidy;
      } else {
        problem("/allowedNumbers/" + std::to_string(i),
                "Write a whole number, the beginning of one with a * after it (+44333*), or * for everybody.");
      }
    }
  }

  void host_and_port(const char* field, std::string& value) {
    value = lowered(trimmed(value));
    if (value.empty() || host_ok(value)) return;
    const auto [host, port] = bare(value);
    const bool good = host_ok(host) && (port.empty() || port_ok(port));
    const auto plain = port.empty() ? host : host + ":" + port;
    if (good && value == plain) return;
    problem(field, "Write a server name, or name:port, or leave it empty.", good ? plain : "");
  }

  void advanced() {
    auto& account = out_.account;
    account.srtp = lowered(trimmed(account.srtp));
    one_of("/srtp", account.srtp, {"off", "optional", "required"}, "Choose off, optional or required.");
    if (account.srtp == "required" && account.transport != "TLS")
      problem("/srtp", "Choose TLS as the transport too: otherwise the keys of the encryption travel in the clear.");
    if (account.keep_alive_seconds < 0 || account.keep_alive_seconds > kMaxKeepAlive)
      problem("/keepAliveSeconds", "Write 0 (none) to 300; 25 suits most routers.");
    account.ca_file = trimmed(account.ca_file);
    if (!account.ca_file.empty() && account.ca_file.front() != '/')
      problem("/caFile", "Write the whole path, beginning with /.");
    if (account.codecs.empty()) problem("/codecs", "Choose at least one; PCMA works everywhere.");
    for (std::size_t i = 0; i < account.codecs.size(); ++i)
      one_of(("/codecs/" + std::to_string(i)).c_str(), account.codecs[i], {"PCMA", "PCMU", "G722", "opus"},
             "Choose PCMA, PCMU, G722 or opus.");
  }

  Checked out_;
  std::string_view country_;
};

}  // namespace

std::optional<std::string> allowed_pattern(std::string_view typed, std::string_view country) {
  if (typed == "*") return std::string(typed);
  const bool open = typed.ends_with('*');
  const auto digits = digits_of(open ? typed.substr(0, typed.size() - 1) : typed);
  if (!digits) return std::nullopt;
  const bool extension = digits->size() >= kMinExtension && digits->size() <= kMaxExtension && digits->front() != '0' &&
                         digits->front() != '+';
  if (!open) return extension ? digits : e164(*digits, country);
  // Callers' numbers are compared in E.164: a national beginning would match nobody.
  const auto beginning = messages::to_e164(*digits, country);
  if (beginning.size() < 2 || beginning.size() > kMaxE164 + 1) return std::nullopt;
  if (beginning[0] != '+' || beginning[1] == '0') return std::nullopt;
  return beginning + "*";
}

Checked check(const SipAccountForm& form, std::string_view country) {
  return Checker(form, country).run();
}

}  // namespace frontdesk::sip_accounts
