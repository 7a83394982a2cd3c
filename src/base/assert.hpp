// Programmer errors. FRONTDESK_ASSERT stays on in release builds and throws, so that a broken
// invariant ends one call (its host catches it, apologises, saves the journal) and not the process.
#pragma once
#include <stdexcept>
#include <string>

namespace frontdesk::base {

struct InvariantViolation : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void violated(const char* condition, const char* file, int line) {
  throw InvariantViolation(std::string(file) + ":" + std::to_string(line) + ": " + condition);
}

}  // namespace frontdesk::base

#define FRONTDESK_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::frontdesk::base::violated(#condition, __FILE__, __LINE__))
