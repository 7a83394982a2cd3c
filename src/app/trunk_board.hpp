// The latest state of each trunk, for the status page.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "sip/registration.hpp"

namespace frontdesk::app {

class TrunkBoard {
 public:
  /// True if there is anything new but the time.
  bool set(const std::string& trunk, const sip::RegistrationStatus& status) {
    const std::lock_guard lock(mutex_);
    auto& known = trunks_[trunk];
    const bool changed = known.state != status.state || known.explanation != status.explanation;
    known = status;
    return changed;
  }
  std::map<std::string, sip::RegistrationStatus> all() const {
    const std::lock_guard lock(mutex_);
    return trunks_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, sip::RegistrationStatus> trunks_;
};

}  // namespace frontdesk::app
