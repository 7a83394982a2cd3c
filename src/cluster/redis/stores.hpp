// Cache, counters, jobs and leases over Redis. All keys begin with the prefix, so that several installations can share
// one Redis.
#pragma once
#include <memory>

#include "cluster/ports.hpp"
#include "cluster/redis/client.hpp"

namespace frontdesk::redis {

class Keys {
 public:
  explicit Keys(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string of(std::string_view kind, std::string_view name) const;

 private:
  std::string prefix_;
};

class Cache final : public cluster::Cache {
 public:
  Cache(std::shared_ptr<Client> client, Keys keys) : client_(std::move(client)), keys_(std::move(keys)) {}
  base::Status put(std::string_view key, std::string_view value, base::Duration lives) override;
  base::Result<std::optional<std::string>> get(std::string_view key) override;
  base::Result<std::optional<std::string>> take(std::string_view key) override;
  base::Status forget(std::string_view key) override;

 private:
  std::shared_ptr<Client> client_;
  Keys keys_;
};

class Counters final : public cluster::Counters {
 public:
  Counters(std::shared_ptr<Client> client, Keys keys) : client_(std::move(client)), keys_(std::move(keys)) {}
  base::Result<Count> add(std::string_view key, base::Duration window) override;
  base::Status reset(std::string_view key) override;

 private:
  std::shared_ptr<Client> client_;
  Keys keys_;
};

/// A stream with one consumer group.
class Jobs final : public cluster::Jobs {
 public:
  Jobs(std::shared_ptr<Client> client, Keys keys) : client_(std::move(client)), keys_(std::move(keys)) {}
  base::Status add(std::string_view queue, std::string_view payload) override;
  base::Result<std::vector<Job>> take(std::string_view queue, std::string_view worker, int most,
                                      base::Duration patience) override;
  base::Status done(std::string_view queue, const std::string& id) override;

 private:
  base::Result<Reply> ask_in_group(const std::string& stream, const std::vector<std::string_view>& command);

  std::shared_ptr<Client> client_;
  Keys keys_;
};

class Leases final : public cluster::Leases {
 public:
  Leases(std::shared_ptr<Client> client, Keys keys) : client_(std::move(client)), keys_(std::move(keys)) {}
  base::Result<std::optional<cluster::Lease>> acquire(std::string_view name, std::string_view holder,
                                                      base::Duration lives) override;
  base::Result<bool> renew(const cluster::Lease& lease, base::Duration lives) override;
  base::Status release(const cluster::Lease& lease) override;

 private:
  std::shared_ptr<Client> client_;
  Keys keys_;
};

}  // namespace frontdesk::redis
