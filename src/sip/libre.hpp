// Private to this module: libre's headers and the few wrappers that make its reference counting,
// strings, addresses and timers safe to hold in C++. Signalling thread only.
#pragma once
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

extern "C" {
#include <re.h>
}

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "sip/boundary.hpp"

namespace frontdesk::sip {

/// Owns one reference of an object made by libre.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { mem_deref(object_); }

  T* get() const { return object_; }
  /// For libre's out parameters; drops what was held.
  T** out() {
    reset();
    return &object_;
  }
  void reset() { object_ = static_cast<T*>(mem_deref(object_)); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

/// A further reference to a message that libre only lends.
inline Ref<sip_msg> keep(const sip_msg* message) {
  return Ref<sip_msg>(static_cast<sip_msg*>(mem_ref(const_cast<sip_msg*>(message))));
}

inline std::string_view view(const pl& text) {
  return text.p ? std::string_view(text.p, text.l) : std::string_view();
}

base::Endpoint endpoint_from(const sa& address);
sa address_from(const base::Endpoint& endpoint);

/// Turns off Nagle's algorithm on the connection of a TCP message: 180 and 200 follow each other.
void send_at_once(const sip_msg* message);

/// Calls `take(header)` for the headers of a kind until it returns true. What it throws leaves through here and not
/// through libre's frames.
template <class Take>
void each_header(const sip_msg* message, bool from_the_first, sip_hdrid id, Take&& take) {
  struct Walk {
    Take& take;
    std::exception_ptr thrown;
  } walk{take, nullptr};
  sip_msg_hdr_apply(
      message, from_the_first, id,
      [](const sip_hdr* header, const sip_msg*, void* arg) {
        auto& self = *static_cast<Walk*>(arg);
        try {
          return self.take(*header);
        } catch (...) {
          self.thrown = std::current_exception();
          return true;
        }
      },
      &walk);
  if (walk.thrown) std::rethrow_exception(walk.thrown);
}

class Timer {
 public:
  /// `faults` is told what an action throws, and must outlive that action.
  explicit Timer(FaultSink& faults) : faults_(faults) { tmr_init(&timer_); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { tmr_cancel(&timer_); }

  /// Replaces a running one. `action` may destroy the timer's owner.
  void start(base::Duration delay, std::function<void()> action);
  void cancel() { tmr_cancel(&timer_); }

 private:
  tmr timer_{};
  std::function<void()> action_;
  FaultSink& faults_;
};

}  // namespace frontdesk::sip
