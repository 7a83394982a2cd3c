#include "cluster/redis/stores.hpp"

#include <algorithm>

namespace frontdesk::redis {
namespace {

constexpr std::string_view kGroup = "workers";

// Each is one step to everybody else.
constexpr std::string_view kCount =
    "local n = redis.call('INCR', KEYS[1]) "
    "if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end "
    "return {n, redis.call('PTTL', KEYS[1])}";
constexpr std::string_view kAcquire =
    "if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end "
    "local fence = redis.call('INCR', KEYS[2]) "
    "redis.call('SET', KEYS[1], fence .. ':' .. ARGV[1], 'PX', ARGV[2]) "
    "return fence";
constexpr std::string_view kRenew =
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('PEXPIRE', KEYS[1], ARGV[2])";
constexpr std::string_view kRelease =
    "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('DEL', KEYS[1])";

std::string milliseconds(base::Duration duration) {
  return std::to_string(std::max<std::int64_t>(1, base::to_ms(duration)));
}

base::Status done_or_error(const base::Result<Reply>& reply) {
  if (!reply) return tl::unexpected(reply.error());
  return {};
}

base::Result<std::optional<std::string>> text_or_error(base::Result<Reply> reply) {
  if (!reply) return tl::unexpected(reply.error());
  if (reply->kind != Reply::Kind::text) return std::nullopt;
  return std::optional<std::string>(std::move(reply->text));
}

/// What a lease's key holds.
std::string value_of(const cluster::Lease& lease) {
  return std::to_string(lease.fence) + ":" + lease.holder;
}

/// Entries of a stream: [[id, [field, value]], ...]. Those that were deleted meanwhile are nothing.
void read_entries(const Reply& entries, bool again, std::vector<cluster::Jobs::Job>& out) {
  for (const auto& entry : entries.elements) {
    if (entry.elements.size() != 2 || entry.elements[1].elements.size() < 2) continue;
    out.push_back({entry.elements[0].text, entry.elements[1].elements[1].text, again});
  }
}

}  // namespace

std::string Keys::of(std::string_view kind, std::string_view name) const {
  return prefix_ + ":" + std::string(kind) + ":" + std::string(name);
}

// --- cache

base::Status Cache::put(std::string_view key, std::string_view value, base::Duration lives) {
  return done_or_error(client_->ask({"SET", keys_.of("cache", key), value, "PX", milliseconds(lives)}));
}

base::Result<std::optional<std::string>> Cache::get(std::string_view key) {
  return text_or_error(client_->ask({"GET", keys_.of("cache", key)}));
}

base::Result<std::optional<std::string>> Cache::take(std::string_view key) {
  return text_or_error(client_->ask({"GETDEL", keys_.of("cache", key)}));
}

base::Status Cache::forget(std::string_view key) {
  return done_or_error(client_->ask({"DEL", keys_.of("cache", key)}));
}

// --- counters

base::Result<Counters::Count> Counters::add(std::string_view key, base::Duration window) {
  const auto reply = client_->ask({"EVAL", kCount, "1", keys_.of("count", key), milliseconds(window)});
  if (!reply) return tl::unexpected(reply.error());
  if (reply->elements.size() != 2)
    return base::fail(base::ErrorCode::internal, "redis", "Redis counted in a way we do not know");
  return Count{reply->elements[0].integer, base::milliseconds(std::max<std::int64_t>(0, reply->elements[1].integer))};
}

base::Status Counters::reset(std::string_view key) {
  return done_or_error(client_->ask({"DEL", keys_.of("count", key)}));
}

// --- jobs

/// The group is made when it is missed: also after somebody emptied the Redis.
base::Result<Reply> Jobs::ask_in_group(const std::string& stream, const std::vector<std::string_view>& command) {
  auto reply = client_->ask(command);
  if (reply || reply.error().message.find("NOGROUP") == std::string::npos) return reply;
  (void)client_->ask({"XGROUP", "CREATE", stream, kGroup, "0", "MKSTREAM"});
  return client_->ask(command);
}

base::Status Jobs::add(std::string_view queue, std::string_view payload) {
  return done_or_error(client_->ask({"XADD", keys_.of("jobs", queue), "*", "payload", payload}));
}

base::Result<std::vector<Jobs::Job>> Jobs::take(std::string_view queue, std::string_view worker, int most,
                                                base::Duration patience) {
  const auto stream = keys_.of("jobs", queue);
  std::vector<Job> jobs;
  const auto count = std::to_string(most);
  const auto claimed =
      ask_in_group(stream, {"XAUTOCLAIM", stream, kGroup, worker, milliseconds(patience), "0-0", "COUNT", count});
  if (!claimed) return tl::unexpected(claimed.error());
  if (claimed->elements.size() >= 2) read_entries(claimed->elements[1], true, jobs);
  const auto left = most - static_cast<int>(jobs.size());
  if (left <= 0) return jobs;
  const auto fresh = ask_in_group(
      stream, {"XREADGROUP", "GROUP", kGroup, worker, "COUNT", std::to_string(left), "STREAMS", stream, ">"});
  if (!fresh) return tl::unexpected(fresh.error());
  for (const auto& each : fresh->elements)
    if (each.elements.size() == 2) read_entries(each.elements[1], false, jobs);
  return jobs;
}

base::Status Jobs::done(std::string_view queue, const std::string& id) {
  const auto stream = keys_.of("jobs", queue);
  if (const auto acknowledged = client_->ask({"XACK", stream, kGroup, id}); !acknowledged)
    return tl::unexpected(acknowledged.error());
  return done_or_error(client_->ask({"XDEL", stream, id}));
}

// --- leases

base::Result<std::optional<cluster::Lease>> Leases::acquire(std::string_view name, std::string_view holder,
                                                            base::Duration lives) {
  const auto reply = client_->ask(
      {"EVAL", kAcquire, "2", keys_.of("lease", name), keys_.of("fence", name), holder, milliseconds(lives)});
  if (!reply) return tl::unexpected(reply.error());
  if (reply->integer == 0) return std::nullopt;
  return cluster::Lease{std::string(name), std::string(holder), static_cast<std::uint64_t>(reply->integer)};
}

base::Result<bool> Leases::renew(const cluster::Lease& lease, base::Duration lives) {
  const auto reply =
      client_->ask({"EVAL", kRenew, "1", keys_.of("lease", lease.name), value_of(lease), milliseconds(lives)});
  if (!reply) return tl::unexpected(reply.error());
  return reply->integer == 1;
}

base::Status Leases::release(const cluster::Lease& lease) {
  return done_or_error(client_->ask({"EVAL", kRelease, "1", keys_.of("lease", lease.name), value_of(lease)}));
}

}  // namespace frontdesk::redis
