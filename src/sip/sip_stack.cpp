#include "sip/sip_stack.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::uint32_t kTransactionBuckets = 4096;
constexpr std::uint32_t kConnectionBuckets = 1024;
constexpr int kPortTries = 16;
constexpr std::size_t kMaxInterfaces = 16;

bool unspecified(const base::Endpoint& endpoint) {
  return std::all_of(endpoint.address.begin(), endpoint.address.end(), [](auto byte) { return byte == 0; });
}

sip_transp transport_of(const Hop& hop) {
  return hop.transport == Transport::tcp ? SIP_TRANSP_TCP : SIP_TRANSP_UDP;
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
  text = "sip:" + base::to_string(hop.to) + (hop.transport == Transport::tcp ? ";transport=tcp" : ";transport=udp");
  pl whole{text.data(), text.size()};
  return uri_decode(&decoded, &whole);
}

}  // namespace

base::Result<std::unique_ptr<SipStack>> SipStack::open(const base::Endpoint& listen, const std::string& product_token) {
  const auto unavailable = [&](int error) {
    return base::fail(base::ErrorCode::unavailable, "sip",
                      "cannot listen on " + base::to_string(listen) +
                          ": another program may use the port; stop it or choose another port",
                      base::Retry::later, error);
  };
  std::unique_ptr<SipStack> stack(new SipStack);
  stack->listening_ = listen;
  stack->listening_.port = free_port(listen);
  if (stack->listening_.port == 0) return unavailable(errno);
  const bool any = unspecified(stack->listening_);
  const auto addresses = any ? local_addresses(stack->listening_) : std::vector{stack->listening_};
  int error = addresses.empty() ? EADDRNOTAVAIL : 0;
  for (const auto& address : addresses) {
    if (!error) error = stack->add_interface(address, product_token);
  }
  if (error) return unavailable(error);
  return stack;
}

int SipStack::add_interface(const base::Endpoint& address, const std::string& product_token) {
  auto interface = std::make_unique<Interface>();
  interface->address = address;
  int error = sip_alloc(interface->stack.out(), nullptr, kTransactionBuckets, kTransactionBuckets, kConnectionBuckets,
                        product_token.empty() ? nullptr : product_token.c_str(), nullptr, nullptr);
  const sa local = address_from(address);
  if (!error) error = sip_transp_add(interface->stack.get(), SIP_TRANSP_UDP, &local);
  if (!error) error = sip_transp_add(interface->stack.get(), SIP_TRANSP_TCP, &local);
  interfaces_.push_back(std::move(interface));
  return error;
}

SipStack::~SipStack() {
  for (const auto& interface : interfaces_) sip_close(interface->stack.get(), true);
}

int SipStack::listen(sip_msg_h* requests, sip_msg_h* responses, void* arg) {
  int error = 0;
  for (const auto& interface : interfaces_) {
    if (!error) error = sip_listen(interface->requests.out(), interface->stack.get(), true, requests, arg);
    if (!error) error = sip_listen(interface->responses.out(), interface->stack.get(), false, responses, arg);
  }
  return error;
}

std::vector<base::Endpoint> SipStack::addresses() const {
  std::vector<base::Endpoint> out;
  for (const auto& interface : interfaces_) out.push_back(interface->address);
  return out;
}

struct sip* SipStack::stack_at(const base::Endpoint& address) const {
  for (const auto& interface : interfaces_) {
    if (interface->address.same_address(address)) return interface->stack.get();
  }
  return interfaces_.front()->stack.get();
}

struct sip* SipStack::stack_of(const sip_msg* message) const {
  return stack_at(endpoint_from(message->dst));
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

std::string SipStack::contact(std::string_view user, const Hop& peer) const {
  return "Contact: <sip:" + escaped_user(user) + "@" + base::to_string(facing(peer.to)) +
         (peer.transport == Transport::tcp ? ";transport=tcp" : "") + ">\r\n";
}

std::string SipStack::with_body(std::string headers, std::string_view content_type, std::string_view body) {
  if (!body.empty()) headers += "Content-Type: " + std::string(content_type) + "\r\n";
  headers += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return headers.append(body);
}

int SipStack::respond(const sip_msg* request, const Response& response, sip_strans** transaction, Ref<mbuf>* sent) {
  const std::string reason = header_safe(response.reason);
  return sip_treplyf(transaction, sent ? sent->out() : nullptr, stack_of(request), request, response.establishes_dialog,
                     static_cast<std::uint16_t>(response.status), reason.c_str(), "%b", response.rest.data(),
                     response.rest.size());
}

void SipStack::reply_stateless(const sip_msg* request, int status, std::string_view reason, std::string headers) {
  const std::string rest = with_body(std::move(headers), {}, {});
  sip_replyf(stack_of(request), request, static_cast<std::uint16_t>(status), std::string(reason).c_str(), "%b",
             rest.data(), rest.size());
}

int SipStack::send_stateless(const Hop& hop, const std::string& method, const std::string& uri,
                             const std::string& message) {
  std::string hop_text;
  struct uri route {};
  if (const int error = decode_hop(hop, hop_text, route)) return error;
  const auto body = buffer_of(message);
  return ::sip_request(nullptr, stack_facing(hop.to), false, method.c_str(), -1, uri.c_str(), -1, &route, body.get(), 0,
                       nullptr, nullptr, nullptr);
}

void SipStack::send_crlf(const Hop& hop) {
  const auto crlf = buffer_of("\r\n\r\n");
  const sa address = address_from(hop.to);
  sip_send(stack_facing(hop.to), nullptr, transport_of(hop), &address, crlf.get());
}

int SipStack::resend(const sip_msg* request, mbuf* response) {
  response->pos = 0;
  sa destination;
  pl rport{};
  const bool symmetric = msg_param_exists(&request->via.params, "rport", &rport) == 0;
  sip_reply_addr(&destination, request, symmetric);
  return sip_send(stack_of(request), request->sock, request->tp, &destination, response);
}

std::unique_ptr<ClientTransaction> ClientTransaction::send(SipStack& stack, const Hop& hop, const std::string& method,
                                                           const std::string& uri, const std::string& message,
                                                           OnResponse on_response) {
  std::string hop_text;
  struct uri route {};
  if (decode_hop(hop, hop_text, route) != 0) return nullptr;
  std::unique_ptr<ClientTransaction> transaction(new ClientTransaction(std::move(on_response)));
  const auto body = buffer_of(message);
  const auto on_answer = [](int error, const sip_msg* response, void* arg) {
    // A copy: the callback may destroy the transaction.
    const auto callback = static_cast<ClientTransaction*>(arg)->on_response_;
    callback(error, response);
  };
  const int error = ::sip_request(&transaction->request_, stack.stack_facing(hop.to), true, method.c_str(), -1,
                                  uri.c_str(), -1, &route, body.get(), 0, nullptr, on_answer, transaction.get());
  if (error) return nullptr;
  return transaction;
}

ClientTransaction::~ClientTransaction() {
  mem_deref(request_);
}

void ClientTransaction::cancel() {
  if (request_) sip_request_cancel(request_);
}

}  // namespace frontdesk::sip
