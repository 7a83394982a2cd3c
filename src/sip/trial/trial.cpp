#include "sip/trial/trial.hpp"

#include <pthread.h>
#include <signal.h>

#include "sip/trial/run.hpp"

namespace frontdesk::trial {

Trial::Trial(Order order, Sink& sink) : order_(std::move(order)), sink_(sink) {
  thread_ = std::thread([this] {
    // OpenSSL writes to sockets that the peer may have closed.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    Run(order_, sink_, cancelled_).all();
    finished_ = true;
  });
}

Trial::~Trial() {
  cancel();
  wait();
}

void Trial::wait() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace frontdesk::trial
