#include "sip/sip_stack.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "sip/accepted_connections.hpp"
#include "sip/syntax.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::uint32_t kTransactionBuckets = 4096;
constexpr std::uint32_t kConnectionBuckets = 1024;
constexpr int kPortTries = 16;
constexpr std::size_t kMaxInterfaces = 16;
constexpr std::size_t kMaxLinks = 64;
constexpr std::uint32_t kLinkBuckets = 64;

bool unspecified(const base::Endpoint& endpoint) {
  return std::all_of(endpoint.address.begin(), endpoint.address.end(), [](auto byte) { return byte == 0; });
}

sip_transp transport_of(const Hop& hop) {
  return hop.transport == Transport::udp   ? SIP_TRANSP_UDP
         : hop.transport == Transport::tcp ? SIP_TRANSP_TCP
                                           : SIP_TRANSP_TLS;
}

class Socket {
 public:
  Socket(const base::Endpoint& like, int type) : fd_(::socket(like.v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }
  std::optional<base::Endpoint> local() const {
    sa address{};
    address.len = sizeof(address.u);
    if (::getsockname(fd_, &address.u.sa, &address.len) != 0) return std::nullopt;
    return endpoint_from(address);
  }

 private:
  int fd_;
};

/// libre shares ports by SO_REUSEADDR, so two processes could steal each other's calls: find a port
/// that is free for both transports first. Returns 0 and sets errno if there is none.
std::uint16_t free_port(const base::Endpoint& listen) {
  for (int i = 0; i < kPortTries; ++i) {
    const Socket udp(listen, SOCK_DGRAM);
    const sa wanted = address_from(listen);
    if (::bind(udp.fd(), &wanted.u.sa, wanted.len) != 0) return 0;
    const auto bound = udp.local();
    if (!bound) return 0;
    const Socket tcp(listen, SOCK_STREAM);
    const int on = 1;
    ::setsockopt(tcp.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    const sa same = address_from(*bound);
    if (::bind(tcp.fd(), &same.u.sa, same.len) == 0 && ::listen(tcp.fd(), 1) == 0) return bound->port;
    if (listen.port != 0) return 0;
  }
  return 0;
}

/// The concrete addresses of this machine of the family of `like`, loopback included.
std::vector<base::Endpoint> local_addresses(const base::Endpoint& like) {
  struct Search {
    bool v6;
    std::vector<base::Endpoint> found;
  } search{like.v6, {}};
  search.found.reserve(kMaxInterfaces);  // collect() must not throw
  const auto collect = [](const char*, const sa* address, void* arg) {
    auto& s = *static_cast<Search*>(arg);
    const auto endpoint = endpoint_from(*address);
    if (endpoint.v6 == s.v6 && !sa_is_linklocal(address)) s.found.push_back(endpoint);
    return s.found.size() >= kMaxInterfaces;
  };
  net_if_apply(collect, &search);
  for (auto& endpoint : search.found) endpoint.port = like.port;
  return search.found;
}

Ref<mbuf> buffer_of(std::string_view text) {
  Ref<mbuf> buffer(mbuf_alloc(text.size() + 1));
  if (!buffer) return buffer;
  mbuf_write_mem(buffer.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  buffer.get()->pos = 0;
  return buffer;
}

/// A next hop in the form libre's request layer takes. `text` must outlive the result.
int decode_hop(const Hop& hop, std::string& text, uri& decoded) {
  text = "sip:" + base::to_string(hop.to) + ";transport=" + transport_name(hop.transport);
  pl whole{text.data(), text.size()};
  return uri_decode(&decoded, &whole);
}

}  // namespace

base::Result<std::unique_ptr<SipStack>> SipStack::open(const base::Endpoint& listen, const std::string& product_token,
                                                       const std::optional<TlsListening>& tls) {
  const auto unavailable = [](const base::Endpoint& where, int error) {
    return base::fail(base::ErrorCode::unavailable, "sip",
                      "cannot listen on " + base::to_string(where) +
                          ": another program may use the port; stop it or choose another port",
                      base::Retry::later, error);
  };
  std::unique_ptr<SipStack> stack(new SipStack);
  stack->product_token_ = product_token;
  stack->listening_ = listen;
  stack->listening_.port = free_port(listen);
  if (stack->listening_.port == 0) return unavailable(listen, errno);
  if (tls) {
    auto context = TlsContext::server(tls->certificate_file, tls->key_file);
    if (!context) return tl::unexpected(context.error());
    stack->tls_server_ = std::move(*context);
    auto encrypted = listen;
    encrypted.port = tls->port;
    stack->tls_port_ = free_port(encrypted);
    if (stack->tls_port_ == 0) return unavailable(encrypted, errno);
  }
  const bool any = unspecified(stack->listening_);
  const auto addresses = any ? local_addresses(stack->listening_) : std::vector{stack->listening_};
  int error = addresses.empty() ? EADDRNOTAVAIL : 0;
  for (const auto& address : addresses) {
    if (!error) error = stack->add_interface(address);
  }
  if (error) return unavailable(stack->listening_, error);
  lengthen_queues({stack->listening_.port, stack->tls_port_});
  return stack;
}

int SipStack::add_interface(const base::Endpoint& address) {
  auto interface = std::make_unique<Interface>();
  interface->address = address;
  int error = sip_alloc(interface->stack.out(), nullptr, kTransactionBuckets, kTransactionBuckets, kConnectionBuckets,
                        nullptr, nullptr, nullptr);
  const sa local = address_from(address);
  if (!error) error = sip_transp_add(interface->stack.get(), SIP_TRANSP_UDP, &local);
  if (!error) error = sip_transp_add(interface->stack.get(), SIP_TRANSP_TCP, &local);
  if (!error && tls_server_) {
    auto encrypted = address;
    encrypted.port = tls_port_;
    const sa at = address_from(encrypted);
    error = sip_transp_add(interface->stack.get(), SIP_TRANSP_TLS, &at, tls_server_->get());
  }
  interfaces_.push_back(std::move(interface));
  return error;
}

SipStack::~SipStack() {
  for (const auto& link : links_) close_link(*link);
  for (const auto& interface : interfaces_) sip_close(interface->stack.get(), true);
}

int SipStack::listen_on(struct sip* stack, Ref<sip_lsnr>& requests, Ref<sip_lsnr>& responses, sip_msg_h* on_request,
                        sip_msg_h* on_response, void* arg) const {
  const int error = sip_listen(requests.out(), stack, true, on_request, arg);
  return error ? error : sip_listen(responses.out(), stack, false, on_response, arg);
}

int SipStack::listen(sip_msg_h* requests, sip_msg_h* responses, void* arg) {
  on_request_ = requests;
  on_response_ = responses;
  listener_ = arg;
  int error = 0;
  for (const auto& interface : interfaces_) {
    if (!error)
      error = listen_on(interface->stack.get(), interface->requests, interface->responses, requests, responses, arg);
  }
  return error;
}

base::Result<std::uint16_t> SipStack::link(const TlsPeer& peer) {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i]->context->peer() == peer) return static_cast<std::uint16_t>(i + 1);
  }
  if (links_.size() >= kMaxLinks)
    return base::fail(base::ErrorCode::resource_exhausted, "sip", "too many different hosts are spoken to by TLS");
  auto context = TlsContext::client(peer);
  if (!context) return tl::unexpected(context.error());
  auto& link = *links_.emplace_back(std::make_unique<Link>());
  link.owner = this;
  link.context = std::move(*context);
  return static_cast<std::uint16_t>(links_.size());
}

