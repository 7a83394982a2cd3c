// SIGINT, SIGTERM and SIGHUP, as something to wait for.
#pragma once
#include "base/time.hpp"

namespace frontdesk::app {

enum class Signal { stop, reload };

/// Make it before any other thread: the signals are blocked for all that are made from then on. SIGPIPE is ignored.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Blocks until one of them comes; SIGHUP asks to reload.
  Signal wait() const;
  /// Whether one that asks to stop came within `limit`.
  bool wait_for(base::Duration limit) const;

 private:
  int descriptor_;
};

}  // namespace frontdesk::app
