#include "config/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "config/sections.hpp"
#include "config/usual_variables.hpp"

extern char** environ;

namespace frontdesk::config {
namespace {

constexpr std::uintmax_t kMaxFileBytes = 4 << 20;

std::optional<std::string> read_file(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kMaxFileBytes) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  return file.bad() ? std::nullopt : std::optional(std::move(text));
}

std::optional<toml::table> parse(std::string_view text, const std::string& file, Findings& findings) {
  try {
    return toml::parse(text, std::string_view(file));
  } catch (const toml::parse_error& error) {
    findings.problems.push_back({file, static_cast<int>(error.source().begin.line),
                                 static_cast<int>(error.source().begin.column), "",
                                 "is not valid TOML: " + std::string(error.description())});
  }
  return std::nullopt;
}

bool environment_has_section(const Environment& environment, std::string_view prefix) {
  const auto at = environment.lower_bound(std::string(prefix));
  return at != environment.end() && at->first.starts_with(prefix);
}

template <class Read>
auto read_section(TableReader& root, Findings& findings, std::string_view name, Read read) {
  TableReader reader(root.table(name), root.file(), std::string(name), findings);
  reader.allow_environment();
  return read(reader);
}

void read_zone(Config& config, const std::string& file, const toml::table& table, Findings& findings) {
  auto zone = load_time_zone(config.business.timezone);
  if (zone) {
    config.zone = *std::move(zone);
    return;
  }
  const auto at = table.at_path("business.timezone");
  const auto place = at.node() != nullptr ? at.node()->source().begin : toml::source_position{};
  findings.problems.push_back(
      {file, static_cast<int>(place.line), static_cast<int>(place.column), "business.timezone", zone.error().message});
}

/// The business from the file that `business = "..."` names.
void read_business_file(TableReader& root, const std::string& name, const std::string& main_path, Config& config,
                        Findings& findings) {
  const std::string path = (std::filesystem::path(main_path).parent_path() / name).lexically_normal().string();
  const auto text = read_file(path);
  if (!text) {
    root.problem("business", "cannot read \"" + path + "\": write the path of a business file, relative to this one");
    return;
  }
  config.files.push_back(path);
  const auto table = parse(*text, path, findings);
  if (!table) return;
  TableReader reader(&*table, path, "", findings);
  config.business = read_business(reader, findings);
  reader.finish();
  read_zone(config, path, *table, findings);
}

/// [trunk], which the environment may complete or replace; or several [[trunk]], which it may not.
void read_trunks(TableReader& root, const toml::table& table, Config& config, Findings& findings) {
  if (table["trunk"].is_array_of_tables()) {
    const auto tables = root.tables("trunk");
    for (std::size_t i = 0; i < tables.size(); ++i) {
      TableReader reader(tables[i], root.file(), "trunk[" + std::to_string(i + 1) + "]", findings);
      auto trunk = read_trunk(reader, config.business.country);
      const auto same = [&](const Trunk& other) { return other.name == trunk.name; };
      if (std::any_of(config.all_trunks.begin(), config.all_trunks.end(), same))
        reader.problem("name", "\"" + trunk.name + "\" is used twice: give each [[trunk]] a name of its own");
      config.all_trunks.push_back(std::move(trunk));
    }
  } else if (root.has("trunk") || environment_has_section(*findings.environment, "FRONTDESK_TRUNK_")) {
    config.all_trunks.push_back(read_section(
        root, findings, "trunk", [&](TableReader& reader) { return read_trunk(reader, config.business.country); }));
  }
  root.ignore("trunk");
  if (!config.all_trunks.empty()) config.trunk = config.all_trunks.front();
}

void check_ports(const std::string& file, const toml::table& table, const Config& config, Findings& findings) {
  const auto problem = too_few_ports(config.server, config.limits);
  if (!problem) return;
  const bool range_written = table.at_path("server.rtp").node() != nullptr;
  const char* key = range_written ? "server.rtp" : "limits.max_calls";
  const auto at = table.at_path(key);
  const auto place = at.node() != nullptr ? at.node()->source().begin : toml::source_position{};
  findings.problems.push_back({file, static_cast<int>(place.line), static_cast<int>(place.column), key, *problem});
}

void read_all(const toml::table& table, const std::string& path, Config& config, Findings& findings) {
  TableReader root(&table, path, "", findings);
  config.server = read_section(root, findings, "server", read_server);
  config.storage = read_section(root, findings, "storage",
                                [&](TableReader& reader) { return read_storage(reader, *findings.environment); });
  config.voice = read_section(root, findings, "voice", read_voice);
  config.conversation = read_section(root, findings, "conversation", read_conversation);
  config.limits = read_section(root, findings, "limits", read_limits);
  check_ports(path, table, config, findings);
  config.transfer = read_section(root, findings, "transfer", read_transfers);
  config.recording =
      read_section(root, findings, "recording", [&](TableReader& reader) { return read_recording(reader, findings); });
  config.retention = read_section(root, findings, "retention", read_retention);
  config.outbound = read_section(root, findings, "outbound", read_outbound);
  config.mail = read_section(root, findings, "mail", read_mail);
  const auto* name = table["business"].as_string();
  if (name == nullptr) {
    config.business = read_business(root, findings);
    read_zone(config, path, table, findings);
  } else {
    root.ignore("business");
    for (const auto& [key, value] : table) {
      if (key != "business" && is_business_section(key.str())) {
        root.ignore(key.str());
        root.problem(key.str(), "belongs into the file that business = \"" + name->get() + "\" names");
      }
    }
    read_business_file(root, name->get(), path, config, findings);
  }
  read_trunks(root, table, config, findings);  // after the business: its country reads their numbers
  config.screening = read_section(root, findings, "screening",
                                  [&](TableReader& reader) { return read_screening(reader, config.business.country); });
  root.finish();
}

}  // namespace

