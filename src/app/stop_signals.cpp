#include "app/stop_signals.hpp"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/assert.hpp"

namespace frontdesk::app {

StopSignals::StopSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = signalfd(-1, &set, SFD_CLOEXEC);
  FRONTDESK_ASSERT(descriptor_ >= 0);
}

StopSignals::~StopSignals() {
  close(descriptor_);
}

void StopSignals::wait() const {
  signalfd_siginfo received{};
  while (read(descriptor_, &received, sizeof received) < 0) {
  }
}

}  // namespace frontdesk::app
