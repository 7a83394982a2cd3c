#include <algorithm>
#include <charconv>

#include "config/sections.hpp"

namespace frontdesk::config {
namespace {

constexpr std::int64_t kMaxCalls = 10'000;
constexpr std::int64_t kMaxCallMinutes = 24 * 60;
constexpr std::uint16_t kStunPort = 3478;

base::Endpoint endpoint(TableReader& reader, std::string_view key, std::string_view fallback) {
  const auto text = reader.text(key);
  const auto parsed = base::parse_endpoint(text.value_or(std::string(fallback)));
  if (parsed && parsed->port != 0) return *parsed;
  reader.problem(key, "must be an address and a port, such as \"" + std::string(fallback) + "\"");
  return {};
}

std::vector<AddressRange> ranges(TableReader& reader, std::string_view key) {
  std::vector<AddressRange> out;
  for (const std::string& text : reader.texts(key)) {
    if (const auto range = parse_range(text)) {
      out.push_back(*range);
    } else {
      reader.problem(key,
                     "\"" + text + "\" is not an address: write \"192.0.2.7\" or a block such as \"192.0.2.0/24\"");
    }
  }
  return out;
}

void read_ports(TableReader& reader, Server& server) {
  const auto text = reader.text("rtp");
  if (!text) return;
  const auto dash = text->find('-');
  unsigned first = 0, last = 0;
  const char* begin = text->data();
  const char* end = begin + text->size();
  const bool split = dash != std::string::npos;
  const bool read = split && std::from_chars(begin, begin + dash, first).ptr == begin + dash &&
                    std::from_chars(begin + dash + 1, end, last).ptr == end;
  if (!read || first < 1024 || last > 65535 || last <= first) {
    reader.problem("rtp", "must be a range of UDP ports from 1024 to 65535, such as \"20000-20999\"");
    return;
  }
  server.rtp_first = static_cast<std::uint16_t>(first);
  server.rtp_last = static_cast<std::uint16_t>(last);
}

std::optional<Srtp> read_srtp(TableReader& reader) {
  const auto text = reader.text("srtp");
  if (!text) return std::nullopt;
  if (*text == "off") return Srtp::off;
  if (*text == "required") return Srtp::required;
  if (*text != "optional") reader.problem("srtp", "must be \"off\", \"optional\" or \"required\"");
  return Srtp::optional;
}

std::string host_and_port(TableReader& reader, std::string_view key);

std::string stun_server(TableReader& reader) {
  const std::string text = host_and_port(reader, "stun_server");
  if (text.empty() || base::parse_endpoint(text)) return text;
  if (const auto address = base::parse_address(text, kStunPort)) return base::to_string(*address);
  return text.find(':') == std::string::npos ? text + ":" + std::to_string(kStunPort) : text;
}

void read_public_address(TableReader& reader, Server& server) {
  const auto text = reader.text("public_address").value_or("");
  server.learn_public_address = text == "auto";
  server.local_networks = ranges(reader, "local_networks");
  if (text.empty() || server.learn_public_address) return;
  server.public_address = base::parse_address(text);
  if (!server.public_address || server.public_address->is_unspecified())
    reader.problem("public_address",
                   "must be an address such as \"203.0.113.7\", or \"auto\": as the provider sees us");
}

/// Why this is not a bare host name; empty when it is.
std::string domain_problem(std::string_view domain) {
  if (domain.find("://") != std::string_view::npos || domain.starts_with("sip:") || domain.starts_with("sips:")) {
    return "must not contain a protocol: write only the host, such as \"sip.example.com\"";
  }
  if (domain.find('/') != std::string_view::npos)
    return "must not contain a slash: write only the host, such as \"sip.example.com\"";
  if (domain.find(':') != std::string_view::npos && !base::parse_address(domain)) {
    return "must not contain a port: write the host here and the port as port = 5060";
  }
  if (domain.find('@') != std::string_view::npos)
    return "must not contain a user: write the user as username = \"...\"";
  const bool plain = std::all_of(domain.begin(), domain.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':';
  });
  return plain && domain.size() <= 253
             ? ""
             : "is not a host name: write letters, digits, dots and hyphens, such as \"sip.example.com\"";
}

}  // namespace

