// What becomes of a search whose answers find no room in the queue.
#include "sip/locator.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "sip/test_peer.hpp"

namespace frontdesk::sip {
namespace {

struct NoFaults final : FaultSink {
  void on_fault(const char*) override { ++count; }
  int count = 0;
};

TEST(Locator, ASearchWhoseAnswerIsLostEndsAndMakesRoom) {
  int answers = 0;
  bool full = false, room_again = false;
  NoFaults faults;
  test::RecordingSink sink;
  ASSERT_TRUE(UserAgent::start(test::loopback_options(), sink)) << "initialises libre";
  std::thread signalling([&] {
    re_thread_init();
    {
      Resolver hosts;
      Locator locator(
          hosts, [](const auto&) { return false; }, {*base::parse_address("127.0.0.1", 9)}, false, faults,
          base::milliseconds(20));
      const auto on_located = [&](const std::vector<Hop>& hops) {
        EXPECT_TRUE(hops.empty());
        if (++answers < static_cast<int>(Locator::kMaxSearches)) return;
        room_again = locator.look_up({"other.localhost", 5060, Transport::udp}, [](const auto&) {});
        re_cancel();
      };
      for (std::size_t i = 0; i < Locator::kMaxSearches; ++i)
        EXPECT_TRUE(locator.look_up({"name.localhost", 5060, Transport::udp}, on_located));
      full = !locator.look_up({"name.localhost", 5060, Transport::udp}, on_located);
      Timer deadline(faults);
      deadline.start(base::seconds(5), [] { re_cancel(); });
      re_main(nullptr);
    }
    re_thread_close();
  });
  signalling.join();
  EXPECT_TRUE(full);
  EXPECT_EQ(answers, static_cast<int>(Locator::kMaxSearches));
  EXPECT_TRUE(room_again);
  EXPECT_EQ(faults.count, 0);
}

}  // namespace
}  // namespace frontdesk::sip
