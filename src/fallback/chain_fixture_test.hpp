// What the tests of every chain share: time that the test moves, tries numbered from 1000, an error.
#pragma once
#include <gtest/gtest.h>

#include "fallback/ladder.hpp"
#include "fallback/manual_timer_test.hpp"

namespace frontdesk::fallback {

inline base::Error broken(base::ErrorCode code = base::ErrorCode::unavailable) {
  return {code, "fake", "broken", base::Retry::later, 0};
}

struct ChainFixture : testing::Test {
  ChainOptions options() {
    ChainOptions out;
    out.timer = &timer;
    out.new_id = [this] { return next_id++; };
    out.retry_after = [this](const base::Error&) { return retry_after; };
    return out;
  }
  template <class Chain>
  static std::uint64_t failures(const Chain& chain, std::size_t provider, Failure kind) {
    return chain.stats()[provider].failures[static_cast<std::size_t>(kind)];
  }

  ManualTimer timer;
  base::RequestId next_id = 1000;
  base::Duration retry_after{0};
};

}  // namespace frontdesk::fallback
