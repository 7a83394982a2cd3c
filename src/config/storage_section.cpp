#include <filesystem>

#include "config/sections.hpp"
#include "outbound/address_guard/url.hpp"

namespace frontdesk::config {
namespace {

constexpr std::int64_t kMostGigabytes = 1'000'000;
constexpr std::int64_t kMostHours = 24 * 36'500;

void read_endpoint(TableReader& reader, Storage& storage) {
  storage.s3_endpoint = reader.text("s3_endpoint").value_or("");
  storage.s3_path_style = !storage.s3_endpoint.empty();
  if (const auto style = reader.text("s3_style")) {
    storage.s3_path_style = *style == "path";
    if (*style != "path" && *style != "host") reader.problem("s3_style", "must be \"path\" or \"host\"");
  }
  if (storage.s3_endpoint.empty()) return;
  const auto url = address_guard::parse_url(storage.s3_endpoint);
  if (!url) {
    reader.problem("s3_endpoint", url.error().message + ": write one such as \"https://s3.example.com\"");
  } else if (url->target != "/") {
    reader.problem("s3_endpoint", "must have no path: write the bucket as s3_bucket = \"...\"");
  }
}

void read_servers(TableReader& reader, const Environment& environment, Storage& storage) {
  const bool written = reader.has("database");
  auto address = reader.text("database").value_or("");
  const auto given = environment.find(std::string(kDatabaseVariable));
  if (!written && given != environment.end()) address = given->second;
  // What is wrong with it is not quoted: it holds a password.
  if (!address.empty() && !address.starts_with("postgresql://") && !address.starts_with("postgres://"))
    reader.problem(
        "database",
        "(or DATABASE_URL) must be \"postgresql://user:password@host/name\", or empty for a file in the data "
        "folder");
  storage.database = base::Secret(std::move(address));
  const auto redis = reader.text("redis").value_or("");
  if (!redis.empty() && !redis.starts_with("redis://") && !redis.starts_with("unix://"))
    reader.problem("redis", "must be an address such as redis://:password@host:6379/0 or unix:///run/redis/redis.sock");
  storage.redis = base::Secret(redis);
}

}  // namespace

Storage read_storage(TableReader& reader, const Environment& environment) {
  Storage storage;
  read_servers(reader, environment, storage);
  storage.s3_bucket = reader.text("s3_bucket").value_or("");
  read_endpoint(reader, storage);
  storage.s3_region = reader.text("s3_region").value_or(storage.s3_region);
  storage.s3_access_key = reader.text("s3_access_key").value_or("");
  storage.s3_secret_key = base::Secret(reader.text("s3_secret_key").value_or(""));
  storage.s3_session_token = base::Secret(reader.text("s3_session_token").value_or(""));
  storage.s3_prefix = reader.text("s3_prefix").value_or("");
  storage.keep_local_hours =
      static_cast<int>(reader.integer("keep_local_hours", 0, kMostHours).value_or(storage.keep_local_hours));
  storage.spool_gb = static_cast<int>(reader.integer("spool_gb", 1, kMostGigabytes).value_or(storage.spool_gb));
  storage.keep_free_gb =
      static_cast<int>(reader.integer("keep_free_gb", 0, kMostGigabytes).value_or(storage.keep_free_gb));
  if (!storage.s3_prefix.empty() && (!storage.s3_prefix.ends_with('/') || storage.s3_prefix.starts_with('/')))
    reader.problem("s3_prefix", "must end in a slash and not begin with one, such as \"frontdesk/\"");
  if (storage.s3_bucket.empty()) {
    if (!storage.s3_endpoint.empty()) reader.problem("s3_bucket", "is missing: write the name of the bucket");
  } else {
    if (storage.s3_access_key.empty())
      reader.problem("s3_access_key", "is missing: set AWS_ACCESS_KEY_ID, or write s3_access_key = \"...\"");
    if (storage.s3_secret_key.empty())
      reader.problem("s3_secret_key", "is missing: set AWS_SECRET_ACCESS_KEY, or write s3_secret_key = \"...\"");
  }
  reader.finish();
  return storage;
}

Outbound read_outbound(TableReader& reader) {
  Outbound outbound;
  for (const std::string& text : reader.texts("allowed_private")) {
    if (const auto allowed = address_guard::parse_allowed(text)) {
      outbound.allowed_private.push_back(*allowed);
    } else {
      reader.problem("allowed_private", "\"" + text +
                                            "\" is not an address: write \"192.168.1.9\", \"192.168.1.9:9000\" or a "
                                            "block such as \"10.1.0.0/16\"");
    }
  }
  if (const auto file = reader.text("ca_file"); file && !file->empty())
    outbound.ca_file = (std::filesystem::path(reader.file()).parent_path() / *file).lexically_normal().string();
  reader.finish();
  return outbound;
}

}  // namespace frontdesk::config
