#include "runtime/switchboard.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::runtime {
namespace {

constexpr int kRetryAfterSeconds = 20;
constexpr int kNotFound = 404;
constexpr int kAnonymityDisallowed = 433;
constexpr int kDecline = 603;

std::string_view phrase_of(int status) {
  if (status == kNotFound) return "Not Found";
  if (status == kAnonymityDisallowed) return "Anonymity Disallowed";
  return status == kDecline ? "Decline" : "Forbidden";
}

std::vector<std::string_view> views(const std::vector<std::string>& values) {
  return {values.begin(), values.end()};
}

screening::IdentityHeaders identity_headers(const sip::CallerHeaders& from) {
  return {from.from,           views(from.asserted), views(from.remote_party), views(from.diversion),
          views(from.history), views(from.privacy),  views(from.identity)};
}

CallBegun begun_of(const sip::IncomingCall& incoming, screening::Verdict verdict, base::UtcTime now) {
  CallBegun begun;
  begun.id = base::new_id("call");
  begun.caller = base::Pii<std::string>(screening::shown_number(verdict.caller));
  begun.caller_name = base::Pii<std::string>(screening::shown_name(verdict.caller));
  begun.called = std::move(verdict.called);
  begun.trunk = std::move(verdict.trunk);
  begun.sip_call_id = incoming.call_id;
  begun.screening = std::move(verdict.decision.reason);
  begun.at = now;
  begun.who = std::move(verdict.caller);
  begun.statement = std::move(verdict.statement);
  begun.priority = verdict.priority;
  return begun;
}

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

constexpr const char* kSwamped = "the machine was swamped";

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

Switchboard::Switchboard(SwitchboardOptions options, std::shared_ptr<const CallPolicy> policy, Engines engines,
                         CallRecords& records)
    : options_(std::move(options)),
      records_(records),
      policy_(std::move(policy)),
      ports_(options_.rtp_address, options_.rtp_first, options_.rtp_last),
      transfers_(policy_->transfers) {
  LegControl& legs = *this;
  for (int i = 0; i < std::max(options_.shards, 1); ++i)
    shards_.push_back(std::make_unique<Shard>(engines, legs, records_, options_.observer));
}

Switchboard::~Switchboard() = default;

void Switchboard::adopt(std::shared_ptr<const CallPolicy> policy) {
  FRONTDESK_ASSERT(policy && policy->plan);
  {
    const std::lock_guard lock(transfers_mutex_);
    transfers_.set_limits(policy->transfers);
  }
  const std::lock_guard lock(policy_mutex_);
  policy_.swap(policy);
}

void Switchboard::reach_outside_by(OutsideServers servers) {
  const std::lock_guard lock(policy_mutex_);
  outside_ = std::move(servers);
}

/// Who calls from the same network needs no address outside.
OutsideServers Switchboard::outside_of(const base::Endpoint& source) const {
  const auto& local = options_.local_network;
  if (local ? local(source) : source.is_private()) return {};
  const std::lock_guard lock(policy_mutex_);
  return outside_;
}

std::shared_ptr<const CallPolicy> Switchboard::policy() const {
  const std::lock_guard lock(policy_mutex_);
  return policy_;
}

void Switchboard::drain(const std::string& reason) {
  draining_ = true;
  for (auto& shard : shards_) (void)shard->post(Drain{reason});
}

SwitchboardStats Switchboard::stats() const {
  SwitchboardStats stats{call_count_, accepted_, refused_, turned_away_, draining_, 0, 0};
  for (const auto& shard : shards_) {
    const auto one = shard->stats();
    stats.tick_late_p99_ms = std::max(stats.tick_late_p99_ms, one.tick_late_p99_ms);
    stats.tick_late_max_ms = std::max(stats.tick_late_max_ms, one.tick_late_max_ms);
  }
  return stats;
}

screening::Verdict Switchboard::judge(const sip::IncomingCall& incoming, base::UtcTime now) {
  screening::CallRequest request;
  request.headers = identity_headers(incoming.caller);
  request.called = incoming.request_user;
  request.called_party = incoming.caller.called_party;
  request.to = incoming.to_user;
  request.source = incoming.source;
  request.trunk = incoming.trunk;
  request.trunk_asserts = asserting_trunks_.contains(incoming.trunk);
  request.now = now;
  auto verdict = screening::judge(request, policy()->screening);
  if (verdict.caller.source == screening::NumberSource::asserted) asserting_trunks_.insert(incoming.trunk);
  return verdict;
}

void Switchboard::refuse(const sip::IncomingCall& incoming, screening::Verdict verdict, base::UtcTime now) {
  ++refused_;
  const int status = verdict.decision.status;
  (void)user_agent_.load()->reject(incoming.dialog, status, std::string(phrase_of(status)));
  if (!verdict.stranger) record_refusal({begun_of(incoming, std::move(verdict), now), status, false});
}

void Switchboard::turn_away(const sip::IncomingCall& incoming, screening::Verdict verdict, const NoRoom& why,
                            base::UtcTime now) {
  ++turned_away_;
  (void)user_agent_.load()->reject(incoming.dialog, why.status, why.phrase, kRetryAfterSeconds);
  verdict.decision.reason = why.reason;
  record_refusal({begun_of(incoming, std::move(verdict), now), why.status, true});
}

void Switchboard::record_refusal(CallRefused refused) {
  if (refused_rows_.take(base::monotonic_now())) records_.refused(std::move(refused));
}

void Switchboard::on_incoming(const sip::IncomingCall& incoming) {
  user_agent_.wait(nullptr);
  const auto now = base::wall_now();
  auto verdict = judge(incoming, now);
  if (!verdict.decision.accepted) return refuse(incoming, std::move(verdict), now);
  const Load load{open_, draining_, calls_.size(), stats().tick_late_p99_ms};
  if (const auto full = no_room(policy()->capacity, load, verdict.priority))
    return turn_away(incoming, std::move(verdict), *full, now);
  auto socket = ports_.open();
  if (!socket)
    return turn_away(incoming, std::move(verdict), {503, "Service Unavailable", "no port was free for the sound"}, now);
  admit(incoming, std::move(verdict), std::move(*socket), now);
}

void Switchboard::admit(const sip::IncomingCall& incoming, screening::Verdict verdict, udp::Socket socket,
                        base::UtcTime now) {
  AdmittedCall admitted;
  admitted.number = last_number_ + 1;
  admitted.destination = verdict.decision.destination;
  admitted.caller = base::Pii<std::string>(screening::shown_number(verdict.caller));
  admitted.diverted_by = verdict.caller.diverted_by;
  admitted.priority = verdict.priority;
  admitted.at = now;
  admitted.trunk = incoming.trunk;
  admitted.called = incoming.request_user;
  auto call = planned(admitted);
  call.dialog = incoming.dialog;
  const auto in_force = policy();
  if (const auto own = in_force->trunks.find(incoming.trunk); own != in_force->trunks.end())
    call.accepted_digits = own->second.digits;
  call.socket = std::move(socket);
  call.media = media_for(incoming.trunk);
  call.outside = outside_of(incoming.source);
  call.begun = begun_of(incoming, verdict, now);
  if (!place_on_shard(std::move(call)))
    turn_away(incoming, std::move(verdict), {503, "Service Unavailable", kSwamped}, now);
}

NewCall Switchboard::planned(const AdmittedCall& admitted) {
  auto plan = policy()->plan(admitted);
  NewCall call;
  call.number = admitted.number;
  call.activity = std::move(plan.activity);
  call.limits = plan.limits;
  call.voice = std::move(plan.voice);
  call.chat = std::move(plan.chat);
  call.listens = plan.listens;
  call.noise_suppression = plan.noise_suppression;
  call.recipe = std::move(plan.recipe);
  call.receptionist = plan.receptionist;
  return call;
}

/// False: the shard is swamped.
bool Switchboard::place_on_shard(NewCall call) {
  call.begun.receptionist = call.receptionist;
  const auto number = last_number_ = call.number;
  const auto dialog = call.dialog;
  const auto id = call.begun.id;
  call.begun.number = number;
  if (!shard_of(number).post(std::move(call))) return false;
  ++accepted_;
  calls_[dialog] = number;
  {
    const std::lock_guard lock(ids_mutex_);
    ids_[id] = number;
    id_of_[number] = id;
  }
  call_count_ = calls_.size();
  return true;
}

void Switchboard::tell(sip::DialogId dialog, call::Event event) {
  const auto it = calls_.find(dialog);
  if (it == calls_.end()) return;
  // A call that cannot be told how it stands must not go on: whoever calls hears nothing of it, or for ever.
  if (!shard_of(it->second).post(ForCall{it->second, std::move(event)})) hang_up(dialog, kSwamped);
}

std::optional<CallNumber> Switchboard::number_of(const std::string& id) const {
  const std::lock_guard lock(ids_mutex_);
  const auto it = ids_.find(id);
  return it == ids_.end() ? std::nullopt : std::optional(it->second);
}

bool Switchboard::tell_call(const std::string& id, call::Event event) {
  const auto number = number_of(id);
  return number && shard_of(*number).post(ForCall{*number, std::move(event)});
}

std::shared_ptr<OrderAnswer> Switchboard::order(const std::string& id, call::Event event) {
  const auto number = number_of(id);
  if (!number) return nullptr;
  auto answer = std::make_shared<OrderAnswer>();
  return shard_of(*number).post(Order{*number, std::move(event), answer}) ? answer : nullptr;
}

std::optional<CallNumber> Switchboard::listen(const std::string& id, std::shared_ptr<Ears> ears) {
  const auto number = number_of(id);
  return number && shard_of(*number).post(Listen{*number, std::move(ears)}) ? number : std::nullopt;
}

bool Switchboard::speak(const std::string& id, std::shared_ptr<OperatorVoice> voice) {
  const auto number = number_of(id);
  return number && shard_of(*number).post(Speak{*number, std::move(voice)});
}

bool Switchboard::running(const std::string& id) const {
  return number_of(id).has_value();
}

void Switchboard::on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) {
  const auto it = calls_.find(dialog);
  if (it == calls_.end()) return (void)tell_second(dialog, media);
  if (!shard_of(it->second).post(MediaAgreed{it->second, media})) hang_up(dialog, kSwamped);
}

