// Private: where libre's C code calls us. No exception may pass through its frames: it is caught here, and costs the
// one call it happened in.
#pragma once
#include <exception>
#include <utility>

namespace frontdesk::sip {

/// Whose work it was.
class FaultSink {
 public:
  /// Counts the fault and puts right what was left undone: a call is ended.
  virtual void on_fault(const char* what) = 0;

 protected:
  ~FaultSink() = default;
};

/// Runs `work`; `recover(what)` if it throws. What `recover` throws is dropped: then memory is gone altogether, and the
/// deadlines of whoever asked are what is left.
template <class Work, class Recover>
void contain(Work&& work, Recover&& recover) noexcept {
  const auto attempt = [&recover](const char* what) {
    try {
      recover(what);
    } catch (...) {
    }
  };
  try {
    std::forward<Work>(work)();
  } catch (const std::exception& error) {
    attempt(error.what());
  } catch (...) {
    attempt("an unknown exception");
  }
}

template <class Work>
void at_boundary(FaultSink& faults, Work&& work) noexcept {
  contain(std::forward<Work>(work), [&faults](const char* what) { faults.on_fault(what); });
}

}  // namespace frontdesk::sip
