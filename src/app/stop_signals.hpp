// SIGINT and SIGTERM, as something to wait for.
#pragma once
#include "base/time.hpp"

namespace frontdesk::app {

/// Make it before any other thread: the signals are blocked for all that are made from then on. SIGPIPE is ignored.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Blocks until one of them comes.
  void wait() const;
  /// Whether one came within `limit`.
  bool wait_for(base::Duration limit) const;

 private:
  int descriptor_;
};

}  // namespace frontdesk::app
