#include "live/feed.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>

#include "cluster/in_process/in_process.hpp"
#include "live/tap.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;

access::Principal owner(std::string organisation = "org_a", std::string id = "user_1") {
  access::Principal principal;
  principal.organisation = std::move(organisation);
  principal.id = std::move(id);
  principal.role = access::Role::owner;
  return principal;
}

/// The end of a connection that a test reads whenever it likes.
struct Reader {
  std::shared_ptr<http::WebSocket> socket = std::make_shared<http::WebSocket>();
  std::vector<bj::object> messages;
  std::optional<std::uint16_t> closed;

  void read() {
    auto taken = socket->take();
    for (const auto& message : taken.messages) messages.push_back(bj::parse(message.data).as_object());
    if (taken.closing) closed = taken.closing->code;
  }
  /// False: it did not come within ten seconds.
  bool await(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      read();
      std::this_thread::yield();
    }
    return true;
  }
  bool await_type(std::string_view type) {
    return await([&] {
      return std::any_of(messages.begin(), messages.end(),
                         [&](const auto& each) { return each.at("type").as_string() == type; });
    });
  }
};

class Records final : public runtime::CallRecords {
 public:
  int calls = 0;
  void begin(runtime::CallBegun) override { ++calls; }
  void answered(runtime::CallNumber, base::UtcTime) override { ++calls; }
  void turn(runtime::TurnTaken) override { ++calls; }
  void journal(runtime::CallNumber, std::string) override { ++calls; }
  void recording_begins(runtime::CallNumber, std::uint64_t) override { ++calls; }
  void consent(runtime::CallNumber, runtime::ConsentNoted) override { ++calls; }
  void sound(runtime::CallNumber, audio::Pcm) override { ++calls; }
  void message(runtime::CallNumber, std::string, base::UtcTime) override { ++calls; }
  void close(runtime::CallClosed) override { ++calls; }
  void refused(runtime::CallRefused) override { ++calls; }
};

class FeedTest : public ::testing::Test {
 protected:
  FeedOptions options;
  std::unique_ptr<Feed> feed;
  Records records;
  std::unique_ptr<Tap> tap;

  FeedTest() { options.every = base::milliseconds(2); }
  void start() {
    feed = std::make_unique<Feed>(options);
    tap = std::make_unique<Tap>(records, "org_a", [this](Observation each) { feed->observe(std::move(each)); });
  }
  void begin(runtime::CallNumber number, const std::string& id) {
    runtime::CallBegun begun;
    begun.number = number;
    begun.id = id;
    begun.caller = base::Pii<std::string>("+447700900123");
    tap->begin(std::move(begun));
  }
  Feed::WatchId watch(Reader& reader, access::Principal who, bool everything = true, std::string cursor = {}) {
    return feed->watch({std::move(who), std::move(cursor), everything, reader.socket});
  }
};

TEST_F(FeedTest, ACallIsSeenByItsOrganisationAlone) {
  start();
  Reader ours, theirs;
  watch(ours, owner("org_a"));
  watch(theirs, owner("org_b"));
  ASSERT_TRUE(ours.await_type("live.snapshot"));
  ASSERT_TRUE(theirs.await_type("live.snapshot"));
  begin(7, "call_7");
  tap->answered(7, base::UtcTime{1});
  tap->saw(7, call::Event(call::SpeechStarted{}));
  tap->saw(7, call::Event(call::PartialTranscript{base::Pii<std::string>("what time")}));
  ASSERT_TRUE(ours.await_type("call.transcription"));
  tap->saw(7, call::Command(call::Synthesise{33, "At nine."}));
  tap->saw(7, call::Event(call::PlayoutStarted{33}));
  ASSERT_TRUE(ours.await_type("call.ai_response"));
  runtime::CallClosed closed;
  closed.number = 7;
  tap->close(closed);
  ASSERT_TRUE(ours.await_type("call.ended"));
  EXPECT_EQ(ours.messages.back().at("call_id").as_string(), "call_7");
  theirs.read();
  EXPECT_EQ(theirs.messages.size(), 1U);
  EXPECT_EQ(records.calls, 3) << "the records got theirs";
}

