// A mutex for what a real-time thread shares with others: whoever holds it runs at the priority of whoever waits for it
// (PTHREAD_PRIO_INHERIT). With a plain one, a shard could wait for a thread that the engines keep from running.
#pragma once
#include <pthread.h>

#include "base/assert.hpp"

namespace frontdesk::base {

/// Lockable: for std::lock_guard and std::unique_lock; with std::condition_variable_any.
class InheritingMutex {
 public:
  InheritingMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    const int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    FRONTDESK_ASSERT(error == 0);
  }
  ~InheritingMutex() { pthread_mutex_destroy(&mutex_); }
  InheritingMutex(const InheritingMutex&) = delete;
  InheritingMutex& operator=(const InheritingMutex&) = delete;

  void lock() { FRONTDESK_ASSERT(pthread_mutex_lock(&mutex_) == 0); }
  void unlock() { pthread_mutex_unlock(&mutex_); }
  bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace frontdesk::base