std::optional<std::string> too_few_ports(const Server& server, const Limits& limits) {
  const int first_even = server.rtp_first + (server.rtp_first & 1);
  const int room = first_even > server.rtp_last ? 0 : (server.rtp_last - first_even) / 2 + 1;
  if (limits.max_calls <= room) return std::nullopt;
  return "ports " + std::to_string(server.rtp_first) + "-" + std::to_string(server.rtp_last) + " have room for " +
         std::to_string(room) + " calls, each of which takes an even port, but limits.max_calls is " +
         std::to_string(limits.max_calls) + ": widen server.rtp to " + std::to_string(2 * limits.max_calls) +
         " ports, or allow fewer calls";
}

std::string describe(const ConfigProblem& problem) {
  std::string out = problem.file;
  if (problem.line > 0) out += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  if (!problem.key.empty()) out += ": " + problem.key;
  return out + ": " + problem.message;
}

tl::expected<Config, std::vector<ConfigProblem>> parse_config(std::string_view text, const std::string& path,
                                                              const Environment& environment) {
  Findings findings;
  findings.environment = &environment;
  Config config;
  config.files.push_back(path);
  if (const auto table = parse(text, path, findings)) read_all(*table, path, config, findings);
  if (findings.problems.empty()) return config;
  std::stable_sort(findings.problems.begin(), findings.problems.end(), [](const auto& a, const auto& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  return tl::unexpected(std::move(findings.problems));
}

tl::expected<Config, std::vector<ConfigProblem>> load_config(const std::string& path, const Environment& environment) {
  const auto text = read_file(path);
  if (text) return parse_config(*text, path, environment);
  return tl::unexpected(std::vector<ConfigProblem>{
      {path, 0, 0, "", "cannot be read: copy examples/frontdesk.toml there and edit it, or name another file"}});
}

base::Result<business_hours::TimeZone> load_time_zone(std::string_view name, const std::string& directory) {
  const bool plain = !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos;
  const auto bytes = plain ? read_file(directory + "/" + std::string(name)) : std::nullopt;
  if (!bytes) {
    return base::fail(base::ErrorCode::not_found, "config",
                      "\"" + std::string(name) +
                          "\" is not a time zone known here: write an IANA name such as "
                          "\"Europe/London\", and install the package tzdata");
  }
  return business_hours::parse_tzif(name, *bytes);
}

Environment process_environment() {
  Environment out, usual;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    if (text.starts_with("FRONTDESK_") || text.substr(0, equals) == kDatabaseVariable)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
    if (text.starts_with("AWS_")) usual.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  if (const char* redis = std::getenv("REDIS_URL"); redis != nullptr) out.emplace("FRONTDESK_STORAGE_REDIS", redis);
  add_usual_variables(usual, out);
  return out;
}

}  // namespace frontdesk::config