void Switchboard::on_established(sip::DialogId dialog) {
  if (!tell_second(dialog, call::SecondLegAnswered{})) tell(dialog, call::LegEstablished{});
}

void Switchboard::on_ended(sip::DialogId dialog, const sip::DialogEnded& ended) {
  if (second_leg_ended(dialog, ended)) return;
  const bool stopped = ended.cause == sip::EndCause::local_hangup && draining_;
  tell(dialog, call::LegEnded{stopped ? "the program was stopped" : describe(ended), class_of(ended.cause)});
  if (const auto it = calls_.find(dialog); it != calls_.end()) {
    const std::lock_guard lock(ids_mutex_);
    if (const auto id = id_of_.extract(it->second)) ids_.erase(id.mapped());
  }
  calls_.erase(dialog);
  call_count_ = calls_.size();
}

void Switchboard::on_info_dtmf(sip::DialogId dialog, char digit) {
  if (tell_second(dialog, call::SecondLegDigit{digit})) return;
  const auto it = calls_.find(dialog);
  if (it != calls_.end()) (void)shard_of(it->second).post(InfoDigit{it->second, digit});
}

void Switchboard::on_registration(const std::string& trunk, const sip::RegistrationStatus& status) {
  if (on_trunk) on_trunk(trunk, status);
}

