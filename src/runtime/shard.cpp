#include "runtime/shard.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/clock.hpp"

namespace frontdesk::runtime {
namespace {

constexpr std::size_t kMailboxCapacity = 65536;
constexpr std::size_t kSignallingReserve = 16384;  // beyond what engines may fill
constexpr std::size_t kLatenessWindow = 400;       // two seconds of timer ticks
constexpr base::Duration kTimerPeriod = base::milliseconds(audio::kFrameMs / 4);
constexpr int kMaxReadyAtOnce = 256;
constexpr int kRealtimePriority = 10;
// epoll tags that are not call numbers, which stand for RTCP sockets
constexpr std::uint64_t kTimerTag = ~0ULL;
constexpr std::uint64_t kWakeTag = ~0ULL - 1;

void watch(int epoll, int descriptor, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = tag;
  epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void drain_counter(int descriptor) {
  std::uint64_t count = 0;
  while (read(descriptor, &count, sizeof count) > 0) {
  }
}

}  // namespace

/// What breaks inside a call costs that call, not the process.
template <class Work>
void Shard::guarded(CallHost& host, base::Instant now, Work work) {
  try {
    work();
  } catch (const std::exception& error) {
    host.fail(error.what(), now);
  }
  if (host.over()) finished_.push_back(host.number());
}

Shard::Shard(Engines engines, LegControl& legs, CallRecords& records, CallObserver* observer)
    : engines_(engines),
      legs_(legs),
      records_(records),
      observer_(observer),
      mailbox_(
          kMailboxCapacity,
          [this] {
            const std::uint64_t one = 1;
            [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
          },
          kSignallingReserve) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  wake_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  FRONTDESK_ASSERT(epoll_ >= 0 && timer_ >= 0 && wake_ >= 0);
  itimerspec period{};
  period.it_interval.tv_nsec = kTimerPeriod.count();
  period.it_value.tv_nsec = kTimerPeriod.count();
  next_tick_ = base::monotonic_now() + kTimerPeriod;
  timerfd_settime(timer_, 0, &period, nullptr);
  watch(epoll_, timer_, kTimerTag);
  watch(epoll_, wake_, kWakeTag);
  lateness_ms_.reserve(kLatenessWindow);
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "shard");
  sched_param priority{};
  priority.sched_priority = kRealtimePriority;
  pthread_setschedparam(thread_.native_handle(), SCHED_RR, &priority);  // needs CAP_SYS_NICE; goes on without
}

Shard::~Shard() {
  stopping_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);
  thread_.join();
  calls_.clear();
  close(epoll_);
  close(timer_);
  close(wake_);
}

bool Shard::post(ShardMessage message) {
  if (std::holds_alternative<NewCall>(message)) return mailbox_.push(std::move(message));
  return mailbox_.push_vital(std::move(message));
}

ShardStats Shard::stats() const {
  return {call_count_, late_p99_, late_max_, mailbox_.refused()};
}

void Shard::loop() {
  std::array<epoll_event, kMaxReadyAtOnce> ready{};
  while (!stopping_) {
    const int count = epoll_wait(epoll_, ready.data(), kMaxReadyAtOnce, -1);
    const auto now = base::monotonic_now();
    for (int i = 0; i < count; ++i) {
      const auto tag = ready[static_cast<std::size_t>(i)].data.u64;
      if (tag == kTimerTag)
        on_timer(now);
      else if (tag == kWakeTag)
        drain_counter(wake_);
      else if (auto* host = find(tag))
        guarded(*host, now, [&] { host->on_rtcp_datagrams(now); });
    }
    serve_mailbox(base::monotonic_now());
    remove_finished();
  }
  serve_mailbox(base::monotonic_now());  // how the last calls ended
}

