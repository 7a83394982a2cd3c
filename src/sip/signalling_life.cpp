#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "sip/accepted_connections.hpp"
#include "sip/signalling.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr base::Duration kResolveLimit = base::seconds(15);
constexpr base::Duration kSweepInterval = base::milliseconds(500);
constexpr base::Duration kBurstCheck = base::milliseconds(20);
constexpr int kBurst = 500;  ///< new descriptors that are looked at at once
constexpr base::Duration kAddressPoll = base::seconds(4);

bool same_account(const TrunkRegistration& a, const TrunkRegistration& b) {
  return a.registers && b.registers && a.username == b.username &&
         equal_ignoring_case(a.registrar_host, b.registrar_host);
}

}  // namespace

base::Status Signalling::open() {
  auto stack = SipStack::open(options_.listen, options_.product_token, options_.tls);
  if (!stack) return tl::unexpected(stack.error());
  stack_ = std::move(*stack);
  stack_->public_address() = PublicAddress(options_.nat);
  guard_ = std::make_unique<MessageGuard>(options_.max_messages_per_s, options_.message_burst, base::monotonic_now());
  resolver_ = std::make_unique<Resolver>();
  locator_ = std::make_unique<Locator>(*resolver_, post_, options_.dns_servers, options_.listen.v6, *this);
  host_ = std::make_unique<SessionHost>(
      SessionHost{*stack_, sink_, options_, counters_, [this](DialogId id) { retire(id); },
                  [this](const std::string& name) {
                    const TrunkLink* link = trunk_named(name);
                    return link ? &link->trunk() : nullptr;
                  },
                  [this](const std::string& name, const Hop& hop, const std::string& realm) {
                    const TrunkLink* link = trunk_named(name);
                    return link && link->may_answer(hop, realm);
                  },
                  [this](DialogId id, const std::string& reason) { hang_up(id, reason); }});
  const int error = stack_->listen(on_request_thunk, on_response_thunk, this);
  if (error) return base::fail(base::ErrorCode::internal, "sip", "out of memory at start", base::Retry::never, error);
  if (options_.direct_caller) {
    stack_->serve_only(
        [this](const base::Endpoint& source) { return from_trunk(source) || options_.direct_caller(source); });
  }
  guard_datagrams(stack_->addresses());
  watch_addresses();
  sweep_connections();
  return {};
}