TEST_F(FeedTest, AWatcherThatDoesNotReadGetsTheNewestWhenItDoes) {
  start();
  Reader slow, quick;
  watch(slow, owner());
  watch(quick, owner());
  ASSERT_TRUE(quick.await_type("live.snapshot"));
  begin(1, "call_1");
  ASSERT_TRUE(quick.await_type("call.status_update"));
  for (int i = 0; i < 20'000; ++i)
    tap->saw(1, call::Event(call::PartialTranscript{base::Pii<std::string>("word " + std::to_string(i))}));
  tap->turn({1, {}, {}, {}, {}});
  ASSERT_TRUE(quick.await([&] {
    return !quick.messages.empty() && quick.messages.back().at("data").as_object().contains("final") &&
           quick.messages.back().at("data").at("final").as_bool();
  }));
  EXPECT_LE(slow.socket->waiting(), kLargestDelivery);
  ASSERT_TRUE(slow.await_type("call.transcription"));
  EXPECT_LE(slow.messages.size(), 5U);
}

TEST_F(FeedTest, AWatcherThatWasAwayResumes) {
  start();
  Reader first;
  const auto id = watch(first, owner());
  ASSERT_TRUE(first.await_type("live.snapshot"));
  begin(1, "call_1");
  ASSERT_TRUE(first.await_type("call.status_update"));
  feed->unwatch(id);
  const std::string cursor(first.messages.back().at("cursor").as_string());
  tap->answered(1, base::UtcTime{1});
  Reader again;
  watch(again, owner(), true, cursor);
  ASSERT_TRUE(again.await_type("call.connected"));
  EXPECT_EQ(again.messages.size(), 1U) << "no snapshot, and nothing twice";
}

TEST_F(FeedTest, OneCallIsFollowedAlone) {
  start();
  Reader reader;
  const auto id = watch(reader, owner(), false);
  begin(1, "call_1");
  begin(2, "call_2");
  feed->follow(id, "call_2");
  ASSERT_TRUE(reader.await_type("call.status_update"));
  for (const auto& message : reader.messages) EXPECT_EQ(message.at("call_id").as_string(), "call_2");
}

TEST_F(FeedTest, WhoIsSignedOutSeesNothingMore) {
  std::atomic<bool> welcome{true};
  options.ask_every = base::milliseconds(1);
  options.still_welcome = [&](const access::Principal&) { return welcome.load(); };
  start();
  Reader reader;
  watch(reader, owner());
  ASSERT_TRUE(reader.await_type("live.snapshot"));
  welcome = false;
  ASSERT_TRUE(reader.await([&] { return reader.closed.has_value(); }));
  EXPECT_EQ(*reader.closed, websocket::kPolicyViolation);
  EXPECT_EQ(feed->watches_of(owner()), 0);
}

TEST_F(FeedTest, AFloodCostsTheFeedAndNotTheCalls) {
  std::atomic<bool> running{true};
  options.every = base::milliseconds(300);  // so that the mailbox overflows in between
  options.running = [&](const std::string&) { return running.load(); };
  start();
  Reader reader;
  watch(reader, owner());
  ASSERT_TRUE(reader.await_type("live.snapshot"));
  begin(1, "call_1");
  ASSERT_TRUE(reader.await_type("call.status_update"));
  const auto started = std::chrono::steady_clock::now();
  std::size_t told = 0;
  while (feed->stats().lost == 0) {
    tap->saw(1, call::Event(call::SpeechStarted{}));
    ASSERT_LT(++told, 5'000'000U);
  }
  running = false;
  runtime::CallClosed closed;
  closed.number = 1;
  tap->close(closed);
  const auto took = std::chrono::steady_clock::now() - started;
  EXPECT_LT(took, std::chrono::seconds(10));
  EXPECT_TRUE(reader.await_type("call.ended")) << "told, or found out";
}

TEST_F(FeedTest, WatchersOfOneMachineSeeTheCallsOfAnother) {
  options.fan_out = std::make_shared<in_process::FanOut>();
  options.machine = "m1";
  options.tell_every = base::milliseconds(20);
  start();
  begin(1, "call_1");
  auto second = options;
  second.machine = "m2";
  Feed other(second);
  Reader reader;
  other.watch({owner(), {}, true, reader.socket});
  ASSERT_TRUE(reader.await([&] {
    return std::any_of(reader.messages.begin(), reader.messages.end(),
                       [](const auto& each) { return bj::serialize(each).find("call_1") != std::string::npos; });
  })) << "it began before the other machine was there";
  tap->answered(1, base::UtcTime{1});
  ASSERT_TRUE(reader.await_type("call.connected"));
  runtime::CallClosed closed;
  closed.number = 1;
  tap->close(closed);
  ASSERT_TRUE(reader.await_type("call.ended"));
}

TEST_F(FeedTest, StoppingDoesNotWaitForWatchers) {
  options.every = base::seconds(3600);
  start();
  Reader reader;
  watch(reader, owner());
  feed.reset();
}

}  // namespace
}  // namespace frontdesk::live
