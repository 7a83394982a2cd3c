// Private: transports, requests and responses over libre's transaction layer. Signalling thread only.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "sip/dialog_state.hpp"
#include "sip/libre.hpp"
#include "sip/public_address.hpp"
#include "sip/tls_context.hpp"

namespace frontdesk::sip {

struct TlsListening;  // user_agent.hpp

inline constexpr std::string_view kAllow = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY\r\n";
inline constexpr std::string_view kSupported = "Supported: timer, 100rel, replaces\r\n";

class SipStack {
 public:
  /// Opens UDP and TCP on one port, and TLS on another one if asked.
  static base::Result<std::unique_ptr<SipStack>> open(const base::Endpoint& listen, const std::string& product_token,
                                                      const std::optional<TlsListening>& tls);
  ~SipStack();
  SipStack(const SipStack&) = delete;
  SipStack& operator=(const SipStack&) = delete;

  /// Where we listen, as asked; the address may be unspecified.
  const base::Endpoint& listening() const { return listening_; }
  /// Port 0: TLS is not listened for.
  std::uint16_t tls_port() const { return tls_port_; }
  /// Each concrete address that we listen on.
  std::vector<base::Endpoint> addresses() const;
  /// Listens on what this machine has got since, if all addresses were asked for; those added.
  std::vector<base::Endpoint> adopt_new_addresses();
  /// Where `peer` reaches us: the one among addresses() that is routed to it.
  base::Endpoint facing(const base::Endpoint& peer) const;
  /// What we are known by outside.
  PublicAddress& public_address() { return public_address_; }
  /// libre's stack that a message came to, or that sends to a hop; null if the hop's link cannot be opened.
  struct sip* stack_of(const sip_msg* message) const;
  struct sip* stack_for(const Hop& hop);
  /// Where a message came from, and over what.
  Hop hop_of(const sip_msg* message) const;

  /// The number for Hop::link of connections to this peer, whose certificate is checked for it. Each
  /// peer's connections are its own, so that none passes for another at the same address.
  base::Result<std::uint16_t> link(const TlsPeer& peer);
  /// Why the last connection of the link failed; empty if TLS was not the reason.
  std::string tls_fault(const Hop& hop) const;
  /// Remembers that the message came over the link's connection. For responses, which go past listen().
  void note(const Hop& hop, const sip_msg* message);
  /// Drops the link's connections, those half open as well: the next request opens a new one. Not to be
  /// called from inside a callback of libre's.
  void drop_connections(const Hop& hop);
  /// Hands every message that no transaction takes to `requests` and `responses`. Returns errno.
  int listen(sip_msg_h* requests, sip_msg_h* responses, void* arg);
  /// What `peer` reaches us by: the address in contact().
  base::Endpoint contact_address(const Hop& peer) const;
  /// "Contact: <sip:user@address:port;transport=tcp>\r\n"; user is escaped here.
  std::string contact(std::string_view user, const Hop& peer) const;

  /// Headers (with CRLF each) and the body, complete with Content-Length.
  static std::string with_body(std::string headers, std::string_view content_type, std::string_view body);

  /// Whose requests are taken; unset: everybody's. Whoever is not served does not learn what we are.
  void serve_only(std::function<bool(const base::Endpoint&)> served);
  /// Our own addresses always are.
  bool serves(const base::Endpoint& source) const;
  /// "User-Agent: ..." for requests of ours, or nothing.
  std::string user_agent_line() const;

  struct Response {
    int status = 0;
    std::string reason;
    std::string rest;  ///< from with_body()
    bool establishes_dialog = false;
  };
  /// Through a server transaction; `transaction` may point to one that is open. The bytes sent are
  /// stored in `sent` if wanted. Returns errno.
  int respond(const sip_msg* request, const Response& response, sip_strans** transaction = nullptr,
              Ref<mbuf>* sent = nullptr);
  /// Without a transaction, and so without memory of it.
  void reply_stateless(const sip_msg* request, int status, std::string_view reason, std::string headers = {});

  /// A request outside any transaction: ACK for a 2xx.
  int send_stateless(const Hop& hop, const std::string& method, const std::string& uri, const std::string& message);
  /// A transaction of libre's, or none if `request` is null. Returns errno.
  int send_request(struct sip_request** request, const Hop& hop, const std::string& method, const std::string& uri,
                   const std::string& message, sip_resp_h* on_response, void* arg);
  void send_crlf(const Hop& hop);
  /// Bytes that are a whole message.
  void send_text(const Hop& hop, std::string_view text);