int SipStack::bind_link(Link& link, const base::Endpoint& peer) {
  auto local = facing(peer);
  local.port = 0;
  const sa wanted = address_from(local);
  int error = sip_transp_add(link.stack.get(), SIP_TRANSP_TLS, &wanted, link.context->get());
  sa bound{};
  if (!error) error = sip_transp_laddr(link.stack.get(), &bound, SIP_TRANSP_TLS, nullptr);
  if (!error) link.connected_from = endpoint_from(bound);
  return error;
}

int SipStack::open_link(Link& link, const base::Endpoint& peer) {
  if (link.stack) return 0;
  int error = sip_alloc(link.stack.out(), nullptr, kLinkBuckets, kLinkBuckets, kLinkBuckets, nullptr, nullptr, nullptr);
  if (!error) error = bind_link(link, peer);
  const auto on_request = [](const sip_msg* message, void* arg) {
    auto& from = *static_cast<Link*>(arg);
    from.owner->note(from, message);
    return from.owner->on_request_(message, from.owner->listener_);
  };
  const auto on_response = [](const sip_msg* message, void* arg) {
    auto& from = *static_cast<Link*>(arg);
    from.owner->note(from, message);
    return from.owner->on_response_(message, from.owner->listener_);
  };
  if (!error) error = listen_on(link.stack.get(), link.requests, link.responses, on_request, on_response, &link);
  if (error) close_link(link);
  return error;
}

