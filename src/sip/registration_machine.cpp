#include "sip/registration_machine.hpp"

#include <algorithm>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

base::Duration doubled(base::Duration first, int times, base::Duration limit) {
  base::Duration delay = first;
  for (int i = 0; i < times && delay < limit; ++i) delay *= 2;
  return std::min(delay, limit);
}

base::Duration scaled(base::Duration duration, double factor) {
  return base::Duration(static_cast<base::Duration::rep>(static_cast<double>(duration.count()) * factor));
}

/// Early enough for a whole failed transaction (32 s) and one more try, but not before half the time.
base::Duration refresh_after(std::uint32_t granted_s, double jitter) {
  const base::Duration granted = base::seconds(granted_s);
  const base::Duration latest = std::max<base::Duration>(granted - base::seconds(60), granted / 2);
  return scaled(latest, 1.0 - 0.1 * jitter);
}

std::string status_text(const RegisterAnswer& answer) {
  return std::to_string(answer.status) + (answer.reason.empty() ? "" : " " + answer.reason);
}

}  // namespace

void Registration::start(base::Instant now, double jitter, Commands& out) {
  (void)jitter;
  if (state_ != State::idle) return;
  out.emplace_back(Report{{RegistrationState::registering, 0, "Registering.", {}}});
  begin_round(now, out);
}

void Registration::reset_round() {
  answered_fresh_challenge_ = false;
  interval_raised_ = false;
  stale_count_ = 0;
  redirections_ = 0;
}

void Registration::begin_round(base::Instant now, Commands& out) {
  reset_round();
  state_ = State::resolving;
  wakeup_ = now + kResolveLimit;
  out.emplace_back(Resolve{++last_id_, {}});
}

void Registration::on_resolved(base::RequestId id, std::vector<RegistrarAddress> addresses, base::Instant now,
                               double jitter, Commands& out) {
  if (state_ != State::resolving || id != last_id_) return;
  if (addresses.size() > kMaxAddresses) addresses.resize(kMaxAddresses);
  if (addresses.empty() && (addresses_.empty() || redirections_ > 0)) {
    if (stopping_) return finish({}, "The registrar's name could not be resolved.", out);
    return unreachable({}, "The provider's host name could not be resolved: check it and the DNS server.", now, jitter,
                       out);
  }
  // A registrar stays where it was while DNS is away.
  for (auto& address : addresses) address.redirected = redirections_ > 0;
  if (!addresses.empty()) addresses_ = std::move(addresses);
  if (redirections_ == 0) trusted_.clear();
  trusted_.insert(trusted_.end(), addresses_.begin(), addresses_.end());
  address_index_ = 0;
  if (!registers_) return on_peer_resolved(now, jitter, out);
  send(now, out);
}

void Registration::on_peer_resolved(base::Instant now, double jitter, Commands& out) {
  state_ = State::registered;
  unreachable_count_ = 0;
  const base::Duration refresh = scaled(kPeerRefresh, 1.0 - 0.1 * jitter);
  wakeup_ = now + refresh;
  std::string from;
  for (const auto& address : addresses_) from += (from.empty() ? "" : ", ") + base::address_text(address.hop.to);
  out.emplace_back(
      Report{{RegistrationState::peered, 0, "Without registration: calls from " + from + " are taken.", refresh}});
}

void Registration::send(base::Instant now, Commands& out) {
  state_ = State::waiting_answer;
  sent_at_ = now;
  const auto& to = addresses_[address_index_];
  const bool another = address_index_ + 1 < addresses_.size();
  wakeup_ = now + (another ? kFailoverLimit : to.hop.transport == Transport::udp ? kAnswerLimit : kConnectionLimit);
  if (challenge_) ++nonce_count_;
  out.emplace_back(Send{++last_id_, to, stopping_ ? 0 : requested_expires_, challenge_, nonce_count_});
}

bool Registration::try_next_address(base::Instant now, Commands& out) {
  if (address_index_ + 1 >= addresses_.size()) return false;
  ++address_index_;
  challenge_.reset();
  answered_fresh_challenge_ = false;
  send(now, out);
  return true;
}

