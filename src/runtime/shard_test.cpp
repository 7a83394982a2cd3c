// A shard with real sockets and clock, and engines that answer at once: the whole way of a call from
// packets to records without models.
#include "runtime/shard.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <set>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "base/clock.hpp"
#include "conversation/conversation.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::runtime {
namespace {

using namespace std::chrono_literals;

const auto kLoopback = *base::parse_address("127.0.0.1");
constexpr sip::DialogId kSecondDialog = 77;

/// Speech is whatever is louder than -40 dBFS.
class LevelVad final : public speech::VoiceActivityDetector {
 public:
  base::Status open(speech::StreamId stream, speech::VadSink& sink) override {
    streams_[stream] = {&sink, {}, 0};
    return {};
  }
  void push(speech::StreamId stream, audio::PcmView pcm) override {
    auto& s = streams_.at(stream);
    s.pending.insert(s.pending.end(), pcm.begin(), pcm.end());
    while (s.pending.size() >= speech::kVadWindowSamples) {
      const audio::PcmView window(s.pending.data(), speech::kVadWindowSamples);
      s.sink->on_vad({stream, s.index++, audio::rms_dbfs(window) > -40 ? 0.95F : 0.01F});
      s.pending.erase(s.pending.begin(), s.pending.begin() + speech::kVadWindowSamples);
    }
  }
  void close(speech::StreamId stream) override { streams_.erase(stream); }

 private:
  struct Stream {
    speech::VadSink* sink;
    audio::Pcm pending;
    std::uint64_t index;
  };
  std::map<speech::StreamId, Stream> streams_;
};

class FixedStt final : public speech::SpeechToText {
 public:
  base::Status open(speech::StreamId, const speech::SttOptions&, speech::SttSink& sink) override {
    sink_ = &sink;
    return {};
  }
  void push(speech::StreamId, audio::PcmView) override {}
  void begin_utterance(speech::StreamId, std::uint64_t) override {}
  void finalize(speech::StreamId stream, base::RequestId request, std::uint64_t to) override {
    sink_->on_final({stream, request, base::Pii<std::string>("What time do you open?"), 0.9F, to, 1ms});
  }
  void end_utterance(speech::StreamId) override {}
  void close(speech::StreamId) override {}

 private:
  speech::SttSink* sink_ = nullptr;
};

class FixedChat final : public llm::ChatModel {
 public:
  void start(const llm::ChatRequest& request, llm::ChatSink& sink) override {
    sink.on_text(request.id, "We open at eight. ");
    llm::ChatOutcome outcome;
    outcome.tool_calls = {{"t1", "take_message", R"({"name":"Ann"})"}};
    sink.on_chat_done(request.id, outcome);
  }
  void cancel(base::RequestId) override {}
};

/// 300 ms of a tone for every text.
class ToneTts final : public speech::TextToSpeech {
 public:
  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink) override {
    audio::Pcm tone(2400);
    for (std::size_t i = 0; i < tone.size(); ++i)
      tone[i] = static_cast<audio::Sample>(8000 * std::sin(0.3 * static_cast<double>(i)));
    sink.on_audio(request.id, tone);
    sink.on_synthesis_done(request.id, 1ms);
  }
  void cancel(base::RequestId) override {}
};