bool AddressRange::contains(const base::Endpoint& address) const {
  if (address.v6 != network.v6) return false;
  for (int bit = 0; bit < prefix; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((address.address[byte] & mask) != (network.address[byte] & mask)) return false;
  }
  return true;
}

std::optional<AddressRange> parse_range(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = base::parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int longest = address->v6 ? 128 : 32;
  AddressRange range{*address, longest};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), range.prefix);
    if (error != std::errc{} || end != digits.data() + digits.size() || range.prefix < 0 || range.prefix > longest) {
      return std::nullopt;
    }
  }
  return range;
}

Server read_server(TableReader& reader) {
  Server server;
  server.sip = endpoint(reader, "sip", "0.0.0.0:5060");
  server.http = endpoint(reader, "http", "127.0.0.1:8080");
  read_ports(reader, server);
  server.srtp = read_srtp(reader).value_or(server.srtp);
  read_public_address(reader, server);
  server.stun_server = stun_server(reader);
  server.data = reader.text("data").value_or(server.data);
  if (server.data.empty()) reader.problem("data", "must name a folder, such as \"./data\"");
  server.models = reader.text("models").value_or("");
  server.direct_callers = ranges(reader, "direct_callers");
  reader.finish();
  return server;
}

namespace {

/// Digits with an optional + in front and an optional * at the end; or * alone.
void check_number_pattern(TableReader& reader, std::string_view pattern) {
  auto digits = pattern;
  const bool open = digits.ends_with('*');
  if (open) digits.remove_suffix(1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const bool numeric =
      std::all_of(digits.begin(), digits.end(), [](char c) { return (c >= '0' && c <= '9') || c == ' '; });
  if (numeric && (open || !digits.empty())) return;
  reader.problem("allowed_from",
                 "\"" + std::string(pattern) + "\" is not a number: write \"03335550100\", \"0333*\" or \"*\"");
}

/// "host" or "host:port"; empty if it is not written.
std::string host_and_port(TableReader& reader, std::string_view key) {
  const std::string text = reader.text(key).value_or("");
  if (text.empty() || base::parse_address(text) || base::parse_endpoint(text)) return text;
  const auto colon = text.rfind(':');
  unsigned port = 1;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, port);
    if (read.ec != std::errc{} || read.ptr != end) port = 0;
  }
  if (port < 1 || port > 65535) {
    reader.problem(key, "must be a host, or a host and a port: \"sip2.example.com\" or \"sip2.example.com:5060\"");
  } else if (const auto why = domain_problem(std::string_view(text).substr(0, colon)); !why.empty()) {
    reader.problem(key, why);
  }
  return text;
}

/// How the provider is reached.
void read_way(TableReader& reader, Trunk& trunk) {
  trunk.port = static_cast<std::uint16_t>(reader.integer("port", 0, 65535).value_or(trunk.port));
  static const std::map<std::string, Transport> kTransports{
      {"udp", Transport::udp}, {"tcp", Transport::tcp}, {"tls", Transport::tls}, {"auto", Transport::automatic}};
  const auto transport = kTransports.find(reader.text("transport").value_or("tcp"));
  if (transport == kTransports.end()) {
    reader.problem("transport", "must be \"udp\" or \"tcp\" or \"tls\", or \"auto\" with port = 0");
  } else {
    trunk.transport = transport->second;
  }
  if (trunk.transport == Transport::automatic && trunk.port != 0)
    reader.problem("port", "must be 0 with transport = \"auto\": both are then found by DNS");
  trunk.backup_domain = host_and_port(reader, "backup_domain");
  trunk.outbound_proxy = host_and_port(reader, "outbound_proxy");
  trunk.ca_file = reader.text("ca_file").value_or("");
  trunk.verify = reader.boolean("verify").value_or(true);
  const bool encrypted = trunk.transport == Transport::tls || trunk.transport == Transport::automatic;
  if (!encrypted && (!trunk.ca_file.empty() || !trunk.verify)) {
    reader.problem(trunk.ca_file.empty() ? "verify" : "ca_file",
                   "concerns TLS only: write transport = \"tls\", or leave this out");
  }
  trunk.keep_alive_seconds = static_cast<int>(reader.integer("keep_alive_seconds", 5, 3600).value_or(25));
}