void Registration::on_answer(base::RequestId id, const RegisterAnswer& answer, base::Instant now, double jitter,
                             Commands& out) {
  if (state_ != State::waiting_answer || id != last_id_) return;
  const int status = answer.status;
  if (status == 401 || status == 407) return on_challenge(answer, now, jitter, out);
  if (stopping_) return finish(answer, status / 100 == 2 ? "Unregistered." : "The registrar did not confirm.", out);
  if (status / 100 == 2) return on_success(answer, now, jitter, out);
  if (status == 423) return on_interval_too_brief(answer, now, jitter, out);
  if (status / 100 == 3) return on_redirection(answer, now, jitter, out);
  if (status == 0 || status == 408 || status == 503) {
    if (try_next_address(now, out)) return;
    const auto why = status != 0 ? "The registrar is unavailable (" + status_text(answer) + ")."
                     : answer.fault.empty()
                         ? "The registrar does not answer: check host, port and transport, and the firewall."
                         : answer.fault;
    return unreachable(answer, why, now, jitter, out);
  }
  if (status == 403) {
    return refused(answer, "The registrar forbids it (403): check user name, password and that the account is active.",
                   now, jitter, out);
  }
  if (status == 404) {
    return refused(answer, "The registrar does not know this user (404): check the user name and the host.", now,
                   jitter, out);
  }
  if (status >= 500 || status == 480) {
    return unreachable(answer, "The registrar has a fault (" + status_text(answer) + ").", now, jitter, out);
  }
  refused(answer, "The registrar refused (" + status_text(answer) + ").", now, jitter, out);
}

void Registration::on_challenge(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out) {
  // A server we were sent to gets an answer only for what the registrar itself asks for.
  const bool redirected = addresses_[address_index_].redirected;
  const std::string own = realm_.empty() ? domain_ : realm_;
  auto challenges = answer.challenges;
  if (redirected) std::erase_if(challenges, [&](const auto& c) { return !equal_ignoring_case(c.realm, own); });
  if (challenges.empty() && !answer.challenges.empty()) {
    if (stopping_) return finish(answer, "The registrar did not confirm.", out);
    return refused(answer,
                   "The registrar sent us to a server that asks for credentials of another realm, \"" +
                       answer.challenges.front().realm + "\": if it is your provider's, set realm to that.",
                   now, jitter, out);
  }
  const DigestChallenge* challenge = strongest(challenges);
  if (!challenge) {
    if (stopping_) return finish(answer, "The registrar did not confirm.", out);
    return refused(answer, "The registrar asks for a kind of authentication that is not supported.", now, jitter, out);
  }
  if (!redirected && !realm_given_) realm_ = challenge->realm;
  const bool stale = challenge->stale && stale_count_ < kMaxStale;
  if (answered_fresh_challenge_ && !stale) {
    challenge_.reset();
    if (stopping_) return finish(answer, "The registrar did not confirm.", out);
    return refused(answer,
                   "The registrar does not accept the user name or password: check both, and whether the "
                   "provider gives a separate authorization user.",
                   now, jitter, out);
  }
  if (challenge->stale) ++stale_count_;
  answered_fresh_challenge_ = true;
  challenge_ = *challenge;
  challenge_->stale = false;
  nonce_count_ = 0;
  send(now, out);
}

void Registration::on_redirection(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out) {
  if (!answer.redirection || redirections_ >= kMaxRedirections) {
    return refused(answer, "The registrar sends us elsewhere without end (" + status_text(answer) + ").", now, jitter,
                   out);
  }
  ++redirections_;
  challenge_.reset();
  answered_fresh_challenge_ = false;
  state_ = State::resolving;
  wakeup_ = now + kResolveLimit;
  out.emplace_back(Resolve{++last_id_, answer.redirection});
}

void Registration::on_success(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out) {
  const std::uint32_t granted = std::min(answer.granted_expires_s.value_or(requested_expires_), kMaxExpires);
  if (granted == 0) return refused(answer, "The registrar accepted but granted no time.", now, jitter, out);
  unreachable_count_ = 0;
  refused_count_ = 0;
  registered_ = true;
  state_ = State::registered;
  const base::Duration refresh = refresh_after(granted, jitter);
  wakeup_ = now + refresh;
  out.emplace_back(Report{{RegistrationState::registered, answer.status, "Registered.", refresh}});
}

