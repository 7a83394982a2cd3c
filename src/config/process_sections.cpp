#include <algorithm>
#include <charconv>
#include <filesystem>

#include "config/sections.hpp"
#include "reception/setup_guide/provider_preset.hpp"
#include "reception/sip_accounts/sip_account.hpp"

namespace frontdesk::config {
namespace {

constexpr std::int64_t kMaxCalls = 10'000;
constexpr std::int64_t kMaxCallMinutes = 24 * 60;
constexpr std::int64_t kMaxDrainSeconds = 60 * 60;
constexpr std::uint16_t kStunPort = 3478;

base::Endpoint endpoint(TableReader& reader, std::string_view key, std::string_view fallback) {
  const auto text = reader.text(key);
  const auto parsed = base::parse_endpoint(text.value_or(std::string(fallback)));
  if (parsed && parsed->port != 0) return *parsed;
  reader.problem(key, "must be an address and a port, such as \"" + std::string(fallback) + "\"");
  return {};
}

/// As browsers write them (RFC 6454): in lower case, without a path.
std::vector<std::string> origins(TableReader& reader) {
  const auto is_origin = [](std::string_view text) {
    const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    return scheme > 0 && text.size() > scheme &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:[]", scheme) == std::string_view::npos;
  };
  auto listed = reader.texts("allowed_origins");
  for (const auto& each : listed)
    if (!is_origin(each))
      reader.problem("allowed_origins", "\"" + each + "\" is not an origin: write it as \"https://crm.example.org\"");
  return listed;
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

/// With the port of STUN and TURN where none is written.
std::string outside_server(TableReader& reader, std::string_view key) {
  const std::string text = host_and_port(reader, key);
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

void read_metrics(TableReader& reader, Server& server) {
  const auto text = reader.text("metrics").value_or("token");
  if (text == "off")
    server.metrics = MetricsFor::nobody;
  else if (text == "this_machine")
    server.metrics = MetricsFor::this_machine;
  else if (text != "token")
    reader.problem("metrics", "must be \"off\", \"token\" or \"this_machine\"");
}

/// The best first. Empty if nothing is written.
std::vector<codec::Codec> read_codecs(TableReader& reader) {
  static const std::map<std::string, codec::Codec> kNames{{"opus", codec::Codec::opus},
                                                          {"g722", codec::Codec::g722},
                                                          {"pcma", codec::Codec::pcma},
                                                          {"pcmu", codec::Codec::pcmu}};
  std::vector<codec::Codec> codecs;
  const auto names = reader.texts("codecs");
  if (names.empty() && reader.has("codecs")) reader.problem("codecs", "must name a codec, or be left out for all");
  for (const std::string& name : names) {
    const auto found = kNames.find(name);
    if (found == kNames.end()) {
      reader.problem("codecs", "\"" + name + "\" is no codec: there are \"opus\", \"g722\", \"pcma\" and \"pcmu\"");
    } else if (std::find(codecs.begin(), codecs.end(), found->second) != codecs.end()) {
      reader.problem("codecs", "names \"" + name + "\" twice");
    } else {
      codecs.push_back(found->second);
    }
  }
  return codecs;
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

static Https read_https(TableReader& reader) {
  Https https;
  const auto text = reader.text("https");
  https.certificate = reader.text("certificate").value_or("");
  https.private_key = reader.text("private_key").value_or("");
  const auto parsed = base::parse_endpoint(text.value_or(""));
  if (text && (!parsed || parsed->port == 0))
    reader.problem("https", "must be an address and a port, such as \"0.0.0.0:8443\"");
  if (parsed) https.listen = *parsed;
  if (text && (https.certificate.empty() || https.private_key.empty()))
    reader.problem("https", "needs certificate and private_key: the names of PEM files");
  return https;
}

static std::string read_url(TableReader& reader) {
  auto url = reader.text("url").value_or("");
  if (url.ends_with('/')) url.pop_back();
  const auto rest = std::string_view(url).substr(std::min(url.size(), url.find("://") + 3));
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  if (!url.empty() && (!web || rest.empty() || rest.find_first_of("/?# ") != std::string_view::npos))
    reader.problem("url", "must be where people open the page, such as \"https://desk.example.org\"");
  return url;
}

Server read_server(TableReader& reader) {
  Server server;
  server.sip = endpoint(reader, "sip", "0.0.0.0:5060");
  server.http = endpoint(reader, "http", "127.0.0.1:8080");
  server.https = read_https(reader);
  server.url = read_url(reader);
  server.host_names = reader.texts("host_names");
  read_ports(reader, server);
  server.srtp = read_srtp(reader).value_or(server.srtp);
  server.codecs = read_codecs(reader);
  read_public_address(reader, server);
  server.stun_server = outside_server(reader, "stun_server");
  server.turn_server = outside_server(reader, "turn_server");
  server.turn_username = reader.text("turn_username").value_or("");
  server.turn_password = base::Secret(reader.text("turn_password").value_or(""));
  if (!server.turn_server.empty() && (server.turn_username.empty() || server.turn_password.empty()))
    reader.problem("turn_server", "needs turn_username and turn_password (or FRONTDESK_SERVER_TURN_PASSWORD)");
  server.data = reader.text("data").value_or(server.data);
  if (server.data.empty()) reader.problem("data", "must name a folder, such as \"./data\"");
  server.models = reader.text("models").value_or("");
  server.direct_callers = ranges(reader, "direct_callers");
  server.allowed_origins = origins(reader);
  server.requests_per_second = reader.number("requests_per_second", 1, 100'000).value_or(server.requests_per_second);
  read_metrics(reader, server);
  reader.finish();
  return server;
}

namespace {

void check_number_pattern(TableReader& reader, std::string_view key, std::string_view pattern,
                          std::string_view country) {
  if (sip_accounts::allowed_pattern(pattern, country)) return;
  reader.problem(key, "\"" + std::string(pattern) +
                          "\" is not a number: write \"03335550100\", \"+443335550100\", \"0333*\" or \"*\"");
}

/// nullptr: none is named.
const setup_guide::Preset* read_provider(TableReader& reader, Trunk& trunk) {
  const auto id = reader.text("provider");
  if (!id) return nullptr;
  const auto all = setup_guide::presets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.id == *id; });
  std::string known;
  for (const auto& each : all) known += (known.empty() ? "\"" : ", \"") + std::string(each.id) + "\"";
  if (found == all.end()) reader.problem("provider", "\"" + *id + "\" is not known: write one of " + known);
  if (found == all.end()) return nullptr;
  trunk.provider = trunk.name = *id;
  return &*found;
}

/// Where the file names no server, the provider's, if all its customers share one.
void read_domain(TableReader& reader, const setup_guide::Preset* preset, Trunk& trunk) {
  const bool shared = preset && !preset->domain.empty() && !setup_guide::is_pattern(preset->domain);
  const std::string example = preset && !preset->domain.empty() ? std::string(preset->domain) : "sip.example.com";
  trunk.domain = shared && !reader.has("domain") ? reader.text("domain").value_or(std::string(preset->domain))
                                                 : reader.required("domain", "\"" + example + "\"");
  if (const auto why = domain_problem(trunk.domain); !trunk.domain.empty() && !why.empty())
    reader.problem("domain", why);
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

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// How the provider is reached.
void read_way(TableReader& reader, const setup_guide::Preset* preset, Trunk& trunk) {
  static const std::map<std::string, Transport> kTransports{
      {"udp", Transport::udp}, {"tcp", Transport::tcp}, {"tls", Transport::tls}, {"auto", Transport::automatic}};
  const auto usual = preset ? in_lower_case(preset->transport) : "tcp";
  const auto transport = kTransports.find(reader.text("transport").value_or(usual));
  if (transport == kTransports.end()) {
    reader.problem("transport", "must be \"udp\" or \"tcp\" or \"tls\", or \"auto\" with port = 0");
  } else {
    trunk.transport = transport->second;
  }
  if (preset) {
    std::from_chars(preset->port.data(), preset->port.data() + preset->port.size(), trunk.port);
    if (trunk.transport == Transport::tls && usual != "tls") trunk.port = 5061;
    if (trunk.transport == Transport::automatic) trunk.port = 0;
  }
  trunk.port = static_cast<std::uint16_t>(reader.integer("port", 0, 65535).value_or(trunk.port));
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

void read_dtmf(TableReader& reader, Trunk& trunk) {
  static const std::map<std::string, Dtmf> kForms{
      {"auto", Dtmf::automatic}, {"rfc4733", Dtmf::rfc4733}, {"in-band", Dtmf::in_band}, {"info", Dtmf::info}};
  const auto form = kForms.find(reader.text("dtmf").value_or("auto"));
  if (form == kForms.end()) {
    reader.problem("dtmf", "must be \"auto\", \"rfc4733\", \"in-band\" or \"info\"");
  } else {
    trunk.dtmf = form->second;
  }
}

/// Who we are there.
void read_account(TableReader& reader, const setup_guide::Preset* preset, Trunk& trunk) {
  trunk.registers = reader.boolean("register").value_or(!preset || preset->proof == setup_guide::Proof::registration);
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

Trunk read_trunk(TableReader& reader, std::string_view country) {
  Trunk trunk;
  const auto* preset = read_provider(reader, trunk);
  trunk.name = reader.text("name").value_or(trunk.name);
  read_domain(reader, preset, trunk);
  read_way(reader, preset, trunk);
  read_account(reader, preset, trunk);
  trunk.codecs = read_codecs(reader);
  read_dtmf(reader, trunk);
  trunk.inbound_number = reader.text("inbound_number").value_or("");
  trunk.recording = read_recording_policy(reader, "recording");
  trunk.srtp = read_srtp(reader);
  if (auto given = reader.texts("allowed_from"); !given.empty()) trunk.allowed_from = std::move(given);
  for (const std::string& pattern : trunk.allowed_from) check_number_pattern(reader, "allowed_from", pattern, country);
  reader.finish();
  return trunk;
}

Voice read_voice(TableReader& reader) {
  Voice voice;
  voice.name = reader.text("name").value_or(voice.name);
  if (voice.name.empty()) reader.problem("name", "must name a voice, such as \"libritts:403\"");
  voice.speed = reader.number("speed", 0.5, 2).value_or(voice.speed);
  if (const auto file = reader.text("hold_music"); file && !file->empty())
    voice.hold_music = (std::filesystem::path(reader.file()).parent_path() / *file).lexically_normal().string();
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
  const std::string noise = reader.text("noise_suppression").value_or("off");
  conversation.noise_suppression = noise == "strong" ? NoiseSuppression::strong
                                   : noise == "mild" ? NoiseSuppression::mild
                                                     : NoiseSuppression::off;
  if (noise != "off" && noise != "mild" && noise != "strong")
    reader.problem("noise_suppression", "must be \"off\", \"mild\" or \"strong\"");
  reader.finish();
  return conversation;
}

Screening read_screening(TableReader& reader, std::string_view country) {
  Screening screening;
  screening.block = reader.texts("block");
  screening.priority = reader.texts("priority");
  for (const auto& pattern : screening.block) check_number_pattern(reader, "block", pattern, country);
  for (const auto& pattern : screening.priority) check_number_pattern(reader, "priority", pattern, country);
  const auto accepts = [&](std::string_view key) {
    const std::string text = reader.text(key).value_or("accept");
    if (text != "accept" && text != "reject") reader.problem(key, "must be \"accept\" or \"reject\"");
    return text != "reject";
  };
  screening.accept_anonymous = accepts("anonymous");
  screening.accept_unconfirmed = accepts("unconfirmed");
  reader.finish();
  return screening;
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
  read("drain_seconds", 0, kMaxDrainSeconds, limits.drain_seconds);
  const std::string full = reader.text("when_full").value_or("unavailable");
  limits.when_full = full == "busy" ? WhenFull::busy : WhenFull::unavailable;
  if (full != "busy" && full != "unavailable") reader.problem("when_full", "must be \"unavailable\" or \"busy\"");
  reader.finish();
  return limits;
}

Transfer read_transfers(TableReader& reader) {
  Transfer transfer;
  const auto method = reader.text("method").value_or("announced");
  transfer.blind = method == "blind";
  if (method != "announced" && method != "blind") reader.problem("method", "must be \"announced\" or \"blind\"");
  transfer.confirm = reader.boolean("confirm").value_or(transfer.confirm);
  const auto read = [&](std::string_view key, std::int64_t low, std::int64_t high, int& value) {
    value = static_cast<int>(reader.integer(key, low, high).value_or(value));
  };
  read("ring_seconds", 5, 120, transfer.ring_seconds);
  read("per_hour", 0, 10'000, transfer.per_hour);
  read("per_day", 0, 100'000, transfer.per_day);
  reader.finish();
  return transfer;
}

}  // namespace frontdesk::config