/// Who we are there.
void read_account(TableReader& reader, Trunk& trunk) {
  trunk.registers = reader.boolean("register").value_or(true);
  if (trunk.registers) {
    trunk.username = reader.required("username", "\"...\" (the account your provider gave you)");
  } else {
    trunk.username = reader.text("username").value_or("");
  }
  trunk.auth_username = reader.text("auth_username").value_or("");
  if (trunk.auth_username.empty()) trunk.auth_username = trunk.username;
  trunk.password = base::Secret(reader.text("password").value_or(""));
  trunk.realm = reader.text("realm").value_or("");
  if (trunk.registers && trunk.password.empty()) {
    reader.problem("password",
                   "is missing: set FRONTDESK_TRUNK_PASSWORD, or write password = \"...\"; if the provider knows you "
                   "by your address, write register = false");
  }
}

}  // namespace

Trunk read_trunk(TableReader& reader) {
  Trunk trunk;
  trunk.name = reader.text("name").value_or(trunk.name);
  trunk.domain = reader.required("domain", "\"sip.example.com\"");
  if (const auto why = domain_problem(trunk.domain); !trunk.domain.empty() && !why.empty())
    reader.problem("domain", why);
  read_way(reader, trunk);
  read_account(reader, trunk);
  trunk.inbound_number = reader.text("inbound_number").value_or("");
  trunk.srtp = read_srtp(reader);
  if (auto given = reader.texts("allowed_from"); !given.empty()) trunk.allowed_from = std::move(given);
  for (const std::string& pattern : trunk.allowed_from) check_number_pattern(reader, pattern);
  reader.finish();
  return trunk;
}

Voice read_voice(TableReader& reader) {
  Voice voice;
  voice.name = reader.text("name").value_or(voice.name);
  if (voice.name.empty()) reader.problem("name", "must name a voice, such as \"libritts:403\"");
  voice.speed = reader.number("speed", 0.5, 2).value_or(voice.speed);
  reader.finish();
  return voice;
}

Conversation read_conversation(TableReader& reader) {
  Conversation conversation;
  conversation.patience = reader.number("patience", 0.5, 2).value_or(conversation.patience);
  const std::string end = reader.text("end_of_turn").value_or("adaptive");
  conversation.end_of_turn = end == "fixed" ? EndOfTurn::fixed : EndOfTurn::adaptive;
  if (end != "adaptive" && end != "fixed") reader.problem("end_of_turn", "must be \"adaptive\" or \"fixed\"");
  const std::string interruption = reader.text("interruption").value_or("words");
  conversation.interruption = interruption == "voice" ? Interruption::voice : Interruption::words;
  if (interruption != "words" && interruption != "voice")
    reader.problem("interruption", "must be \"words\" or \"voice\"");
  reader.finish();
  return conversation;
}

Limits read_limits(TableReader& reader) {
  Limits limits;
  const auto read = [&](std::string_view key, std::int64_t low, std::int64_t high, int& value) {
    value = static_cast<int>(reader.integer(key, low, high).value_or(value));
  };
  read("max_calls", 1, kMaxCalls, limits.max_calls);
  read("max_call_minutes", 1, kMaxCallMinutes, limits.max_call_minutes);
  read("silence_seconds", 2, 120, limits.silence_seconds);
  read("silence_prompts", 0, 10, limits.silence_prompts);
  reader.finish();
  return limits;
}

}  // namespace frontdesk::config
