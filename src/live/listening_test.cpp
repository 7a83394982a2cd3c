#include "live/listening.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <set>

#include "audio/g711.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;
using Moment = ListeningOptions::Moment;

const auto kWide = *web_call::format_of("pcm16", 16'000);
const auto kNarrow = *web_call::format_of("pcm16", 8'000);

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

Listener somebody(std::string organisation = "org_a", std::string id = "user_1") {
  Listener listener;
  listener.who.organisation = std::move(organisation);
  listener.who.id = std::move(id);
  return listener;
}

class ListeningTest : public testing::Test {
 protected:
  std::mutex mutex;
  std::set<std::string> running{"call_1", "call_2"};
  std::map<runtime::CallNumber, std::shared_ptr<runtime::Ears>> ears;
  std::vector<std::string> notes;
  std::map<std::string, std::vector<std::string>> shown;
  bool database = true;
  bool here = true;
  std::unique_ptr<Listening> listening;

  ListeningTest() {
    ListeningOptions options;
    options.every = base::milliseconds(1);
    options.note_again = base::milliseconds(2);
    options.known = [this](const std::string& organisation, const std::string& call) {
      const std::lock_guard lock(mutex);
      return organisation == "org_a" && running.contains(call);
    };
    options.listen = [this](const std::string& call,
                            std::shared_ptr<runtime::Ears> to) -> std::optional<runtime::CallNumber> {
      const std::lock_guard lock(mutex);
      if (!here) return std::nullopt;
      const runtime::CallNumber number = call == "call_1" ? 1 : 2;
      ears[number] = std::move(to);
      return number;
    };
    options.note = [this](const Listener& who, const std::string& call, Moment moment) -> base::Status {
      const std::lock_guard lock(mutex);
      if (!database) return base::fail(base::ErrorCode::unavailable, "store", "the database is away");
      notes.push_back(who.who.id + (moment == Moment::began ? " + " : " - ") + call);
      return {};
    };
    options.show = [this](const std::string& call, std::vector<std::string> listeners) {
      const std::lock_guard lock(mutex);
      shown[call] = std::move(listeners);
    };
    listening = std::make_unique<Listening>(std::move(options));
  }
  ~ListeningTest() override { listening.reset(); }

  struct Client {
    std::shared_ptr<http::WebSocket> socket = std::make_shared<http::WebSocket>();
    std::vector<bj::object> texts;
    std::vector<std::string> frames;
    void read() {
      for (auto& message : socket->take().messages)
        if (message.kind == websocket::Kind::text)
          texts.push_back(bj::parse(message.data).as_object());
        else
          frames.push_back(std::move(message.data));
    }
    bool has(std::string_view type) const {
      return std::any_of(texts.begin(), texts.end(),
                         [&](const auto& each) { return each.at("type").as_string() == type; });
    }
  };

  /// False: it did not happen within ten seconds.
  template <class Condition>
  bool await(Client& client, Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      client.read();
      std::this_thread::yield();
    }
    return true;
  }
  bool await_type(Client& client, std::string_view type) {
    return await(client, [&] { return client.has(type); });
  }
  void sound(runtime::CallNumber call, std::uint32_t number, audio::Sample caller, audio::Sample ours) {
    audio::Pcm stereo;
    for (std::size_t i = 0; i < audio::kFrameSamples; ++i) {
      stereo.push_back(caller);
      stereo.push_back(ours);
    }
    std::shared_ptr<runtime::Ears> to;
    {
      const std::lock_guard lock(mutex);
      to = ears[call];
    }
    ASSERT_TRUE(to);
    (void)to->push({call, number, std::move(stereo), false});
  }
  std::vector<std::string> noted() {
    const std::lock_guard lock(mutex);
    return notes;
  }
};

TEST_F(ListeningTest, WhoListensHearsBothDirectionsAndIsWrittenDownAndShown) {
  Client client;
  const auto held = listening->begin(somebody(), "call_1", kNarrow, client.socket);
  ASSERT_TRUE(await_type(client, "call.listening"));
  EXPECT_EQ(client.texts[0].at("data").at("channels"), 2);
  EXPECT_EQ(noted(), std::vector<std::string>{"user_1 + call_1"}) << "before any sound";
  sound(1, 40, 1000, -2000);
  sound(1, 42, 1000, -2000);
  ASSERT_TRUE(await(client, [&] { return client.frames.size() == 2; }));
  ASSERT_EQ(client.frames[0].size(), 8U + 640U);
  EXPECT_EQ(big_endian(client.frames[0]), 0U);
  EXPECT_EQ(big_endian(client.frames[1]), 2U) << "one was dropped, and it shows";
  EXPECT_EQ(big_endian(std::string_view(client.frames[1]).substr(4)), 320U);
  const auto at = [&](std::size_t i) {
    return static_cast<std::int16_t>(static_cast<std::uint8_t>(client.frames[0][i]) |
                                     static_cast<std::uint8_t>(client.frames[0][i + 1]) << 8U);
  };
  EXPECT_EQ(at(8), 1000);
  EXPECT_EQ(at(10), -2000);
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(shown["call_1"], std::vector<std::string>{"user_1"});
  }
  listening->end(held);
  ASSERT_TRUE(await_type(client, "call.listen_end"));
  ASSERT_TRUE(await(client, [&] { return noted().size() == 2; }));
  EXPECT_EQ(noted()[1], "user_1 - call_1");
  EXPECT_TRUE(held->over);
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(shown["call_1"].empty());
  EXPECT_EQ(ears[1], nullptr) << "the call is told that nobody listens";
}