sip::LocalMedia Switchboard::media_for(const std::string& trunk) const {
  sip::LocalMedia media;
  const auto in_force = policy();
  media.allowed = in_force->codecs;
  media.own_order = in_force->own_order;
  media.srtp = in_force->srtp;
  media.certificate = options_.certificate;
  const auto own = in_force->trunks.find(trunk);
  if (own == in_force->trunks.end()) return media;
  if (own->second.srtp) media.srtp = *own->second.srtp;
  if (own->second.codecs.empty()) return media;
  media.allowed = own->second.codecs;
  media.own_order = true;
  return media;
}

void Switchboard::answer(sip::DialogId dialog, sip::LocalMedia media) {
  if (is_frame_dialog(dialog)) return answer_frames(dialog);
  (void)user_agent_.load()->answer(dialog, std::move(media));
}

void Switchboard::change_media(sip::DialogId dialog, std::vector<sip::Codec> preferred, int packet_ms) {
  if (is_frame_dialog(dialog)) return;  // there is nothing to choose
  (void)user_agent_.load()->change_media(dialog, std::move(preferred), packet_ms);
}

void Switchboard::on_media_change(sip::DialogId dialog, int status) {
  const auto it = calls_.find(dialog);
  if (it != calls_.end()) (void)shard_of(it->second).post(MediaChanged{it->second, status});
}

void Switchboard::hang_up(sip::DialogId dialog, const std::string& reason) {
  if (is_frame_dialog(dialog)) return hang_up_frames(dialog, reason);
  (void)user_agent_.load()->hang_up(dialog, reason);
}

}  // namespace frontdesk::runtime
