#include <sys/socket.h>
#include <unistd.h>

#include "sip/signalling.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr base::Duration kResolveLimit = base::seconds(15);

}  // namespace

base::Status Signalling::open() {
  auto stack = SipStack::open(options_.listen, options_.product_token);
  if (!stack) return tl::unexpected(stack.error());
  stack_ = std::move(*stack);
  rate_limit_ = std::make_unique<SourceRateLimit>(options_.max_messages_per_s, options_.message_burst);
  resolver_ = std::make_unique<Resolver>();
  host_ = std::make_unique<SessionHost>(SessionHost{*stack_, sink_, options_, counters_,
                                                    [this](DialogId id) { retire(id); },
                                                    [this](const std::string& name) {
                                                      const TrunkLink* link = trunk_named(name);
                                                      return link ? &link->trunk() : nullptr;
                                                    }});
  const int error = stack_->listen(on_request_thunk, on_response_thunk, this);
  if (error) return base::fail(base::ErrorCode::internal, "sip", "out of memory at start", base::Retry::never, error);
  guard_datagrams();
  return {};
}

/// libre hands out its UDP sockets only with a message: send one to each, before anyone knows us.
void Signalling::guard_datagrams() {
  probe_id_ = random_token() + random_token();
  const std::string text =
      "OPTIONS sip:self SIP/2.0\r\nVia: SIP/2.0/UDP self;branch=z9hG4bKself\r\nCall-ID: " + probe_id_ +
      "\r\nContent-Length: 0\r\n\r\n";
  for (const auto& self : stack_->addresses()) {
    const int fd = ::socket(self.v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    const sa address = address_from(self);
    (void)::sendto(fd, text.data(), text.size(), MSG_DONTWAIT, &address.u.sa, address.len);
    ::close(fd);
  }
}

Signalling::~Signalling() {
  burial_.cancel();
  resolver_.reset();
  trunks_.clear();
  leaving_trunks_.clear();
  dead_sessions_.clear();
  sessions_.clear();
  datagram_guards_.clear();
}

CallSession* Signalling::find(DialogId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
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
  if (shutting_down_) return fail_call(503, "shutting down");
  if (sessions_.size() >= options_.max_dialogs) return fail_call(503, "too many calls");
  const auto target = parse_uri(call.target);
  if (!target) return fail_call(400, "the target is not a SIP address");
  const std::uint16_t port = target->port ? target->port : std::uint16_t{5060};
  const bool accepted =
      resolver_->resolve(target->host, port, stack_->listening().v6,
                         [this, post = post_, id, call, target = *target](std::vector<base::Endpoint> addresses) {
                           (void)post([this, id, call, target, addresses = std::move(addresses)] {
                             start_call(id, call, target, addresses);
                           });
                         });
  if (!accepted) return fail_call(503, "too many names are being resolved");
  auto& limit = unresolved_[id] = std::make_unique<Timer>();
  limit->start(kResolveLimit, [this, id] { end_unresolved(id, EndCause::timeout, "the name server does not answer"); });
}

bool Signalling::end_unresolved(DialogId id, EndCause cause, const std::string& reason) {
  if (unresolved_.erase(id) == 0) return false;
  sink_.on_ended(id, {cause, 0, reason});
  return true;
}

void Signalling::hang_up(DialogId id, const std::string& reason) {
  if (CallSession* session = find(id)) return session->hang_up(reason);
  end_unresolved(id, EndCause::local_hangup, reason);
}

void Signalling::start_call(DialogId id, OutgoingCall call, const SipUri& target,
                            std::vector<base::Endpoint> addresses) {
  if (addresses.empty()) {
    end_unresolved(id, EndCause::transport_failed, "the target's host name could not be resolved");
    return;
  }
  if (unresolved_.erase(id) == 0) return;
  const auto transport = parameter(target.parameters, "transport");
  const bool tcp = transport && equal_ignoring_case(*transport, "tcp");
  sessions_[id] = std::make_unique<CallSession>(id, *host_);
  counters_.dialogs++;
  counters_.total_dialogs++;
  find(id)->start_outgoing(std::move(call), target, {addresses.front(), tcp ? Transport::tcp : Transport::udp});
  // Unless it has ended already.
  if (const CallSession* session = find(id)) by_local_tag_[session->dialog().local_tag] = id;
}

void Signalling::register_trunk(TrunkRegistration trunk) {
  if (shutting_down_) return;
  remove_trunk(trunk.name);
  auto link = std::make_unique<TrunkLink>(std::move(trunk), TrunkLink::Surroundings{*stack_, *resolver_, sink_, post_});
  TrunkLink* started = link.get();
  trunks_.push_back(std::move(link));
  started->start();
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
  check_idle();
}

void Signalling::shut_down(std::function<void()> on_idle) {
  shutting_down_ = true;
  on_idle_ = std::move(on_idle);
  while (!unresolved_.empty()) end_unresolved(unresolved_.begin()->first, EndCause::local_hangup, "shutting down");
  std::vector<DialogId> ids;
  for (const auto& [id, session] : sessions_) ids.push_back(id);
  for (const auto id : ids) {
    if (CallSession* session = find(id)) session->hang_up("Shutting down");
  }
  while (!trunks_.empty()) remove_trunk(std::string(trunks_.front()->trunk().name));
  check_idle();
}

void Signalling::check_idle() {
  if (shutting_down_ && on_idle_ && sessions_.empty() && leaving_trunks_.empty()) on_idle_();
}

}  // namespace frontdesk::sip
