#include "config/sections.hpp"

namespace frontdesk::config {

Storage read_storage(TableReader& reader) {
  Storage storage;
  const auto redis = reader.text("redis").value_or("");
  if (!redis.empty() && !redis.starts_with("redis://") && !redis.starts_with("unix://"))
    reader.problem("redis", "must be an address such as redis://:password@host:6379/0 or unix:///run/redis/redis.sock");
  storage.redis = base::Secret(redis);
  reader.finish();
  return storage;
}

}  // namespace frontdesk::config
