// Private: host names to addresses by getaddrinfo(3) on a thread of its own, because it blocks.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.hpp"

namespace frontdesk::sip {

class Resolver {
 public:
  /// Called on the resolver's thread; empty if the name does not resolve.
  using OnResolved = std::function<void(std::vector<base::Endpoint>)>;

  Resolver();
  ~Resolver();  ///< does not wait for a lookup under way; no callback follows
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// False if too many lookups are waiting.
  bool resolve(std::string host, std::uint16_t port, bool v6, OnResolved on_resolved);

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace frontdesk::sip