void SipStack::close_link(Link& link) {
  if (!link.stack) return;
  sip_close(link.stack.get(), true);
  link.requests.reset();
  link.responses.reset();
  link.stack.reset();
}

void SipStack::drop_connections(const Hop& hop) {
  Link* link = link_at(hop);
  if (!link || !link->stack) return;
  // It takes the listener with it.
  sip_transp_flush(link->stack.get());
  if (bind_link(*link, hop.to) != 0) close_link(*link);
}

std::string SipStack::tls_fault(const Hop& hop) const {
  const Link* link = link_at(hop);
  return link ? link->context->fault() : std::string();
}

void SipStack::note(const Hop& hop, const sip_msg* message) {
  if (Link* link = link_at(hop)) note(*link, message);
}

void SipStack::note(Link& link, const sip_msg* message) {
  link.connected_from = endpoint_from(message->dst);
  for (const auto& other : links_) {
    const bool known =
        std::find(other->connections.begin(), other->connections.end(), message->sock) != other->connections.end();
    if (known && other.get() == &link) return;
    if (known)
      std::replace<decltype(other->connections.begin()), const void*>(other->connections.begin(),
                                                                      other->connections.end(), message->sock, nullptr);
  }
  link.connections[link.next++ % Link::kRemembered] = message->sock;
}

SipStack::Link* SipStack::link_at(const Hop& hop) const {
  return hop.link == 0 || hop.link > links_.size() ? nullptr : links_[hop.link - 1U].get();
}

const SipStack::Link* SipStack::link_of(const sip_msg* message) const {
  if (message->tp != SIP_TRANSP_TLS || endpoint_from(message->dst).port == tls_port_) return nullptr;
  for (const auto& link : links_) {
    const auto& known = link->connections;
    if (link->stack && std::find(known.begin(), known.end(), message->sock) != known.end()) return link.get();
  }
  return nullptr;
}

Hop SipStack::hop_of(const sip_msg* message) const {
  Hop hop{endpoint_from(message->src), Transport::udp};
  if (message->tp == SIP_TRANSP_TCP) hop.transport = Transport::tcp;
  if (message->tp != SIP_TRANSP_TLS) return hop;
  hop.transport = Transport::tls;
  const Link* link = link_of(message);
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].get() == link) hop.link = static_cast<std::uint16_t>(i + 1);
  }
  return hop;
}

std::vector<base::Endpoint> SipStack::addresses() const {
  std::vector<base::Endpoint> out;
  for (const auto& interface : interfaces_) out.push_back(interface->address);
  return out;
}

std::vector<base::Endpoint> SipStack::adopt_new_addresses() {
  std::vector<base::Endpoint> added;
  if (!unspecified(listening_)) return added;
  for (const auto& address : local_addresses(listening_)) {
    const bool known = std::any_of(interfaces_.begin(), interfaces_.end(),
                                   [&](const auto& i) { return i->address.same_address(address); });
    if (known || interfaces_.size() >= kMaxInterfaces) continue;
    int error = add_interface(address);
    auto& interface = *interfaces_.back();
    if (!error) {
      error = listen_on(interface.stack.get(), interface.requests, interface.responses, on_request_, on_response_,
                        listener_);
    }
    if (error) {
      interfaces_.pop_back();
    } else {
      added.push_back(address);
    }
  }
  if (!added.empty()) lengthen_queues({listening_.port, tls_port_});
  return added;
}

struct sip* SipStack::stack_at(const base::Endpoint& address) const {
  for (const auto& interface : interfaces_) {
    if (interface->address.same_address(address)) return interface->stack.get();
  }
  return interfaces_.front()->stack.get();
}

struct sip* SipStack::stack_of(const sip_msg* message) const {
  if (const Link* link = link_of(message)) return link->stack.get();
  return stack_at(endpoint_from(message->dst));
}

struct sip* SipStack::stack_for(const Hop& hop) {
  if (hop.link == 0) return stack_facing(hop.to);
  Link* link = link_at(hop);
  if (!link || open_link(*link, hop.to) != 0) return nullptr;
  link->context->forget_fault();
  return link->stack.get();
}

struct sip* SipStack::stack_facing(const base::Endpoint& peer) const {
  return stack_at(facing(peer));
}