class Collected final : public CallRecords, public LegControl {
 public:
  void begin(CallBegun) override {}
  void answered(CallNumber, base::UtcTime) override {}
  void turn(TurnTaken turn) override {
    const std::lock_guard lock(mutex);
    turns.push_back(std::move(turn));
    changed.notify_all();
  }
  void journal(CallNumber, std::string lines) override {
    const std::lock_guard lock(mutex);
    tape += lines;
  }
  void recording_begins(CallNumber, std::uint64_t before) override {
    const std::lock_guard lock(mutex);
    unrecorded = before;
  }
  void consent(CallNumber, ConsentNoted consent) override {
    const std::lock_guard lock(mutex);
    consents.push_back(std::move(consent));
  }
  void sound(CallNumber, audio::Pcm pcm) override {
    const std::lock_guard lock(mutex);
    samples += pcm.size() / 2;
  }
  void message(CallNumber, std::string arguments, base::UtcTime) override {
    const std::lock_guard lock(mutex);
    messages.push_back(std::move(arguments));
  }
  void close(CallClosed call) override {
    const std::lock_guard lock(mutex);
    closed.push_back(std::move(call));
    changed.notify_all();
  }
  void answer(sip::DialogId, sip::LocalMedia media) override {
    const std::lock_guard lock(mutex);
    answered_at = media.rtp;
    changed.notify_all();
  }
  void hang_up(sip::DialogId, const std::string&) override {
    const std::lock_guard lock(mutex);
    ++hang_ups;
  }
  base::Result<SecondLegPlaced> place(const SecondLegOrder& order) override {
    const std::lock_guard lock(mutex);
    ordered = order;
    auto socket = udp::RtpPorts(kLoopback, 35000, 39000).open();
    if (!socket) return tl::unexpected(socket.error());
    second_leg_at = socket->local();
    changed.notify_all();
    return SecondLegPlaced{kSecondDialog, std::move(*socket)};
  }
  base::Status refer(sip::DialogId, const SecondLegOrder& order, base::Duration) override {
    const std::lock_guard lock(mutex);
    ordered = order;
    changed.notify_all();
    return {};
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, condition);
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<TurnTaken> turns;
  std::vector<std::string> messages;
  std::vector<ConsentNoted> consents;
  std::uint64_t unrecorded = 0;
  std::vector<CallClosed> closed;
  std::string tape;
  std::size_t samples = 0;
  std::optional<base::Endpoint> answered_at;
  std::optional<base::Endpoint> second_leg_at;
  std::optional<SecondLegOrder> ordered;
  int hang_ups = 0;
};

/// The caller's end: sends 20 ms packets of a tone or of silence until told to stop.
class Peer {
 public:
  Peer() : socket_(*udp::RtpPorts(kLoopback, 30000, 34000).open()) {}
  base::Endpoint local() const { return socket_.local(); }
  std::size_t received() const { return received_; }

  void send(const base::Endpoint& to, base::Duration length, bool tone) {
    std::array<std::uint8_t, 172> packet{0x80, 8};
    const auto start = base::monotonic_now();
    for (auto sent = base::Duration{0}; sent < length; sent += 20ms) {
      for (std::size_t i = 0; i < 160; ++i)
        packet[12 + i] = audio::encode_g711(
            audio::G711Law::a, tone ? static_cast<audio::Sample>(9000 * std::sin(0.4 * static_cast<double>(i))) : 0);
      packet[2] = static_cast<std::uint8_t>(sequence_ >> 8);
      packet[3] = static_cast<std::uint8_t>(sequence_++);
      for (int b = 0; b < 4; ++b)
        packet[static_cast<std::size_t>(4 + b)] = static_cast<std::uint8_t>(timestamp_ >> (24 - 8 * b));
      timestamp_ += 160;
      socket_.send(packet, to);
      receive_until(start + sent + 20ms);
    }
  }

 private:
  void receive_until(base::Instant end) {
    for (auto left = end - base::monotonic_now(); left > 0ms; left = end - base::monotonic_now()) {
      pollfd waiting{socket_.descriptor(), POLLIN, 0};
      poll(&waiting, 1, static_cast<int>(base::to_ms(left)) + 1);
      std::array<std::uint8_t, 2048> in;
      base::Endpoint from;
      while (socket_.receive(in, from) > 0) ++received_;
    }
  }

  udp::Socket socket_;
  std::uint16_t sequence_ = 1;
  std::uint32_t timestamp_ = 1;
  std::size_t received_ = 0;
};

struct Bench {
  bool hide_keys = false;
  LevelVad vad;
  FixedStt stt;
  ToneTts tts;
  FixedChat chat;
  Collected out;
  Peer peer;
  std::unique_ptr<Shard> shard = std::make_unique<Shard>(Engines{vad, stt, tts, chat}, out, out);

