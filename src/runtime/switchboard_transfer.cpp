// The switchboard's part in putting callers through: second legs and REFER.
#include "base/clock.hpp"
#include "runtime/switchboard.hpp"

namespace frontdesk::runtime {
namespace {

constexpr int kBusyHere = 486;
constexpr int kBusyEverywhere = 600;

/// In words for the model, which tells the caller.
std::string describe_second(const sip::DialogEnded& ended) {
  switch (ended.cause) {
    case sip::EndCause::remote_hangup:
      return "they hung up";
    case sip::EndCause::timeout:
    case sip::EndCause::cancelled:
    case sip::EndCause::local_hangup:
      return "nobody answered";
    case sip::EndCause::no_media_agreement:
      return "there is no common audio format with their telephone";
    case sip::EndCause::transport_failed:
    case sip::EndCause::no_ack:
      return "their telephone cannot be reached";
    case sip::EndCause::rejected:
      break;
  }
  switch (ended.status) {
    case kBusyHere:
    case kBusyEverywhere:
      return "the line was busy";
    case 408:
    case 480:
    case 487:
      return "nobody answered";
    case 404:
    case 410:
    case 484:
    case 604:
      return "the number does not exist";
    case 603:
      return "the call was declined";
    default:
      return "the provider refused the call with " + std::to_string(ended.status);
  }
}

tl::unexpected<base::Error> nowhere(std::string why) {
  return base::fail(base::ErrorCode::failed_precondition, "transfer", std::move(why));
}

}  // namespace

/// The Request-URI; `trunk` becomes the one that leads there.
base::Result<std::string> Switchboard::target_of(const SecondLegOrder& order, std::string& trunk) const {
  const auto in_force = policy();
  trunk = order.trunk.empty() ? in_force->usual_trunk : order.trunk;
  if (order.address.starts_with("sip:")) return order.address;
  const auto route = in_force->routes.find(trunk);
  if (route == in_force->routes.end())
    return nowhere("there is no telephone line by which " + order.address + " could be called: set up a [trunk]");
  const auto& way = route->second;
  const bool v6 = way.domain.find(':') != std::string::npos;
  std::string uri = "sip:" + order.address + "@" + (v6 ? "[" + way.domain + "]" : way.domain);
  if (way.port != 0) uri += ":" + std::to_string(way.port);
  if (way.transport) uri += std::string(";transport=") + sip::transport_name(*way.transport);
  return uri;
}

/// With transfers_mutex_ held.
base::Status Switchboard::spend_transfer() {
  if (transfers_.take(base::monotonic_now())) return {};
  return base::fail(base::ErrorCode::resource_exhausted, "transfer",
                    "the hour's or the day's transfers are used up: raise transfer.per_hour or transfer.per_day");
}

/// The lock is held until the dialog is known here, because its first event may come at once.
base::Result<SecondLegPlaced> Switchboard::place(const SecondLegOrder& order) {
  std::string trunk;
  const auto target = target_of(order, trunk);
  if (!target) return tl::unexpected(target.error());
  auto socket = ports_.open();
  if (!socket) return tl::unexpected(socket.error());
  sip::OutgoingCall call;
  call.target = *target;
  call.media = media_for(trunk);
  call.media.rtp = socket->local();
  call.media.certificate.reset();  // the second leg has no handshake
  call.media.offer_mux = true;
  call.trunk = trunk;
  const auto in_force = policy();
  if (const auto route = in_force->routes.find(trunk); route != in_force->routes.end() && !route->second.user.empty())
    call.from_user = route->second.user;
  const std::lock_guard lock(transfers_mutex_);
  if (const auto spent = spend_transfer(); !spent) return tl::unexpected(spent.error());
  const auto dialog = user_agent_.load()->invite(std::move(call));
  if (!dialog) return tl::unexpected(dialog.error());
  second_legs_[*dialog] = order.call;
  return SecondLegPlaced{*dialog, std::move(*socket)};
}

base::Status Switchboard::refer(sip::DialogId dialog, const SecondLegOrder& order, base::Duration limit) {
  if (is_frame_dialog(dialog)) return nowhere("this caller's side cannot be asked to call somebody else");
  std::string trunk;
  auto target = target_of(order, trunk);
  if (!target) return tl::unexpected(target.error());
  const std::lock_guard lock(transfers_mutex_);
  if (const auto spent = spend_transfer(); !spent) return spent;
  return user_agent_.load()->transfer(dialog, std::move(*target), limit);
}

/// False: it is no second leg.
bool Switchboard::tell_second(sip::DialogId dialog, std::variant<call::Event, sip::NegotiatedMedia> what) {
  CallNumber call = 0;
  {
    const std::lock_guard lock(transfers_mutex_);
    const auto it = second_legs_.find(dialog);
    if (it == second_legs_.end()) return false;
    call = it->second;
  }
  (void)shard_of(call).post(SecondLegEvent{call, dialog, std::move(what)});
  return true;
}

bool Switchboard::second_leg_ended(sip::DialogId dialog, const sip::DialogEnded& ended) {
  if (!tell_second(dialog, call::SecondLegEnded{describe_second(ended)})) return false;
  const std::lock_guard lock(transfers_mutex_);
  second_legs_.erase(dialog);
  return true;
}

void Switchboard::on_progress(sip::DialogId dialog, int status) {
  if (status >= 180) (void)tell_second(dialog, call::SecondLegRinging{});
}

void Switchboard::on_transfer(sip::DialogId dialog, const sip::TransferProgress& progress) {
  using State = sip::TransferProgress::State;
  if (progress.state == State::succeeded) return tell(dialog, call::ReferEnded{true, {}});
  if (progress.state != State::failed) return;
  const bool told = progress.status != 0;
  tell(dialog, call::ReferEnded{
                   false, told ? describe_second({sip::EndCause::rejected, progress.status, {}}) : "nobody answered"});
}

}  // namespace frontdesk::runtime
