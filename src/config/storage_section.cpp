#include "config/sections.hpp"

namespace frontdesk::config {

Storage read_storage(TableReader& reader, const Environment& environment) {
  Storage storage;
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
  reader.finish();
  return storage;
}

}  // namespace frontdesk::config
