#include "base/clock.hpp"
#include "outbound/engine.hpp"

namespace frontdesk::outbound {

std::unique_ptr<Connection> Pool::take(const std::string& origin, const address_guard::Policy& policy) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return nullptr;
  auto& idle = found->second.idle;
  for (auto at = idle.size(); at-- > 0;) {
    if (!address_guard::check(idle[at]->remote, policy)) continue;
    auto connection = std::move(idle[at]);
    idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(at));
    --idle_total_;
    if (!connection->stream->fit()) continue;
    ++found->second.in_use;
    connection->reused = true;
    return connection;
  }
  return nullptr;
}

bool Pool::reserve(const std::string& origin) {
  auto& host = hosts_[origin];
  if (host.in_use >= options_.per_host) return false;
  ++host.in_use;
  return true;
}

void Pool::release(const std::string& origin) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return;
  auto& host = found->second;
  --host.in_use;
  while (!host.waiting.empty()) {
    const auto waiter = host.waiting.front().lock();
    host.waiting.pop_front();
    if (waiter && waiter->cancel() > 0) break;  // not one whose deadline has just ended its wait
  }
  forget_if_empty(origin);
}

void Pool::keep(std::unique_ptr<Connection> connection) {
  auto& host = hosts_[connection->origin];
  const bool full = host.idle.size() >= static_cast<std::size_t>(options_.idle_per_host);
  if (full || idle_total_ >= options_.idle_total) return forget_if_empty(connection->origin);
  connection->idle_since = base::monotonic_now();
  host.idle.push_back(std::move(connection));
  ++idle_total_;
}

void Pool::wait(const std::string& origin, const std::shared_ptr<boost::asio::steady_timer>& waiter) {
  hosts_[origin].waiting.push_back(waiter);
}

void Pool::drop_idle(const std::string& origin) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return;
  idle_total_ -= static_cast<int>(found->second.idle.size());
  found->second.idle.clear();
  forget_if_empty(origin);
}

void Pool::sweep(base::Instant now) {
  for (auto at = hosts_.begin(); at != hosts_.end();) {
    auto& host = at->second;
    const auto gone = std::erase_if(host.idle, [&](const auto& connection) {
      return now - connection->idle_since > options_.idle_for || !connection->stream->fit();
    });
    idle_total_ -= static_cast<int>(gone);
    const bool empty = host.idle.empty() && host.in_use == 0 && host.waiting.empty();
    at = empty ? hosts_.erase(at) : std::next(at);
  }
}

void Pool::clear() {
  for (auto& [origin, host] : hosts_) host.idle.clear();
  idle_total_ = 0;
}

int Pool::present(const std::string& origin) const {
  const auto found = hosts_.find(origin);
  return found == hosts_.end() ? 0 : found->second.in_use + static_cast<int>(found->second.idle.size());
}

void Pool::forget_if_empty(const std::string& origin) {
  const auto found = hosts_.find(origin);
  if (found == hosts_.end()) return;
  const auto& host = found->second;
  if (host.idle.empty() && host.in_use == 0 && host.waiting.empty()) hosts_.erase(found);
}

}  // namespace frontdesk::outbound