/// libre hands out its UDP sockets only with a message: send one to each,
/// before anyone knows us.
void Signalling::guard_datagrams(const std::vector<base::Endpoint>& addresses) {
  probe_id_ = random_token() + random_token();
  const std::string text =
      "OPTIONS sip:self SIP/2.0\r\nVia: SIP/2.0/UDP "
      "self;branch=z9hG4bKself\r\nCall-ID: " +
      probe_id_ + "\r\nContent-Length: 0\r\n\r\n";
  for (const auto& self : addresses) {
    const int fd = ::socket(self.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    const sa address = address_from(self);
    (void)::sendto(fd, text.data(), text.size(), MSG_DONTWAIT, &address.u.sa, address.len);
    ::close(fd);
  }
}

/// Addresses come and go: a lease runs out, a tunnel opens, the machine is
/// taken elsewhere.
void Signalling::watch_addresses() {
  address_watch_.start(kAddressPoll, [this] {
    const auto added = stack_->adopt_new_addresses();
    if (!added.empty()) guard_datagrams(added);
    for (const auto& trunk : trunks_) trunk->check_local_address();
    watch_addresses();
  });
}

/// libre accepts everybody; who is too many, or says nothing, is sent away here.
void Signalling::sweep_connections() {
  connection_sweep_.start(kBurstCheck, [this] {
    const auto now = base::monotonic_now();
    // There are 8192 descriptors, and a burst could take them all between two sweeps.
    const int descriptors = lowest_free_descriptor();
    fewest_descriptors_ = std::min(fewest_descriptors_, descriptors);
    if (now - swept_at_ < kSweepInterval && descriptors < fewest_descriptors_ + kBurst) return sweep_connections();
    swept_at_ = now;
    fewest_descriptors_ = descriptors;
    auto open = accepted_connections({stack_->listening().port, stack_->tls_port()});
    for (auto& connection : open) connection.trusted = from_trunk(connection.peer);
    for (const auto& doomed : quota_.sweep(open, now)) hang_up_connection(doomed);
    sweep_connections();
  });
}

Signalling::~Signalling() {
  connection_sweep_.cancel();
  drain_limit_.cancel();
  burial_.cancel();
  address_watch_.cancel();
  // Before what they use: a trunk that its registrar has not let go of yet still has its pin in the locator.
  dead_sessions_.clear();
  sessions_.clear();
  trunks_.clear();
  leaving_trunks_.clear();
  locator_.reset();
  resolver_.reset();
  datagram_guards_.clear();
}

CallSession* Signalling::find(DialogId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void Signalling::command(DialogId id, const std::function<void(CallSession&)>& action) noexcept {
  if (CallSession* session = find(id)) at_boundary(*session, [&] { action(*session); });
}

TrunkLink* Signalling::trunk_named(const std::string& name) const {
  for (const auto& link : trunks_) {
    if (link->trunk().name == name) return link.get();
  }
  return nullptr;
}

void Signalling::invite(DialogId id, OutgoingCall call) {
  const auto fail_call = [&](int status, const char* reason) {
    sink_.on_ended(id, {EndCause::rejected, status, reason});
  };
  if (shutting_down_ || draining_) return fail_call(503, "shutting down");
  if (sessions_.size() >= options_.max_dialogs) return fail_call(503, "too many calls");
  const auto target = parse_uri(call.target);
  if (!target) return fail_call(400, "the target is not a SIP address");
  ServerName name{target->host, target->port, std::nullopt};
  const auto transport = parameter(target->parameters, "transport");
  for (const auto known : {Transport::udp, Transport::tcp, Transport::tls}) {
    if (transport && equal_ignoring_case(*transport, transport_name(known))) name.transport = known;
  }
  unresolved_[id] = std::make_unique<Timer>(*this);
  const TrunkLink* trunk = trunk_named(call.trunk);
  if (const auto way = trunk ? trunk->way_to(*target, name.transport) : std::nullopt) {
    start_call(id, std::move(call), *target, {way->hop, way->proxy_route, trunk});
  } else {
    locate_call(id, call, *target, std::move(name));
  }
}

void Signalling::locate_call(DialogId id, const OutgoingCall& call, const SipUri& target, ServerName name) {
  const auto start = [this, id, call, target](const std::vector<Hop>& hops) {
    if (!hops.empty()) {
      const std::vector<Hop> others(hops.begin() + 1, hops.end());
      return start_call(id, call, target, {hops.front(), {}, trunk_named(call.trunk), others});
    }
    end_unresolved(id, EndCause::transport_failed, "the target's host name could not be resolved");
  };
  if (!locator_->locate(std::move(name), start)) {
    unresolved_.erase(id);
    return sink_.on_ended(id, {EndCause::rejected, 503, "too many names are being resolved"});
  }
  const auto late = [this, id] { end_unresolved(id, EndCause::timeout, "the name server does not answer"); };
  unresolved_[id]->start(kResolveLimit, late);
}

bool Signalling::end_unresolved(DialogId id, EndCause cause, const std::string& reason) {
  if (unresolved_.erase(id) == 0) return false;
  sink_.on_ended(id, {cause, 0, reason});
  if (draining_) burial_.start(base::Duration(0), [this] { bury(); });
  return true;
}

void Signalling::hang_up(DialogId id, const std::string& reason) {
  if (find(id)) return command(id, [&reason](CallSession& session) { session.hang_up(reason); });
  end_unresolved(id, EndCause::local_hangup, reason);
}

void Signalling::start_call(DialogId id, OutgoingCall call, const SipUri& target, Way way) {
  Hop& hop = way.hop;
  if (hop.transport == Transport::tls && hop.link == 0) {  // a server that a registration found brings its own
    const TrunkLink* trunk = trunk_named(call.trunk);
    const auto link = trunk ? stack_->link({target.host, trunk->trunk().ca_file, trunk->trunk().verify})
                            : stack_->link({target.host, {}, true});
    if (!link) {
      end_unresolved(id, EndCause::transport_failed, link.error().message);
      return;
    }
    hop.link = *link;
    for (Hop& other : way.others) {
      if (other.transport == Transport::tls && other.link == 0) other.link = *link;
    }
  }
  if (unresolved_.erase(id) == 0) return;
  sessions_[id] = std::make_unique<CallSession>(id, *host_);
  counters_.dialogs++;
  counters_.total_dialogs++;
  command(id, [&](CallSession& session) { session.start_outgoing(std::move(call), target, way); });
  // Unless it has ended already.
  if (const CallSession* session = find(id)) by_local_tag_[session->dialog().local_tag] = id;
}

void Signalling::register_trunk(TrunkRegistration trunk) {
  if (shutting_down_) return;
  remove_trunk(trunk.name);
  auto link = std::make_unique<TrunkLink>(std::move(trunk),
                                          TrunkLink::Surroundings{*stack_, *locator_, sink_, post_, counters_});
  trunks_.push_back(std::move(link));
  start_trunks();
}

/// One that replaces another for the same account waits until that has left: its Expires: 0, repeated or challenged,
/// could reach the registrar last and take the new binding along.
void Signalling::start_trunks() {
  for (const auto& link : trunks_) {
    const auto in_the_way = [&link](const auto& leaving) {
      return !leaving->finished() && same_account(leaving->trunk(), link->trunk());
    };
    if (!link->started() && std::none_of(leaving_trunks_.begin(), leaving_trunks_.end(), in_the_way)) link->start();
  }
}

void Signalling::remove_trunk(const std::string& name) {
  const auto found =
      std::find_if(trunks_.begin(), trunks_.end(), [&](const auto& link) { return link->trunk().name == name; });
  if (found == trunks_.end()) return;
  TrunkLink* leaving = found->get();
  leaving_trunks_.push_back(std::move(*found));
  trunks_.erase(found);
  leaving->on_finished([this] { burial_.start(base::Duration(0), [this] { bury(); }); });
  leaving->stop();
}

void Signalling::retire(DialogId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  by_local_tag_.erase(found->second->dialog().local_tag);
  dead_sessions_.push_back(std::move(found->second));
  sessions_.erase(found);
  burial_.start(base::Duration(0), [this] { bury(); });
}

void Signalling::bury() {
  dead_sessions_.clear();
  std::erase_if(leaving_trunks_, [](const auto& link) { return link->finished(); });
  start_trunks();
  check_idle();
}

void Signalling::shut_down(std::function<void()> on_idle) {
  shutting_down_ = true;
  on_idle_ = std::move(on_idle);
  drain_limit_.cancel();
  hang_up_all("Shutting down");
  while (!trunks_.empty()) remove_trunk(std::string(trunks_.front()->trunk().name));
  check_idle();
}

void Signalling::hang_up_all(const std::string& reason) {
  while (!unresolved_.empty()) end_unresolved(unresolved_.begin()->first, EndCause::local_hangup, reason);
  std::vector<DialogId> ids;
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  for (const auto id : ids) {
    command(id, [&reason](CallSession& session) { session.hang_up(reason); });
  }
}

void Signalling::drain(base::Duration limit) {
  draining_ = true;
  if (limit <= base::Duration(0)) {
    hang_up_all("Shutting down");
  } else {
    drain_limit_.start(limit, [this] { hang_up_all("Shutting down"); });
  }
  check_idle();
}

void Signalling::transfer(DialogId id, const TransferOrder& order) {
  CallSession* session = find(id);
  if (!session) return;
  std::string target = order.target;
  std::optional<ReplacedDialog> replaces;
  if (order.second_leg != 0) {
    const CallSession* other = find(order.second_leg);
    if (!other || other->ended() || !other->established() || other == session) {
      return sink_.on_transfer(id, {TransferProgress::State::failed, 0, "the second leg is not established"});
    }
    const auto& dialog = other->dialog();
    target = dialog.remote_target;
    replaces = ReplacedDialog{dialog.call_id, dialog.remote_tag, dialog.local_tag, false};
  }
  if (!transferable(target)) {
    return sink_.on_transfer(id, {TransferProgress::State::failed, 0, "the target is not an address to transfer to"});
  }
  command(id, [&](CallSession& call) { call.transfer(target, replaces, order.limit, order.second_leg); });
}

void Signalling::check_idle() {
  if (draining_ && !drained_ && sessions_.empty() && unresolved_.empty()) {
    drained_ = true;
    drain_limit_.cancel();
    sink_.on_drained();
  }
  if (shutting_down_ && on_idle_ && sessions_.empty() && leaving_trunks_.empty()) on_idle_();
}

}  // namespace frontdesk::sip
