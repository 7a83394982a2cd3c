#include "runtime/switchboard.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::runtime {
namespace {

constexpr int kServiceUnavailable = 503;
constexpr int kRetryAfterSeconds = 20;

std::string describe(const sip::DialogEnded& ended) {
  switch (ended.cause) {
    case sip::EndCause::cancelled:
      return "the caller gave up before the answer";
    case sip::EndCause::remote_hangup:
      return "the caller hung up";
    case sip::EndCause::no_ack:
      return "the caller's side never confirmed the call (no ACK)";
    case sip::EndCause::no_media_agreement:
      return "no common audio format";
    case sip::EndCause::timeout:
      return "the caller's side stopped answering";
    case sip::EndCause::transport_failed:
      return "the connection to the caller's side failed";
    case sip::EndCause::local_hangup:
      return "hung up by us";
    case sip::EndCause::rejected:
      break;
  }
  return "rejected" + (ended.reason.empty() ? "" : ": " + ended.reason);
}

call::EndClass class_of(sip::EndCause cause) {
  switch (cause) {
    case sip::EndCause::cancelled:
    case sip::EndCause::remote_hangup:
      return call::EndClass::caller_hung_up;
    case sip::EndCause::local_hangup:
      return call::EndClass::operator_ended;
    default:
      return call::EndClass::failed;
  }
}

}  // namespace

Switchboard::Switchboard(SwitchboardOptions options, Engines engines, CallRecords& records, PlanCall plan)
    : options_(std::move(options)),
      records_(records),
      plan_(std::move(plan)),
      ports_(options_.rtp_address, options_.rtp_first, options_.rtp_last) {
  LegControl& legs = *this;
  for (int i = 0; i < std::max(options_.shards, 1); ++i)
    shards_.push_back(std::make_unique<Shard>(engines, legs, records_));
}

Switchboard::~Switchboard() = default;

void Switchboard::drain(const std::string& reason) {
  draining_ = true;
  for (auto& shard : shards_) (void)shard->post(Drain{reason});
}

SwitchboardStats Switchboard::stats() const {
  SwitchboardStats stats{call_count_, accepted_, refused_, turned_away_, 0, 0};
  for (const auto& shard : shards_) {
    const auto one = shard->stats();
    stats.tick_late_p99_ms = std::max(stats.tick_late_p99_ms, one.tick_late_p99_ms);
    stats.tick_late_max_ms = std::max(stats.tick_late_max_ms, one.tick_late_max_ms);
  }
  return stats;
}

bool Switchboard::has_capacity() const {
  return open_ && !draining_ && calls_.size() < options_.max_calls &&
         stats().tick_late_p99_ms <= options_.max_tick_lateness_ms;
}

void Switchboard::turn_away(sip::DialogId dialog, const std::string& why) {
  ++turned_away_;
  (void)user_agent_.load()->reject(dialog, kServiceUnavailable, why, kRetryAfterSeconds);
}

void Switchboard::on_incoming(const sip::IncomingCall& incoming) {
  user_agent_.wait(nullptr);
  const auto& asserted = incoming.asserted_identities;
  // An asserted identity counts only within the trust domain, RFC 3325, section 5.
  const bool trusted = !incoming.trunk.empty() && !asserted.empty();
  base::Pii<std::string> caller(trusted ? asserted.front() : incoming.from_user);
  const auto decision = screening::screen(
      {incoming.request_user, incoming.source, !incoming.trunk.empty(), caller.expose(), incoming.trunk},
      options_.screening);
  if (!decision.accepted) {
    ++refused_;
    (void)user_agent_.load()->reject(incoming.dialog, decision.status,
                                     decision.status == 404 ? "Not Found" : "Forbidden");
    return;
  }
  if (!has_capacity()) return turn_away(incoming.dialog, "Service Unavailable");
  auto socket = ports_.open();
  if (!socket) return turn_away(incoming.dialog, "Service Unavailable");

  const auto number = ++last_number_;
  const auto now = base::wall_now();
  auto plan = plan_({number, decision.destination, caller, now});
  NewCall call;
  call.number = number;
  call.dialog = incoming.dialog;
  call.activity = std::move(plan.activity);
  call.limits = plan.limits;
  call.voice = std::move(plan.voice);
  call.listens = plan.listens;
  call.recipe = std::move(plan.recipe);
  call.socket = std::move(*socket);
  call.media = media_for(incoming.trunk);
  // Who calls from the same network needs no address outside.
  const auto& local = options_.local_network;
  if (!(local ? local(incoming.source) : incoming.source.is_private())) call.stun_server = options_.stun_server;
  call.begun = {number,
                base::new_id("call"),
                std::move(caller),
                base::Pii<std::string>(incoming.from_display),
                incoming.request_user,
                incoming.trunk,
                incoming.call_id,
                decision.reason,
                now};
  if (!shard_of(number).post(std::move(call))) return turn_away(incoming.dialog, "Service Unavailable");
  ++accepted_;
  calls_[incoming.dialog] = number;
  call_count_ = calls_.size();
}

void Switchboard::tell(sip::DialogId dialog, call::Event event) {
  const auto it = calls_.find(dialog);
  if (it == calls_.end()) return;
  (void)shard_of(it->second).post(ForCall{it->second, std::move(event)});
}

void Switchboard::on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) {
  const auto it = calls_.find(dialog);
  if (it == calls_.end()) return;
  (void)shard_of(it->second).post(MediaAgreed{it->second, media});
}

void Switchboard::on_established(sip::DialogId dialog) {
  tell(dialog, call::LegEstablished{});
}

void Switchboard::on_ended(sip::DialogId dialog, const sip::DialogEnded& ended) {
  tell(dialog, call::LegEnded{describe(ended), class_of(ended.cause)});
  calls_.erase(dialog);
  call_count_ = calls_.size();
}

void Switchboard::on_info_dtmf(sip::DialogId dialog, char digit) {
  tell(dialog, call::DigitPressed{digit});
}

void Switchboard::on_registration(const std::string& trunk, const sip::RegistrationStatus& status) {
  if (on_trunk) on_trunk(trunk, status);
}

sip::LocalMedia Switchboard::media_for(const std::string& trunk) const {
  sip::LocalMedia media;
  media.allowed = options_.codecs;
  const auto own = options_.srtp_of_trunk.find(trunk);
  media.srtp = own == options_.srtp_of_trunk.end() ? options_.srtp : own->second;
  media.certificate = options_.certificate;
  return media;
}

void Switchboard::answer(sip::DialogId dialog, sip::LocalMedia media) {
  (void)user_agent_.load()->answer(dialog, std::move(media));
}

void Switchboard::hang_up(sip::DialogId dialog, const std::string& reason) {
  (void)user_agent_.load()->hang_up(dialog, reason);
}

}  // namespace frontdesk::runtime