void Shard::on_timer(base::Instant now) {
  std::uint64_t expirations = 0;
  if (read(timer_, &expirations, sizeof expirations) <= 0) return;
  // Once: a single stall, however long, is no reason to refuse calls; being late again and again is.
  record_lateness(now - next_tick_);
  for (; expirations > 0; --expirations) {
    next_tick_ = next_tick_ + kTimerPeriod;
    phase_now_ = (phase_now_ + 1) % kPhases;
    serve_phase(phase_now_, now);
  }
  serve_wakeups(now);
}

void Shard::serve_phase(int phase, base::Instant now) {
  const auto& hosts = phases_[static_cast<std::size_t>(phase)];
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (i + 2 < hosts.size()) hosts[i + 2]->prefetch(false);
    if (i + 1 < hosts.size()) hosts[i + 1]->prefetch(true);
    guarded(*hosts[i], now, [&] {
      hosts[i]->on_datagrams(batch_, now);
      hosts[i]->tick(now);
    });
  }
}

void Shard::serve_wakeups(base::Instant now) {
  for (const auto& phase : phases_)
    for (CallHost* host : phase)
      if (host->next_wakeup() <= now) guarded(*host, now, [&] { host->handle(call::Wakeup{}, now); });
}

void Shard::serve_mailbox(base::Instant now) {
  mailbox_.drain(inbox_);
  for (auto& message : inbox_) std::visit([&](auto& m) { on(m, now); }, message);
  inbox_.clear();
}

void Shard::remove_finished() {
  for (const CallNumber number : finished_) {
    CallHost* host = find(number);
    if (host == nullptr) continue;  // it was named twice
    std::erase(phases_[static_cast<std::size_t>(host->phase)], host);
    calls_.erase(number);
  }
  finished_.clear();
  call_count_ = calls_.size();
}

void Shard::record_lateness(base::Duration late) {
  lateness_ms_.push_back(base::to_seconds(late) * 1000);
  if (lateness_ms_.size() < kLatenessWindow) return;
  late_p99_ = meter::percentile(lateness_ms_, 99);
  late_max_ = *std::max_element(lateness_ms_.begin(), lateness_ms_.end());
  lateness_ms_.clear();
}

CallHost* Shard::find(CallNumber number) {
  const auto it = calls_.find(number);
  return it == calls_.end() ? nullptr : it->second.get();
}

// --- messages, on the shard's thread

void Shard::on(NewCall& message, base::Instant now) {
  const auto number = message.number;
  auto host = std::make_unique<CallHost>(
      std::move(message), CallSurroundings{engines_, legs_, records_, *this, *this, *this, *this, *this, observer_},
      now);
  auto* started = (calls_[number] = std::move(host)).get();
  const auto emptiest = std::min_element(phases_.begin(), phases_.end(),
                                         [](const auto& a, const auto& b) { return a.size() < b.size(); });
  emptiest->push_back(started);
  started->phase = static_cast<int>(emptiest - phases_.begin());
  guarded(*started, now, [&] { started->handle(call::LegOffered{}, now); });
}

void Shard::on(MediaAgreed& message, base::Instant now) {
  auto* host = find(message.call);
  if (host == nullptr) return;
  const int before = host->rtcp_descriptor();
  guarded(*host, now, [&] { host->on_media_agreed(message.media, now); });
  if (host->rtcp_descriptor() != before) watch(epoll_, host->rtcp_descriptor(), message.call);
}

void Shard::on(ForCall& message, base::Instant now) {
  if (auto* host = find(message.call)) guarded(*host, now, [&] { host->handle(std::move(message.event), now); });
}

void Shard::on(Order& message, base::Instant now) {
  OrderAnswer::Outcome outcome;
  auto* host = find(message.call);
  outcome.over = host == nullptr || host->over();
  if (!outcome.over) guarded(*host, now, [&] { outcome.refusal = host->on_order(std::move(message.event), now); });
  message.answer->give(std::move(outcome));
}

void Shard::on(SecondLegEvent& message, base::Instant now) {
  if (auto* host = find(message.call)) guarded(*host, now, [&] { host->on_second_leg(message, now); });
}

