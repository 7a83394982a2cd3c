// Private: transports, requests and responses over libre's transaction layer. Signalling thread only.
#pragma once
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

namespace frontdesk::sip {

inline constexpr std::string_view kAllow = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE\r\n";
inline constexpr std::string_view kSupported = "Supported: timer\r\n";

class SipStack {
 public:
  /// Opens UDP and TCP on one port.
  static base::Result<std::unique_ptr<SipStack>> open(const base::Endpoint& listen, const std::string& product_token);
  ~SipStack();
  SipStack(const SipStack&) = delete;
  SipStack& operator=(const SipStack&) = delete;

  /// Where we listen, as asked; the address may be unspecified.
  const base::Endpoint& listening() const { return listening_; }
  /// Each concrete address that we listen on.
  std::vector<base::Endpoint> addresses() const;
  /// Where `peer` reaches us: the one among addresses() that is routed to it.
  base::Endpoint facing(const base::Endpoint& peer) const;
  /// libre's stack for the address that a message came to, or that faces a peer.
  struct sip* stack_of(const sip_msg* message) const;
  struct sip* stack_facing(const base::Endpoint& peer) const;
  /// Hands every message that no transaction takes to `requests` and `responses`. Returns errno.
  int listen(sip_msg_h* requests, sip_msg_h* responses, void* arg);
  /// "Contact: <sip:user@address:port;transport=tcp>\r\n"; user is escaped here.
  std::string contact(std::string_view user, const Hop& peer) const;

  /// Headers (with CRLF each) and the body, complete with Content-Length.
  static std::string with_body(std::string headers, std::string_view content_type, std::string_view body);

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
  void send_crlf(const Hop& hop);
  int resend(const sip_msg* request, mbuf* response);

 private:
  /// libre binds concrete addresses only and sends everything from the first, so each has a stack.
  struct Interface {
    base::Endpoint address;
    Ref<struct sip> stack;
    Ref<sip_lsnr> requests, responses;
  };

  SipStack() = default;
  int add_interface(const base::Endpoint& address, const std::string& product_token);
  struct sip* stack_at(const base::Endpoint& address) const;

  base::Endpoint listening_;
  std::vector<std::unique_ptr<Interface>> interfaces_;
};

/// One client transaction. Destroying it before the end cancels an INVITE and forgets the rest.
class ClientTransaction {
 public:
  /// `error` is errno and `response` null if no final answer will come.
  using OnResponse = std::function<void(int error, const sip_msg* response)>;

  /// `message`: headers after Via, from SipStack::with_body(). nullptr if it could not be sent at all.
  static std::unique_ptr<ClientTransaction> send(SipStack& stack, const Hop& hop, const std::string& method,
                                                 const std::string& uri, const std::string& message,
                                                 OnResponse on_response);
  ~ClientTransaction();
  ClientTransaction(const ClientTransaction&) = delete;
  ClientTransaction& operator=(const ClientTransaction&) = delete;

  /// CANCEL, at once or after the first provisional response; the final response still arrives.
  void cancel();

 private:
  explicit ClientTransaction(OnResponse on_response) : on_response_(std::move(on_response)) {}
  OnResponse on_response_;
  struct sip_request* request_ = nullptr;
};

}  // namespace frontdesk::sip
