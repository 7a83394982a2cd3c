#include "caller/media_loop.hpp"

#include <exception>

#include "base/clock.hpp"
#include "caller/ticker.hpp"
#include "rtp/dtls/identity.hpp"

namespace frontdesk::caller {
namespace {

using base::Duration;
using base::Instant;

constexpr Duration kStep = base::milliseconds(5);
constexpr std::uint64_t kPhases = 4;

}  // namespace

MediaLoop::MediaLoop(const Wiring& wiring, std::vector<Leg> legs)
    : wiring_(wiring), legs_(std::move(legs)), dialogs_(legs_.size()) {}

base::Status MediaLoop::run() try {
  start_ = base::monotonic_now() + kStep;
  const auto ticker = Ticker::start(start_, kStep);
  if (!ticker) return tl::unexpected(ticker.error());
  ask_for_real_time();
  std::uint64_t number = 0;
  while (!all_over()) {
    const std::uint64_t due = ticker->wait();
    handle_signalling(base::monotonic_now());
    for (std::uint64_t i = 0; i < due; ++i) step(number++, base::monotonic_now());
  }
  return {};
} catch (const std::exception& error) {
  return base::fail(base::ErrorCode::internal, "caller", std::string("the test caller failed: ") + error.what());
}

bool MediaLoop::all_over() const {
  return std::all_of(legs_.begin(), legs_.end(), [](const Leg& leg) { return leg.over(); });
}

void MediaLoop::dial(std::size_t call, Instant now) {
  Leg& leg = legs_[call];
  leg.on_dialling(now);
  const CallOptions& options = wiring_.material.options;
  sip::LocalMedia media{.rtp = leg.rtp(),
                        .allowed = options.codecs,
                        .srtp = options.srtp,
                        .ptime_ms = options.packet_ms,
                        .telephone_events = wiring_.material.plan.telephone_events,
                        .offer_mux = true};
  if (options.dtls) {
    const auto& identity = dtls::Identity::of_process();
    if (!identity) return leg.on_dial_failed(identity.error());
    media.certificate = (*identity)->fingerprint();
    media.offer_dtls = true;
  }
  auto dialog =
      wiring_.user_agent.invite({.target = wiring_.target, .media = std::move(media), .from_user = options.from_user});
  if (!dialog) return leg.on_dial_failed(dialog.error());
  dialogs_[call] = *dialog;
  calls_[*dialog] = call;
}

void MediaLoop::handle_signalling(Instant now) {
  wiring_.signalling.drain(events_);
  for (const SignallingEvent& event : events_) {
    const auto found = calls_.find(event.dialog);
    if (found == calls_.end()) continue;
    Leg& leg = legs_[found->second];
    if (const auto* media = std::get_if<sip::NegotiatedMedia>(&event.what)) leg.on_media(*media, now);
    if (std::holds_alternative<CallEstablished>(event.what)) leg.on_established(event.at);
    if (const auto* ended = std::get_if<sip::DialogEnded>(&event.what)) leg.on_ended(*ended);
  }
}

void MediaLoop::step(std::uint64_t number, Instant now) {
  const Instant due = start_ + kStep * static_cast<std::int64_t>(number);
  const bool stopped = wiring_.stop != nullptr && wiring_.stop->load(std::memory_order_relaxed);
  for (std::size_t call = number % kPhases; call < legs_.size(); call += kPhases) {
    const bool may_dial = due >= start_ + kInviteSpacing * static_cast<std::int64_t>(call);
    if (stopped)
      legs_[call].stop("stopped");
    else if (dialogs_[call] == 0 && may_dial && !legs_[call].over())
      dial(call, now);
    tick_leg(call, due, now);
  }
}

void MediaLoop::tick_leg(std::size_t call, Instant due, Instant now) {
  Leg& leg = legs_[call];
  if (leg.over()) return;
  spoken_.clear();
  leg.tick(due, now, batch_, spoken_);
  for (SpokenEvent& event : spoken_) wiring_.on_spoken(std::move(event));
  if (auto digits = leg.take_info_digits(); !digits.empty())
    (void)wiring_.user_agent.send_digits(dialogs_[call], std::move(digits));
  if (!leg.take_hang_up_request()) return;
  // A dialog that a full queue keeps us from ending is left to the user agent's stop().
  if (dialogs_[call] == 0 || !wiring_.user_agent.hang_up(dialogs_[call], "test call finished"))
    leg.on_ended({sip::EndCause::local_hangup});
}

std::vector<CallLog> MediaLoop::take_logs() {
  std::vector<CallLog> logs;
  for (Leg& leg : legs_) logs.push_back(leg.take_log());
  return logs;
}

}  // namespace frontdesk::caller
