// The latest state of each trunk, for the status page.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "sip/registration.hpp"

namespace frontdesk::app {

class TrunkBoard {
 public:
  struct Entry {
    sip::RegistrationStatus status;
    base::UtcTime changed_at;  ///< of the state
    base::Instant reported_at;
  };
  /// True if there is anything new but the time.
  bool set(const std::string& trunk, const sip::RegistrationStatus& status, base::Instant now, base::UtcTime wall) {
    const std::lock_guard lock(mutex_);
    const auto [known, added] = trunks_.try_emplace(trunk);
    auto& entry = known->second;
    const bool moved = added || entry.status.state != status.state;
    const bool changed = moved || entry.status.explanation != status.explanation;
    if (moved) entry.changed_at = wall;
    entry.status = status;
    entry.reported_at = now;
    return changed;
  }
  void remove(const std::string& trunk) {
    const std::lock_guard lock(mutex_);
    trunks_.erase(trunk);
  }
  std::map<std::string, Entry> all() const {
    const std::lock_guard lock(mutex_);
    return trunks_;
  }
  /// As the machines that register them wrote it down: "registered", "failed", ...
  void set_elsewhere(std::map<std::string, std::string> states) {
    const std::lock_guard lock(mutex_);
    elsewhere_ = std::move(states);
  }
  std::map<std::string, std::string> elsewhere() const {
    const std::lock_guard lock(mutex_);
    return elsewhere_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Entry> trunks_;
  std::map<std::string, std::string> elsewhere_;
};

}  // namespace frontdesk::app