  base::Endpoint start(CallNumber number) {
    conversation::ConversationSettings settings;
    settings.greeting = "Hello.";
    settings.recording.policy = conversation::RecordingPolicy::announce;
    settings.recording.hide_keys = hide_keys;
    settings.first_request = first_request(number);
    NewCall call;
    call.number = number;
    call.dialog = 7;
    call.activity = std::make_unique<conversation::Conversation>(settings);
    call.socket = *udp::RtpPorts(kLoopback, 35000, 39000).open();
    call.begun.number = number;
    EXPECT_TRUE(shard->post(std::move(call)));
    EXPECT_TRUE(out.wait([&] { return out.answered_at.has_value(); }));
    sip::NegotiatedMedia media;
    media.remote = peer.local();
    media.format = {sip::Codec::pcma, 8};
    EXPECT_TRUE(shard->post(MediaAgreed{number, media}));
    EXPECT_TRUE(shard->post(ForCall{number, call::LegEstablished{}}));
    return *out.answered_at;
  }
};

}  // namespace

TEST(Shard, HoldsAConversationAndRecordsIt) {
  Bench bench;
  const auto rtp = bench.start(5);
  bench.peer.send(rtp, 800ms, false);   // the greeting
  bench.peer.send(rtp, 600ms, true);    // a question
  bench.peer.send(rtp, 1200ms, false);  // the answer
  ASSERT_TRUE(bench.out.wait([&] { return bench.out.turns.size() >= 3; }));
  EXPECT_TRUE(bench.shard->post(ForCall{5, call::LegEnded{"the caller hung up"}}));
  ASSERT_TRUE(bench.out.wait([&] { return !bench.out.closed.empty(); }));

  const std::lock_guard lock(bench.out.mutex);
  EXPECT_EQ(bench.out.turns[0].turn.heard.expose(), "Hello. This call is recorded.");
  EXPECT_EQ(bench.out.turns[1].turn.text.expose(), "What time do you open?");
  EXPECT_EQ(bench.out.turns[2].turn.heard.expose(), "We open at eight.");
  ASSERT_TRUE(bench.out.turns[2].gap.has_value());
  EXPECT_GT(*bench.out.turns[2].gap, 150ms);
  EXPECT_LT(*bench.out.turns[2].gap, 1500ms);
  EXPECT_EQ(bench.out.messages, (std::vector<std::string>{R"({"name":"Ann"})"}));
  EXPECT_EQ(bench.out.closed[0].end_class, call::EndClass::caller_hung_up);
  EXPECT_TRUE(bench.out.closed[0].answered);
  EXPECT_GT(bench.out.samples, 8000U);
  ASSERT_EQ(bench.out.consents.size(), 1U);
  EXPECT_EQ(bench.out.consents[0].note.outcome, call::ConsentOutcome::announced);
  EXPECT_GE(bench.out.unrecorded, 4800U) << "two pieces of 300 ms were heard first";
  EXPECT_GT(bench.peer.received(), 80U);
  EXPECT_NE(bench.out.tape.find("end_call caller_hung_up"), std::string::npos);
}

TEST(Shard, KeepsNoneOfAThousandDigits) {
  Bench bench;
  bench.hide_keys = true;
  const auto rtp = bench.start(6);
  bench.peer.send(rtp, 900ms, false);  // the greeting
  for (int i = 0; i < 1000; ++i) {
    const char digit = static_cast<char>('0' + i * 7 % 10);
    EXPECT_TRUE(bench.shard->post(ForCall{6, call::DigitPressed{digit}}));
  }
  EXPECT_TRUE(bench.shard->post(ForCall{6, call::LegEnded{"the caller hung up"}}));
  ASSERT_TRUE(bench.out.wait([&] { return !bench.out.closed.empty(); }));
  const std::lock_guard lock(bench.out.mutex);
  int told = 0;
  int hidden = 0;
  for (std::size_t at = 0; (at = bench.out.tape.find("  digit ", at)) != std::string::npos; at += 8) {
    const char key = bench.out.tape[at + 8];
    told += key >= '0' && key <= '9' ? 1 : 0;
    hidden += key == call::kHiddenKey ? 1 : 0;
  }
  EXPECT_EQ(told, 0);
  EXPECT_EQ(hidden, 1000);
  EXPECT_NE(bench.out.tape.find("pause_recording"), std::string::npos);
}