void Registration::on_interval_too_brief(const RegisterAnswer& answer, base::Instant now, double jitter,
                                         Commands& out) {
  const std::uint32_t least = answer.min_expires_s.value_or(0);
  if (interval_raised_ || least <= requested_expires_ || least > kMaxExpires) {
    return refused(answer, "The registrar finds the interval too brief and names no usable one (423).", now, jitter,
                   out);
  }
  interval_raised_ = true;
  requested_expires_ = least;
  send(now, out);
}

void Registration::unreachable(const RegisterAnswer& answer, std::string why, base::Instant now, double jitter,
                               Commands& out) {
  const base::Duration delay = scaled(doubled(kFirstRetry, unreachable_count_++, kMaxRetry), 1.0 + 0.5 * jitter);
  // What was waited for an answer in vain counts, so that both together stay within 30 s.
  const base::Duration waited = std::min<base::Duration>(now - sent_at_, kConnectionLimit);
  back_off(answer, std::move(why), std::max(scaled(kFirstRetry, 1.0 + 0.5 * jitter), delay - waited), now, out);
}

void Registration::refused(const RegisterAnswer& answer, std::string why, base::Instant now, double jitter,
                           Commands& out) {
  const base::Duration delay = doubled(kFirstRefusedRetry, refused_count_++, kMaxRefusedRetry);
  back_off(answer, std::move(why), scaled(delay, 1.0 + 0.1 * jitter), now, out);
}

void Registration::back_off(const RegisterAnswer& answer, std::string why, base::Duration delay, base::Instant now,
                            Commands& out) {
  if (answer.retry_after_s) {
    delay = std::max<base::Duration>(delay, base::seconds(std::min(*answer.retry_after_s, kMaxRetryAfter)));
  }
  registered_ = false;
  requested_expires_ = wanted_expires_;
  state_ = State::backing_off;
  wakeup_ = now + delay;
  out.emplace_back(Report{{RegistrationState::failed, answer.status, std::move(why), delay}});
}

void Registration::on_connection_lost(base::Instant now, double jitter, Commands& out) {
  // A refresh under way goes the same lost way, and would be waited for half a minute.
  const bool refreshing = state_ == State::waiting_answer && registered_;
  if ((state_ != State::registered && !refreshing) || stopping_ || !registers_) return;
  unreachable({}, "The connection to the registrar was lost.", now, jitter, out);
}

void Registration::on_path_doubtful(base::Instant now, Commands& out) {
  if (state_ != State::registered || stopping_ || !registers_) return;
  reset_round();
  send(now, out);
}

std::vector<RegistrarAddress> Registration::route() const {
  auto route = addresses_;
  if (address_index_ < route.size())
    std::rotate(route.begin(), route.begin() + static_cast<std::ptrdiff_t>(address_index_),
                route.begin() + static_cast<std::ptrdiff_t>(address_index_) + 1);
  return route;
}

void Registration::on_local_address_changed(base::Instant now, Commands& out) {
  // The answer to a REGISTER under way would find nobody at the old address.
  const bool waiting = state_ == State::registered || state_ == State::backing_off || state_ == State::waiting_answer;
  if (!waiting || stopping_ || !registers_) return;
  begin_round(now, out);
}

void Registration::on_wakeup(base::Instant now, double jitter, Commands& out) {
  if (now < wakeup_) return;
  switch (state_) {
    case State::registered:
    case State::backing_off:
      return begin_round(now, out);
    case State::resolving:
      return on_resolved(last_id_, {}, now, jitter, out);
    case State::waiting_answer:
      return on_answer(last_id_, {}, now, jitter, out);
    case State::idle:
    case State::finished:
      wakeup_ = base::kNever;
      return;
  }
}

void Registration::stop(base::Instant now, Commands& out) {
  if (stopping_ || state_ == State::finished) return;
  stopping_ = true;
  // A REGISTER on its way may have been accepted as well.
  const bool may_be_registered = registered_ || state_ == State::waiting_answer;
  if (!may_be_registered) return finish({}, "Unregistered.", out);
  answered_fresh_challenge_ = false;
  stale_count_ = 0;
  send(now, out);
}

void Registration::finish(const RegisterAnswer& answer, std::string why, Commands& out) {
  registered_ = false;
  state_ = State::finished;
  wakeup_ = base::kNever;
  out.emplace_back(Report{{RegistrationState::unregistered, answer.status, std::move(why), {}}});
  out.emplace_back(Finished{});
}

}  // namespace frontdesk::sip
