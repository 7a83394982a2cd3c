// The running receptionist: every part constructed, connected, and taken down in order.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/protect.hpp"
#include "config/config.hpp"

namespace frontdesk::app {

class Receptionist {
 public:
  struct Addresses {
    base::Endpoint sip;
    base::Endpoint http;
    std::optional<base::Endpoint> https;
  };

  /// Returns when it can take calls. Errors name the part and what to do: a port in use, a missing
  /// model file, a data folder that cannot be written.
  static base::Result<std::unique_ptr<Receptionist>> start(config::Config config, bool diagnostics);
  ~Receptionist();

  Addresses addresses() const;
  /// Takes a new configuration while calls go on: they keep the one they were answered with. Returns the keys whose
  /// values wait for the next start. After an error the old one is in force. Any thread but a shard's; takes seconds.
  base::Result<std::vector<std::string>> adopt(config::Config config);
  /// While nobody has an account: the token of a new link, which makes whoever opens /welcome#token=... the owner.
  std::optional<base::Secret> first_owner_token();
  std::size_t calls() const;  ///< going on now
  /// New callers get 503 from now on; calls go on for at most `limit`, then each gets BYE. Returns at once.
  void drain(base::Duration limit);
  /// Ends calls with a goodbye to their signalling, unregisters, writes what is queued. Bounded.
  void stop();

 private:
  struct Parts;
  explicit Receptionist(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace frontdesk::app
