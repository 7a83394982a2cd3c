#include "app/stop_signals.hpp"

#include <poll.h>
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
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = signalfd(-1, &set, SFD_CLOEXEC);
  FRONTDESK_ASSERT(descriptor_ >= 0);
}

StopSignals::~StopSignals() {
  close(descriptor_);
}

Signal StopSignals::wait() const {
  signalfd_siginfo received{};
  while (read(descriptor_, &received, sizeof received) < 0) {
  }
  return received.ssi_signo == SIGHUP ? Signal::reload : Signal::stop;
}

bool StopSignals::wait_for(base::Duration limit) const {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (poll(&waiting, 1, static_cast<int>(base::to_ms(limit))) <= 0) return false;
  return wait() == Signal::stop;
}

}  // namespace frontdesk::app