TEST_F(ListeningTest, AnotherOrganisationHearsNothingAndLearnsNothing) {
  Client ours, theirs;
  listening->begin(somebody("org_b", "user_9"), "call_1", kNarrow, theirs.socket);
  ASSERT_TRUE(await_type(theirs, "call.listen_end"));
  listening->begin(somebody(), "call_none", kNarrow, ours.socket);
  ASSERT_TRUE(await_type(ours, "call.listen_end"));
  EXPECT_EQ(theirs.texts[0].at("data"), ours.texts[0].at("data")) << "as of a call that is not there";
  EXPECT_TRUE(noted().empty());
  EXPECT_TRUE(ears.empty());
}

TEST_F(ListeningTest, NobodyListensUnwritten) {
  Client client;
  database = false;
  listening->begin(somebody(), "call_1", kNarrow, client.socket);
  ASSERT_TRUE(await_type(client, "call.listen_end"));
  EXPECT_FALSE(client.has("call.listening"));
  EXPECT_TRUE(ears.empty());
}

TEST_F(ListeningTest, AnEndIsWrittenDownWhenTheDatabaseIsBack) {
  Client client;
  const auto held = listening->begin(somebody(), "call_1", kNarrow, client.socket);
  ASSERT_TRUE(await_type(client, "call.listening"));
  {
    const std::lock_guard lock(mutex);
    database = false;
  }
  listening->end(held);
  ASSERT_TRUE(await_type(client, "call.listen_end"));
  EXPECT_EQ(noted().size(), 1U);
  {
    const std::lock_guard lock(mutex);
    database = true;
  }
  EXPECT_TRUE(await(client, [&] { return noted().size() == 2; }));
}

TEST_F(ListeningTest, ListenersOfACallAreBounded) {
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::shared_ptr<Listening::Held>> held;
  for (std::size_t i = 0; i < kListenersPerCall; ++i) {
    clients.push_back(std::make_unique<Client>());
    held.push_back(listening->begin(somebody(), "call_1", kNarrow, clients.back()->socket));
    ASSERT_TRUE(await_type(*clients.back(), "call.listening"));
  }
  Client late, elsewhere;
  listening->begin(somebody(), "call_1", kNarrow, late.socket);
  ASSERT_TRUE(await_type(late, "call.listen_end"));
  listening->begin(somebody(), "call_2", kNarrow, elsewhere.socket);
  ASSERT_TRUE(await_type(elsewhere, "call.listening"));
  listening->end(held[0]);
  ASSERT_TRUE(await_type(*clients[0], "call.listen_end"));
  Client next;
  listening->begin(somebody(), "call_1", kNarrow, next.socket);
  EXPECT_TRUE(await_type(next, "call.listening"));
  sound(1, 1, 5, 5);
  EXPECT_TRUE(await(next, [&] { return next.frames.size() == 1; }));
  elsewhere.read();
  EXPECT_TRUE(elsewhere.frames.empty()) << "it hears another call";
}

