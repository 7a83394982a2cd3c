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

bool unspecified(const base::Endpoint& endpoint) {
  return std::all_of(endpoint.address.begin(), endpoint.address.end(), [](auto byte) { return byte == 0; });
}

sip_transp transport_of(const Hop& hop) { return hop.transport == Transport::tcp ? SIP_TRANSP_TCP : SIP_TRANSP_UDP; }

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

/// libre writes its listening address into Via: with 0.0.0.0 put the address that faces the peer.
int concrete_via(const SipStack& stack, const sa* source, const sa* destination, mbuf* message) {
  if (!sa_is_any(source)) return 0;
  const std::string wildcard = base::to_string(endpoint_from(*source));
  std::string text(reinterpret_cast<const char*>(message->buf), message->end);
  const auto at = text.find(" " + wildcard + ";");
  if (at == std::string::npos) return 0;
  text.replace(at + 1, wildcard.size(), base::to_string(stack.facing(endpoint_from(*destination))));
  mbuf_rewind(message);
  return mbuf_write_mem(message, reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
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

base::Result<std::unique_ptr<SipStack>> SipStack::open(const base::Endpoint& listen,
                                                       const std::string& product_token) {
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
  int error = sip_alloc(&stack->sip_, nullptr, kTransactionBuckets, kTransactionBuckets, kConnectionBuckets,
                        product_token.empty() ? nullptr : product_token.c_str(), nullptr, nullptr);
  const sa address = address_from(stack->listening_);
  if (!error) error = sip_transp_add(stack->sip_, SIP_TRANSP_UDP, &address);
  if (!error) error = sip_transp_add(stack->sip_, SIP_TRANSP_TCP, &address);
  if (error) return unavailable(error);
  return stack;
}

SipStack::~SipStack() {
  if (!sip_) return;
  sip_close(sip_, true);
  mem_deref(sip_);
}

base::Endpoint SipStack::facing(const base::Endpoint& peer) const {
  if (!unspecified(listening_)) return listening_;
  // Connecting a UDP socket sends nothing; it only asks the routing table.
  const Socket probe(peer, SOCK_DGRAM);
  const sa address = address_from(peer);
  if (probe.fd() < 0 || ::connect(probe.fd(), &address.u.sa, address.len) != 0) return listening_;
  auto local = probe.local().value_or(listening_);
  local.port = listening_.port;
  return local;
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
  return sip_treplyf(transaction, sent ? sent->out() : nullptr, sip_, request, response.establishes_dialog,
                     static_cast<std::uint16_t>(response.status), reason.c_str(), "%b", response.rest.data(),
                     response.rest.size());
}

void SipStack::refuse(const sip_msg* request, int status, std::string_view reason, std::string headers) {
  const std::string rest = with_body(std::move(headers), {}, {});
  sip_replyf(sip_, request, static_cast<std::uint16_t>(status), std::string(reason).c_str(), "%b", rest.data(),
             rest.size());
}

int SipStack::send_stateless(const Hop& hop, const std::string& method, const std::string& uri,
                             const std::string& message) {
  std::string hop_text;
  struct uri route {};
  if (const int error = decode_hop(hop, hop_text, route)) return error;
  const auto body = buffer_of(message);
  const auto on_send = [](sip_transp, const sa* source, const sa* destination, mbuf* buffer, void* arg) {
    return concrete_via(*static_cast<SipStack*>(arg), source, destination, buffer);
  };
  return ::sip_request(nullptr, sip_, false, method.c_str(), -1, uri.c_str(), -1, &route, body.get(), 0, on_send,
                       nullptr, this);
}

void SipStack::send_crlf(const Hop& hop) {
  const auto crlf = buffer_of("\r\n\r\n");
  const sa address = address_from(hop.to);
  sip_send(sip_, nullptr, transport_of(hop), &address, crlf.get());
}

int SipStack::resend(const sip_msg* request, mbuf* response) {
  response->pos = 0;
  sa destination;
  pl rport{};
  const bool symmetric = msg_param_exists(&request->via.params, "rport", &rport) == 0;
  sip_reply_addr(&destination, request, symmetric);
  return sip_send(sip_, request->sock, request->tp, &destination, response);
}

std::unique_ptr<ClientTransaction> ClientTransaction::send(SipStack& stack, const Hop& hop, const std::string& method,
                                                           const std::string& uri, const std::string& message,
                                                           OnResponse on_response) {
  std::string hop_text;
  struct uri route {};
  if (decode_hop(hop, hop_text, route) != 0) return nullptr;
  std::unique_ptr<ClientTransaction> transaction(new ClientTransaction(stack, std::move(on_response)));
  const auto body = buffer_of(message);
  const auto on_send = [](sip_transp, const sa* source, const sa* destination, mbuf* buffer, void* arg) {
    return concrete_via(static_cast<ClientTransaction*>(arg)->stack_, source, destination, buffer);
  };
  const auto on_answer = [](int error, const sip_msg* response, void* arg) {
    // A copy: the callback may destroy the transaction.
    const auto callback = static_cast<ClientTransaction*>(arg)->on_response_;
    callback(error, response);
  };
  const int error = ::sip_request(&transaction->request_, stack.get(), true, method.c_str(), -1, uri.c_str(), -1,
                                  &route, body.get(), 0, on_send, on_answer, transaction.get());
  if (error) return nullptr;
  return transaction;
}

ClientTransaction::~ClientTransaction() { mem_deref(request_); }

void ClientTransaction::cancel() {
  if (request_) sip_request_cancel(request_);
}

}  // namespace frontdesk::sip
