#include "app/shared_state.hpp"

#include "cluster/in_process/in_process.hpp"
#include "cluster/redis/fan_out.hpp"
#include "cluster/redis/stores.hpp"

namespace frontdesk::app {
namespace {

constexpr const char* kPrefix = "frontdesk";

}  // namespace

base::Result<SharedState> shared_state(const config::Storage& storage) {
  if (storage.redis.empty())
    return SharedState{std::make_shared<in_process::Cache>(),  std::make_shared<in_process::Counters>(),
                       std::make_shared<in_process::FanOut>(), std::make_shared<in_process::Jobs>(),
                       std::make_shared<in_process::Leases>(), false};
  const auto address = redis::parse_address(storage.redis.expose());
  if (!address) return tl::unexpected(address.error());
  const auto client = std::make_shared<redis::Client>(*address);
  const redis::Keys keys(kPrefix);
  return SharedState{
      std::make_shared<redis::Cache>(client, keys),       std::make_shared<redis::Counters>(client, keys),
      std::make_shared<redis::FanOut>(*address, kPrefix), std::make_shared<redis::Jobs>(client, keys),
      std::make_shared<redis::Leases>(client, keys),      true};
}

}  // namespace frontdesk::app