base::Endpoint SipStack::facing(const base::Endpoint& peer) const {
  const auto& first = interfaces_.front()->address;
  if (interfaces_.size() == 1 || peer.v6 != listening_.v6) return first;
  // Connecting a UDP socket sends nothing; it only asks the routing table.
  const Socket probe(peer, SOCK_DGRAM);
  const sa address = address_from(peer);
  if (probe.fd() < 0 || ::connect(probe.fd(), &address.u.sa, address.len) != 0) return first;
  const auto local = probe.local();
  for (const auto& interface : interfaces_) {
    if (local && interface->address.same_address(*local)) return interface->address;
  }
  return first;
}

base::Endpoint SipStack::contact_address(const Hop& peer) const {
  auto ours = facing(peer.to);
  if (peer.transport != Transport::tls) return public_address_.seen_by(peer.to, ours);
  ours.port = tls_port_;
  const Link* link = link_at(peer);
  // Without a listener of ours the peer can only reach us over the connection there is.
  return public_address_.seen_by(peer.to, tls_port_ == 0 && link ? link->connected_from : ours);
}

std::string SipStack::contact(std::string_view user, const Hop& peer) const {
  const std::string transport =
      peer.transport == Transport::udp ? "" : std::string(";transport=") + transport_name(peer.transport);
  return "Contact: <sip:" + escaped_user(user) + "@" + base::to_string(contact_address(peer)) + transport + ">\r\n";
}

std::string SipStack::with_body(std::string headers, std::string_view content_type, std::string_view body) {
  if (!body.empty()) headers += "Content-Type: " + std::string(content_type) + "\r\n";
  headers += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return headers.append(body);
}

void SipStack::serve_only(std::function<bool(const base::Endpoint&)> served) {
  served_ = std::move(served);
}

bool SipStack::serves(const base::Endpoint& source) const {
  if (!served_ || served_(source)) return true;
  return std::any_of(interfaces_.begin(), interfaces_.end(),
                     [&](const auto& interface) { return interface->address.same_address(source); });
}

std::string SipStack::server_line(const sip_msg* request) const {
  if (product_token_.empty() || !serves(endpoint_from(request->src))) return {};
  return "Server: " + product_token_ + "\r\n";
}

std::string SipStack::user_agent_line() const {
  return product_token_.empty() ? std::string() : "User-Agent: " + product_token_ + "\r\n";
}

int SipStack::respond(const sip_msg* request, const Response& response, sip_strans** transaction, Ref<mbuf>* sent) {
  const std::string reason = header_safe(response.reason);
  const std::string rest = server_line(request) + response.rest;
  return sip_treplyf(transaction, sent ? sent->out() : nullptr, stack_of(request), request, response.establishes_dialog,
                     static_cast<std::uint16_t>(response.status), reason.c_str(), "%b", rest.data(), rest.size());
}

void SipStack::reply_stateless(const sip_msg* request, int status, std::string_view reason, std::string headers) {
  const std::string rest = server_line(request) + with_body(std::move(headers), {}, {});
  sip_replyf(stack_of(request), request, static_cast<std::uint16_t>(status), std::string(reason).c_str(), "%b",
             rest.data(), rest.size());
}

int SipStack::send_request(struct sip_request** request, const Hop& hop, const std::string& method,
                           const std::string& uri, const std::string& message, sip_resp_h* on_response, void* arg) {
  std::string hop_text;
  struct uri route {};
  if (const int error = decode_hop(hop, hop_text, route)) return error;
  const auto body = buffer_of(user_agent_line() + message);
  struct sip* stack = stack_for(hop);
  if (!stack) return ENOTCONN;
  return ::sip_request(request, stack, request != nullptr, method.c_str(), -1, uri.c_str(), -1, &route, body.get(), 0,
                       nullptr, on_response, arg);
}

int SipStack::send_stateless(const Hop& hop, const std::string& method, const std::string& uri,
                             const std::string& message) {
  return send_request(nullptr, hop, method, uri, message, nullptr, nullptr);
}

void SipStack::send_crlf(const Hop& hop) {
  send_text(hop, "\r\n\r\n");
}

void SipStack::send_text(const Hop& hop, std::string_view text) {
  const auto bytes = buffer_of(text);
  const sa address = address_from(hop.to);
  struct sip* stack = stack_for(hop);
  if (stack) sip_send(stack, nullptr, transport_of(hop), &address, bytes.get());
}

int SipStack::resend(const sip_msg* request, mbuf* response) {
  response->pos = 0;
  sa destination;
  pl rport{};
  const bool symmetric = msg_param_exists(&request->via.params, "rport", &rport) == 0;
  sip_reply_addr(&destination, request, symmetric);
  return sip_send(stack_of(request), request->sock, request->tp, &destination, response);
}

}  // namespace frontdesk::sip
