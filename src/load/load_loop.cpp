#include "load/load_loop.hpp"

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "caller/ticker.hpp"

namespace frontdesk::load {
namespace {

using base::Duration;
using base::Instant;

constexpr std::uint64_t kPhases = 8;
constexpr Duration kStep = Duration(base::milliseconds(audio::kFrameMs)) / static_cast<std::int64_t>(kPhases);
constexpr Duration kBetweenLastByes = base::milliseconds(2);
/// After the end: to be answered, to be hung up, and for the BYE.
constexpr Duration kEndLimit = base::seconds(60);

}  // namespace

std::size_t LoadLoop::SourceHash::operator()(const base::Endpoint& source) const {
  std::size_t hash = source.port;
  for (const std::uint8_t byte : source.address) hash = hash * 1'099'511'628'211ULL ^ byte;
  return hash;
}

LoadLoop::LoadLoop(const Wiring& wiring) : wiring_(wiring), schedule_(wiring.options), hold_(hold_of(wiring.options)) {
  const std::size_t most = wiring.options.calls > 0 ? wiring.options.calls : kMaxCalls;
  calls_.resize(most);
  for (Slot slot = 0; slot < most; ++slot) free_.push_back(slot);
  for (const sip::Codec codec : wiring.options.codecs) sounds_.try_emplace(codec, codec, wiring.options.sound);
}

base::Status LoadLoop::run() {
  start_ = base::monotonic_now() + kStep;
  const auto ticker = caller::Ticker::start(start_, kStep);
  if (!ticker) return tl::unexpected(ticker.error());
  caller::ask_for_real_time();
  std::uint64_t number = 0;
  while (!ending_ || up_ > 0) {
    const std::uint64_t due_steps = ticker->wait();
    for (std::uint64_t i = 0; i < due_steps; ++i, ++number)
      step(number, start_ + kStep * static_cast<std::int64_t>(number), base::monotonic_now());
    if (base::monotonic_now() - start_ > wiring_.options.length + kEndLimit) break;
  }
  report_.length = base::monotonic_now() - start_;
  return {};
}

bool LoadLoop::stopped() const {
  return wiring_.options.stop != nullptr && wiring_.options.stop->load(std::memory_order_relaxed);
}

void LoadLoop::step(std::uint64_t number, Instant due, Instant now) {
  report_.lateness.add(now - due);
  handle_signalling(now);
  wiring_.ports.receive([this](const udp::Datagram& datagram) {
    const auto found = by_source_.find(datagram.from);
    if (found != by_source_.end()) calls_[found->second]->receive(datagram, report_);
  });
  if (!ending_ && (stopped() || schedule_.over(now - start_))) end_all(now);
  if (!ending_) place_calls(now);
  for (Slot slot = number % kPhases; slot < calls_.size(); slot += kPhases)
    if (calls_[slot]) serve(slot, now);
  wiring_.ports.flush();
}

void LoadLoop::end_all(Instant now) {
  ending_ = true;
  report_.stopped = !schedule_.over(now - start_);
  Instant at = now;
  for (const auto& call : calls_) {
    if (!call) continue;
    call->hang_up_by(at);
    at = at + kBetweenLastByes;
  }
}

void LoadLoop::place_calls(Instant now) {
  for (std::size_t due = std::min(schedule_.take(now - start_, up_), free_.size()); due > 0; --due) {
    const Slot slot = free_.front();
    free_.pop_front();
    dial(slot, now);
  }
}

void LoadLoop::dial(Slot slot, Instant now) {
  const LoadOptions& options = wiring_.options;
  ++report_.calls.placed;
  const auto dialog = wiring_.user_agent.invite({.target = wiring_.target,
                                                 .media = {.rtp = wiring_.ports.address(slot),
                                                           .allowed = options.codecs,
                                                           .srtp = options.srtp,
                                                           .offer_mux = true},
                                                 .from_user = options.from_user});
  if (!dialog) {
    ++report_.calls.failures["not placed: " + dialog.error().message];
    free_.push_back(slot);
    return;
  }
  calls_[slot] = std::make_unique<LoadCall>(*dialog, now, options.answer_limit);
  by_dialog_[*dialog] = slot;
  report_.calls.most_at_once = std::max<std::uint64_t>(report_.calls.most_at_once, ++up_);
}

void LoadLoop::on_media(Slot slot, const sip::NegotiatedMedia& media) {
  by_source_.erase(calls_[slot]->remote());
  const auto sound = sounds_.find(media.format.codec);
  if (sound == sounds_.end()) return;  // not offered: the call will be seen to have no media
  calls_[slot]->on_media(media, sound->second, base::random_u64());
  by_source_[media.remote] = slot;
}

void LoadLoop::handle_signalling(Instant now) {
  wiring_.signalling.drain(events_);
  for (const caller::SignallingEvent& event : events_) {
    const auto found = by_dialog_.find(event.dialog);
    if (found == by_dialog_.end()) continue;
    const Slot slot = found->second;
    if (const auto* media = std::get_if<sip::NegotiatedMedia>(&event.what)) on_media(slot, *media);
    if (std::holds_alternative<caller::CallEstablished>(event.what)) {
      calls_[slot]->on_established(event.at, hold_, report_);
      if (ending_) calls_[slot]->hang_up_by(now);
    }
    if (const auto* ended = std::get_if<sip::DialogEnded>(&event.what)) {
      calls_[slot]->on_ended(*ended, report_);
      forget(slot);
    }
  }
}

void LoadLoop::serve(Slot slot, Instant now) {
  LoadCall& call = *calls_[slot];
  if (call.given_up(now)) {
    call.on_ended({sip::EndCause::timeout}, report_);
    return forget(slot);
  }
  if (call.must_leave(now, report_)) {
    by_source_.erase(call.remote());
    // A dialog that a full queue keeps us from ending is left to the user agent's stop().
    if (!wiring_.user_agent.hang_up(call.dialog(), "load run")) {
      call.on_ended({sip::EndCause::timeout}, report_);
      return forget(slot);
    }
  }
  const std::size_t size = call.send(wiring_.ports.room(slot), report_);
  if (size > 0) wiring_.ports.add(slot, size, call.remote());
}

void LoadLoop::forget(Slot slot) {
  const auto source = by_source_.find(calls_[slot]->remote());
  if (source != by_source_.end() && source->second == slot) by_source_.erase(source);
  by_dialog_.erase(calls_[slot]->dialog());
  calls_[slot].reset();
  free_.push_back(slot);
  --up_;
}

LoadReport LoadLoop::take_report() {
  report_.packets.not_sent = wiring_.ports.not_sent();
  report_.packets.dropped_here = wiring_.ports.dropped();
  return std::move(report_);
}

}  // namespace frontdesk::load