TEST(Shard, PeopleHearBothDirectionsAndTheEnd) {
  Bench bench;
  const auto ears = std::make_shared<Ears>(kHeardWaiting, nullptr, 10);
  const auto rtp = bench.start(12);
  EXPECT_TRUE(bench.shard->post(Listen{12, ears}));
  bench.peer.send(rtp, 800ms, false);  // the greeting
  bench.peer.send(rtp, 600ms, true);   // a question
  bench.peer.send(rtp, 500ms, false);
  EXPECT_TRUE(bench.shard->post(ForCall{12, call::LegEnded{"the caller hung up"}}));
  ASSERT_TRUE(bench.out.wait([&] { return !bench.out.closed.empty(); }));
  EXPECT_TRUE(bench.shard->post(Listen{999, ears})) << "a call that is over";
  bench.shard.reset();
  std::vector<HeardSound> heard;
  ears->drain(heard);
  ASSERT_GT(heard.size(), 60U);
  double caller = -100, ours = -100;
  for (std::size_t i = 0; i + 2 < heard.size(); ++i) {
    EXPECT_EQ(heard[i].number, i);
    audio::Pcm left, right;
    for (std::size_t k = 0; k < heard[i].stereo.size(); k += 2) {
      left.push_back(heard[i].stereo[k]);
      right.push_back(heard[i].stereo[k + 1]);
    }
    caller = std::max(caller, audio::rms_dbfs(left));
    ours = std::max(ours, audio::rms_dbfs(right));
  }
  EXPECT_GT(caller, -20);
  EXPECT_GT(ours, -40);
  EXPECT_TRUE(heard[heard.size() - 2].over && heard[heard.size() - 2].call == 12);
  EXPECT_TRUE(heard.back().over && heard.back().call == 999);
}

TEST(Shard, WhoTakesOverAndIsGoneHasGivenTheCallBack) {
  Bench bench;
  const auto rtp = bench.start(13);
  bench.peer.send(rtp, 900ms, false);
  const auto voice = std::make_shared<OperatorVoice>("Priya");
  const auto second = std::make_shared<OperatorVoice>("Sam");
  EXPECT_TRUE(bench.shard->post(Speak{13, voice}));
  EXPECT_TRUE(bench.shard->post(Speak{13, second}));
  const auto nowhere = std::make_shared<OperatorVoice>("Ann");
  EXPECT_TRUE(bench.shard->post(Speak{999, nowhere}));
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(voice->sound.push(audio::Pcm(audio::kFrameSamples, 4000)));
  bench.peer.send(rtp, 1000ms, false);
  EXPECT_FALSE(voice->over);
  EXPECT_TRUE(second->over) << "one at a time";
  EXPECT_TRUE(nowhere->over);
  bench.peer.send(rtp, OperatorSpeech::kVoiceLost, false);
  EXPECT_TRUE(voice->over);
  EXPECT_TRUE(bench.shard->post(ForCall{13, call::LegEnded{"the caller hung up"}}));
  ASSERT_TRUE(bench.out.wait([&] { return !bench.out.closed.empty(); }));
  const std::lock_guard lock(bench.out.mutex);
  const auto taken = bench.out.tape.find("take_over"), given = bench.out.tape.find("give_back");
  ASSERT_NE(taken, std::string::npos);
  ASSERT_NE(given, std::string::npos);
  EXPECT_LT(taken, given);
  EXPECT_NE(bench.out.tape.find("play ", given), std::string::npos) << "she says that she is back";
}

TEST(Shard, DrainEndsEveryCallOnce) {
  Bench bench;
  const auto rtp = bench.start(9);
  bench.peer.send(rtp, 100ms, false);
  EXPECT_TRUE(bench.shard->post(Drain{"shutting down"}));
  ASSERT_TRUE(bench.out.wait([&] { return !bench.out.closed.empty(); }));
  bench.shard.reset();
  EXPECT_EQ(bench.out.closed.size(), 1U);
  EXPECT_EQ(bench.out.closed[0].end_class, call::EndClass::operator_ended);
  EXPECT_EQ(bench.out.hang_ups, 1);
}

TEST(Shard, EndsCallsLeftOverWhenItStops) {
  Bench bench;
  bench.start(11);
  bench.shard.reset();
  ASSERT_EQ(bench.out.closed.size(), 1U);
}

}  // namespace frontdesk::runtime
