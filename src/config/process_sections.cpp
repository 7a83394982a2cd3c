#include <algorithm>
#include <charconv>

#include "config/sections.hpp"

namespace frontdesk::config {
namespace {

constexpr std::int64_t kMaxCalls = 10'000;
constexpr std::int64_t kMaxCallMinutes = 24 * 60;

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

}  // namespace

Trunk read_trunk(TableReader& reader) {
  Trunk trunk;
  trunk.name = reader.text("name").value_or(trunk.name);
  trunk.domain = reader.required("domain", "\"sip.example.com\"");
  if (const auto why = domain_problem(trunk.domain); !trunk.domain.empty() && !why.empty())
    reader.problem("domain", why);
  trunk.port = static_cast<std::uint16_t>(reader.integer("port", 1, 65535).value_or(trunk.port));
  const std::string transport = reader.text("transport").value_or("tcp");
  trunk.transport = transport == "tcp" ? Transport::tcp : Transport::udp;
  if (transport != "tcp" && transport != "udp") reader.problem("transport", "must be \"udp\" or \"tcp\"");
  trunk.username = reader.required("username", "\"...\" (the account your provider gave you)");
  trunk.auth_username = reader.text("auth_username").value_or("");
  if (trunk.auth_username.empty()) trunk.auth_username = trunk.username;
  trunk.password = base::Secret(reader.text("password").value_or(""));
  if (trunk.password.empty()) {
    reader.problem("password", "is missing: set FRONTDESK_TRUNK_PASSWORD, or write password = \"...\"");
  }
  trunk.inbound_number = reader.text("inbound_number").value_or("");
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
