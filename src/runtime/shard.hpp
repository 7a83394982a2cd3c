// A shard: one thread that owns whole calls, their sockets and their 20 ms clock. A call never moves
// to another shard, so nothing inside a call needs a lock.
//
// The timer fires every 5 ms and serves a quarter of the calls each time, which spreads the packets
// of many calls over the 20 ms. A call's socket is read right before its tick, in one system call, and the
// kernel's stamps say when its packets came: nothing is gained by waking up for each of them. The thread asks for
// real-time scheduling and goes on without it.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mailbox.hpp"
#include "meter/distribution.hpp"
#include "runtime/call_host.hpp"
#include "runtime/shard_messages.hpp"

namespace frontdesk::runtime {

struct ShardStats {
  std::size_t calls = 0;
  double tick_late_p99_ms = 0;  ///< of the last 400 times the timer woke us
  double tick_late_max_ms = 0;
  std::uint64_t refused_messages = 0;
};

class Shard final : private speech::VadSink,
                    private speech::SttSink,
                    private speech::TurnDetectorSink,
                    private llm::ChatSink,
                    private speech::TtsSink {
 public:
  Shard(Engines engines, LegControl& legs, CallRecords& records, CallObserver* observer = nullptr);
  ~Shard() override;

  /// What signalling has to say, from any thread. False when the shard is swamped: for a new call when its mailbox is
  /// full, for what concerns a running call only when the reserve that engines cannot fill is full, too.
  [[nodiscard]] bool post(ShardMessage message);
  ShardStats stats() const;

 private:
  static constexpr int kPhases = 4;

  /// An engine's answer.
  void deliver(ShardMessage message);
  void loop();
  void on_timer(base::Instant now);
  void serve_phase(int phase, base::Instant now);
  void serve_wakeups(base::Instant now);
  void serve_mailbox(base::Instant now);
  void remove_finished();
  void record_lateness(base::Duration late);
  CallHost* find(CallNumber number);
  template <class Work>
  void guarded(CallHost& host, base::Instant now, Work work);

  void on(NewCall& message, base::Instant now);
  void on(MediaAgreed& message, base::Instant now);
  void on(ForCall& message, base::Instant now);
  void on(Order& message, base::Instant now);
  void on(SecondLegEvent& message, base::Instant now);
  void on(InfoDigit& message, base::Instant now);
  void on(Listen& message, base::Instant now);
  void on(Speak& message, base::Instant now);
  void on(MediaChanged& message, base::Instant now);
  void on(SpeechWindow& message, base::Instant now);
  void on(SynthesisedAudio& message, base::Instant now);
  void on(SynthesisDone& message, base::Instant now);
  void on(SynthesisFailed& message, base::Instant now);
  void on(Drain& message, base::Instant now);

  // Engine sinks: on the engines' threads.
  void on_vad(const speech::VadWindow& window) override;
  void on_partial(const speech::Transcript& transcript) override;
  void on_final(const speech::Transcript& transcript) override;
  void on_stt_failed(speech::StreamId stream, base::RequestId request, const base::Error& error) override;
  void on_turn_end(speech::StreamId stream, base::RequestId request, float probability) override;
  void on_text(base::RequestId request, std::string delta) override;
  void on_chat_done(base::RequestId request, llm::ChatOutcome outcome) override;
  void on_chat_failed(base::RequestId request, const base::Error& error) override;
  void on_audio(base::RequestId request, audio::Pcm pcm) override;
  void on_synthesis_done(base::RequestId request, base::Duration engine_time) override;
  void on_synthesis_failed(base::RequestId request, const base::Error& error) override;

  Engines engines_;
  LegControl& legs_;
  CallRecords& records_;
  CallObserver* const observer_;
  int epoll_ = -1;
  int timer_ = -1;
  int wake_ = -1;
  base::Mailbox<ShardMessage> mailbox_;
  std::vector<ShardMessage> inbox_;
  std::unordered_map<CallNumber, std::unique_ptr<CallHost>> calls_;
  std::array<std::vector<CallHost*>, kPhases> phases_;
  std::vector<CallNumber> finished_;
  udp::ReceiveBatch batch_;
  int phase_now_ = 0;
  base::Instant next_tick_{};
  std::vector<double> lateness_ms_;
  std::atomic<double> late_p99_{0};
  std::atomic<double> late_max_{0};
  std::atomic<std::size_t> call_count_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace frontdesk::runtime
