#include "base/entropy.hpp"

#include <sys/random.h>

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"

namespace frontdesk::base {

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  const auto got = getrandom(&value, sizeof value, 0);
  FRONTDESK_ASSERT(got == static_cast<ssize_t>(sizeof value));
  return value;
}

std::string new_id(std::string_view prefix) {
  return make_id(prefix, wall_now(), random_u64(), random_u64());
}

}  // namespace frontdesk::base