TEST_F(ListeningTest, TheCallsEndEndsIt) {
  Client client;
  const auto held = listening->begin(somebody(), "call_1", kNarrow, client.socket);
  ASSERT_TRUE(await_type(client, "call.listening"));
  ASSERT_TRUE(ears[1]->push_vital({1, 0, {}, true}));
  ASSERT_TRUE(await_type(client, "call.listen_end"));
  EXPECT_EQ(client.texts.back().at("data").at("reason"), "the call ended");
  EXPECT_TRUE(held->over);
  EXPECT_TRUE(await(client, [&] { return noted().size() == 2; }));
}

TEST_F(ListeningTest, ACallOfAnotherMachineCannotBeHeard) {
  Client client;
  here = false;
  listening->begin(somebody(), "call_1", kNarrow, client.socket);
  ASSERT_TRUE(await_type(client, "call.listen_end"));
  EXPECT_TRUE(await(client, [&] { return noted().size() == 2; })) << "begun and ended";
}

TEST_F(ListeningTest, WhoDoesNotReadLosesSoundAndNotTheConnection) {
  Client slow;
  listening->begin(somebody(), "call_1", kWide, slow.socket);
  ASSERT_TRUE(await_type(slow, "call.listening"));
  Client quick;
  listening->begin(somebody(), "call_1", kNarrow, quick.socket);
  ASSERT_TRUE(await_type(quick, "call.listening"));
  for (std::uint32_t i = 0; i < 2000; ++i) {
    sound(1, i, 7, 7);
    if (i % 100 != 99) continue;
    ASSERT_TRUE(await(quick, [&] { return quick.frames.size() == i + 1; }));
  }
  EXPECT_LE(slow.socket->waiting(), kMaxUnheard + 2000);
  slow.read();
  EXPECT_LT(slow.frames.size(), 200U);
  sound(1, 2000, 7, 7);
  const auto before = slow.frames.size();
  ASSERT_TRUE(await(slow, [&] { return slow.frames.size() > before; }));
  EXPECT_EQ(big_endian(slow.frames.back()), 2000U);
}

TEST_F(ListeningTest, StoppingWritesDownWhoStillListens) {
  Client client;
  listening->begin(somebody(), "call_1", kNarrow, client.socket);
  ASSERT_TRUE(await_type(client, "call.listening"));
  listening->stop();
  EXPECT_EQ(noted().back(), "user_1 - call_1");
}

TEST(StereoOutTest, ChannelsStayApartInEveryFormat) {
  audio::Pcm stereo;
  for (std::size_t i = 0; i < audio::kFrameSamples; ++i) {
    stereo.push_back(static_cast<audio::Sample>(i % 2 == 0 ? 8000 : -8000));
    stereo.push_back(0);
  }
  StereoOut mulaw(*web_call::format_of("mulaw", 8000));
  const auto bytes = mulaw.take(5, stereo);
  ASSERT_EQ(bytes.size(), 8U + 320U);
  for (std::size_t i = 8; i < bytes.size(); i += 2) {
    EXPECT_GT(std::abs(audio::decode_g711(audio::G711Law::mu, static_cast<std::uint8_t>(bytes[i]))), 7000);
    EXPECT_EQ(audio::decode_g711(audio::G711Law::mu, static_cast<std::uint8_t>(bytes[i + 1])), 0);
  }
  StereoOut wide(kWide);
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto frame = wide.take(i, stereo);
    EXPECT_EQ(big_endian(std::string_view(frame).substr(4)), 320 * i);
    total += frame.size() - 8;
    for (std::size_t k = 10; k + 1 < frame.size(); k += 4) EXPECT_EQ(frame[k] | frame[k + 1], 0);
  }
  EXPECT_NEAR(static_cast<double>(total), 50 * 1280, 320);
}

}  // namespace
}  // namespace frontdesk::live