  // Servers that stand in for each other (client_transaction.cpp).
  /// In the order to try them; replaces what the owner (a trunk) has set before.
  void set_route(const void* owner, std::vector<Hop> hops);
  void forget_route(const void* owner);
  /// `asked` did not answer but this one: it is tried first from now on.
  void prefer(const Hop& asked, const Hop& answered);
  /// The route that a hop is in, the owner's before others', or the hop alone.
  std::vector<Hop> ways(const Hop& hop, const void* owner) const;
  int resend(const sip_msg* request, mbuf* response);

 private:
  /// libre binds concrete addresses only and sends everything from the first, so each has a stack.
  struct Interface {
    base::Endpoint address;
    Ref<struct sip> stack;
    Ref<sip_lsnr> requests, responses;
  };

  /// libre sends every TLS connection of a stack off with one context, so each peer has a stack.
  struct Link {
    static constexpr std::size_t kRemembered = 8;
    SipStack* owner = nullptr;
    std::unique_ptr<TlsContext> context;
    base::Endpoint connected_from;  ///< at first its own listener, which accepts nobody for want of a certificate
    Ref<struct sip> stack;
    Ref<sip_lsnr> requests, responses;
    std::array<const void*, kRemembered> connections{};  ///< newest messages' sockets, for stack_of()
    std::size_t next = 0;
  };

  struct Route {
    const void* owner;
    std::vector<Hop> hops;
  };

  SipStack() = default;
  int add_interface(const base::Endpoint& address);
  struct sip* stack_at(const base::Endpoint& address) const;
  struct sip* stack_facing(const base::Endpoint& peer) const;
  int bind_link(Link& link, const base::Endpoint& peer);
  int open_link(Link& link, const base::Endpoint& peer);
  void close_link(Link& link);
  int listen_on(struct sip* stack, Ref<sip_lsnr>& requests, Ref<sip_lsnr>& responses, sip_msg_h* on_request,
                sip_msg_h* on_response, void* arg) const;
  void note(Link& link, const sip_msg* message);
  std::string server_line(const sip_msg* request) const;
  const Link* link_of(const sip_msg* message) const;
  Link* link_at(const Hop& hop) const;

  PublicAddress public_address_;
  std::vector<Route> routes_;
  std::string product_token_;
  std::function<bool(const base::Endpoint&)> served_;
  sip_msg_h* on_request_ = nullptr;
  sip_msg_h* on_response_ = nullptr;
  void* listener_ = nullptr;
  std::uint16_t tls_port_ = 0;
  std::unique_ptr<TlsContext> tls_server_;
  std::vector<std::unique_ptr<Link>> links_;  ///< Hop::link - 1 is the index
  base::Endpoint listening_;
  std::vector<std::unique_ptr<Interface>> interfaces_;
};

/// One client transaction; of an INVITE one after the other along a route, until a server answers. Destroying it
/// before the end cancels an INVITE and forgets the rest.
class ClientTransaction {
 public:
  /// `error` is errno and `response` null if no final answer will come.
  using OnResponse = std::function<void(int error, const sip_msg* response)>;

  /// `message`: headers after Via, from SipStack::with_body(). nullptr if it could not be sent at all.
  /// `faults` is told what `on_response` throws. `route`: whose servers an INVITE outside dialogs is tried at.
  static std::unique_ptr<ClientTransaction> send(SipStack& stack, const Hop& hop, const std::string& method,
                                                 const std::string& uri, const std::string& message,
                                                 OnResponse on_response, FaultSink& faults,
                                                 const void* route = nullptr);
  /// To the first of `hops` that can be reached.
  static std::unique_ptr<ClientTransaction> send(SipStack& stack, std::vector<Hop> hops, const std::string& method,
                                                 const std::string& uri, const std::string& message,
                                                 OnResponse on_response, FaultSink& faults);
  ~ClientTransaction();
  ClientTransaction(const ClientTransaction&) = delete;
  ClientTransaction& operator=(const ClientTransaction&) = delete;

  /// CANCEL, at once or after the first provisional response; the final response still arrives.
  void cancel();

 private:
  ClientTransaction(SipStack& stack, OnResponse on_response, FaultSink& faults)
      : stack_(stack), on_response_(std::move(on_response)), faults_(faults) {}
  bool attempt();
  void answered(int error, const sip_msg* response);

  SipStack& stack_;
  OnResponse on_response_;
  FaultSink& faults_;
  std::string method_, uri_, message_;
  std::vector<Hop> hops_;
  std::size_t next_ = 0;  ///< into hops_
  bool inside_dialog_ = false;
  bool heard_ = false;  ///< a server has answered something
  bool cancelled_ = false;
  Timer silence_{faults_};
  struct sip_request* request_ = nullptr;
};

}  // namespace frontdesk::sip