void Shard::on(InfoDigit& message, base::Instant now) {
  auto* host = find(message.call);
  if (host != nullptr) guarded(*host, now, [&] { host->on_digit(digits::Form::info, message.digit, now); });
}

void Shard::on(Listen& message, base::Instant) {
  if (auto* host = find(message.call))
    host->on_listen(std::move(message.ears));
  else if (message.ears)
    (void)message.ears->push_vital({message.call, 0, {}, true});
}

void Shard::on(Speak& message, base::Instant now) {
  auto* host = find(message.call);
  if (host == nullptr) return void(message.voice->over = true);
  guarded(*host, now, [&] { host->on_speak(std::move(message.voice), now); });
}

void Shard::on(MediaChanged& message, base::Instant) {
  if (auto* host = find(message.call)) host->on_media_changed(message.status);
}

void Shard::on(SpeechWindow& message, base::Instant now) {
  if (auto* host = find(message.window.stream)) guarded(*host, now, [&] { host->on_vad(message.window, now); });
}

void Shard::on(SynthesisedAudio& message, base::Instant now) {
  if (auto* host = find(call_of(message.piece))) guarded(*host, now, [&] { host->on_audio(message, now); });
}

void Shard::on(SynthesisDone& message, base::Instant now) {
  if (auto* host = find(call_of(message.piece))) guarded(*host, now, [&] { host->on_synthesis_done(message, now); });
}

void Shard::on(SynthesisFailed& message, base::Instant now) {
  if (auto* host = find(call_of(message.piece))) guarded(*host, now, [&] { host->on_synthesis_failed(message, now); });
}

void Shard::on(Drain& message, base::Instant now) {
  for (auto& [number, host] : calls_)
    guarded(*host, now, [&] { host->handle(call::HangUpRequested{message.reason}, now); });
}

// --- engine answers, on the engines' threads. A refused message is counted; the call's own deadlines
// cover for what is missing.

void Shard::deliver(ShardMessage message) {
  (void)mailbox_.push(std::move(message));
}

void Shard::on_vad(const speech::VadWindow& window) {
  deliver(SpeechWindow{window});
}

void Shard::on_partial(const speech::Transcript& transcript) {
  deliver(ForCall{transcript.stream, call::PartialTranscript{transcript.text}});
}

void Shard::on_final(const speech::Transcript& transcript) {
  deliver(ForCall{transcript.stream, call::FinalTranscript{transcript.request, transcript.text, transcript.confidence,
                                                           transcript.engine_time}});
}

void Shard::on_stt_failed(speech::StreamId stream, base::RequestId request, const base::Error& error) {
  deliver(ForCall{stream, call::TranscriptionFailed{request, error}});
}

void Shard::on_turn_end(speech::StreamId stream, base::RequestId request, float probability) {
  deliver(ForCall{stream, call::TurnEndPredicted{request, probability}});
}

void Shard::on_text(base::RequestId request, std::string delta) {
  deliver(ForCall{call_of(request), call::ChatText{request, std::move(delta)}});
}

void Shard::on_chat_done(base::RequestId request, llm::ChatOutcome outcome) {
  deliver(ForCall{call_of(request), call::ChatFinished{request, std::move(outcome)}});
}

void Shard::on_chat_failed(base::RequestId request, const base::Error& error) {
  deliver(ForCall{call_of(request), call::ChatFailed{request, error}});
}

void Shard::on_audio(base::RequestId request, audio::Pcm pcm) {
  deliver(SynthesisedAudio{request, std::move(pcm)});
}

void Shard::on_synthesis_done(base::RequestId request, base::Duration engine_time) {
  deliver(SynthesisDone{request, engine_time});
}

void Shard::on_synthesis_failed(base::RequestId request, const base::Error& error) {
  deliver(SynthesisFailed{request, error});
}

}  // namespace frontdesk::runtime
