#include "sip/resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace frontdesk::sip {
namespace {

constexpr std::size_t kMaxWaiting = 64;
constexpr std::size_t kMaxAddresses = 8;

std::vector<base::Endpoint> look_up(const std::string& host, std::uint16_t port, bool v6) {
  addrinfo hints{};
  hints.ai_family = v6 ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  std::vector<base::Endpoint> out;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return out;
  for (const addrinfo* info = found; info && out.size() < kMaxAddresses; info = info->ai_next) {
    base::Endpoint endpoint;
    endpoint.v6 = v6;
    endpoint.port = port;
    if (v6) {
      std::memcpy(endpoint.address.data(), &reinterpret_cast<const sockaddr_in6*>(info->ai_addr)->sin6_addr, 16);
    } else {
      std::memcpy(endpoint.address.data(), &reinterpret_cast<const sockaddr_in*>(info->ai_addr)->sin_addr, 4);
    }
    out.push_back(endpoint);
  }
  freeaddrinfo(found);
  return out;
}

}  // namespace

struct Resolver::State {
  struct Lookup {
    std::string host;
    std::uint16_t port;
    bool v6;
    OnResolved on_resolved;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Lookup> waiting;
  bool stopping = false;
};

Resolver::Resolver() : state_(std::make_shared<State>()) {
  // Detached: getaddrinfo cannot be interrupted, and stopping must not wait for a dead DNS server.
  std::thread([state = state_] { run(state); }).detach();
}

Resolver::~Resolver() {
  const std::lock_guard lock(state_->mutex);
  state_->stopping = true;
  state_->waiting.clear();
  state_->changed.notify_all();
}

bool Resolver::resolve(std::string host, std::uint16_t port, bool v6, OnResolved on_resolved) {
  if (const auto numeric = base::parse_address(host, port)) {
    if (numeric->v6 == v6) {
      on_resolved({*numeric});
    } else {
      on_resolved({});
    }
    return true;
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->waiting.size() >= kMaxWaiting) return false;
  state_->waiting.push_back({std::move(host), port, v6, std::move(on_resolved)});
  state_->changed.notify_one();
  return true;
}

void Resolver::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (!state->stopping) {
    if (state->waiting.empty()) {
      state->changed.wait(lock);
      continue;
    }
    const auto lookup = std::move(state->waiting.front());
    state->waiting.pop_front();
    lock.unlock();
    auto addresses = look_up(lookup.host, lookup.port, lookup.v6);
    lock.lock();
    // Under the lock, so that no callback runs once the destructor has returned.
    if (!state->stopping) lookup.on_resolved(std::move(addresses));
  }
}

}  // namespace frontdesk::sip
