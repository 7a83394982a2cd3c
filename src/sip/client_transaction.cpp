#include <algorithm>

#include "sip/sip_stack.hpp"

namespace frontdesk::sip {
namespace {

/// How long an INVITE waits for any answer at all while there is another server to try.
constexpr base::Duration kFailoverLimit = base::seconds(5);

bool inside_dialog(const std::string& message) {
  const auto to = message.find("\r\nTo: ");
  return to != std::string::npos &&
         message.substr(to + 2, message.find("\r\n", to + 2) - to).find(";tag=") != std::string::npos;
}

}  // namespace

std::unique_ptr<ClientTransaction> ClientTransaction::send(SipStack& stack, const Hop& hop, const std::string& method,
                                                           const std::string& uri, const std::string& message,
                                                           OnResponse on_response, FaultSink& faults,
                                                           const void* route) {
  // Registrations look for their server themselves, and what is inside a dialog belongs where the dialog is.
  const bool anew = method == "INVITE" && !inside_dialog(message);
  return send(stack, anew ? stack.ways(hop, route) : std::vector{hop}, method, uri, message, std::move(on_response),
              faults);
}

std::unique_ptr<ClientTransaction> ClientTransaction::send(SipStack& stack, std::vector<Hop> hops,
                                                           const std::string& method, const std::string& uri,
                                                           const std::string& message, OnResponse on_response,
                                                           FaultSink& faults) {
  std::unique_ptr<ClientTransaction> transaction(new ClientTransaction(stack, std::move(on_response), faults));
  transaction->method_ = method;
  transaction->uri_ = uri;
  transaction->message_ = message;
  transaction->hops_ = std::move(hops);
  transaction->inside_dialog_ = inside_dialog(message);
  if (!transaction->attempt()) return nullptr;
  return transaction;
}

bool ClientTransaction::attempt() {
  const auto on_answer = [](int error, const sip_msg* response, void* arg) {
    auto& self = *static_cast<ClientTransaction*>(arg);
    at_boundary(self.faults_, [&] { self.answered(error, response); });
  };
  while (next_ < hops_.size()) {
    const Hop hop = hops_[next_++];
    if (stack_.send_request(&request_, hop, method_, uri_, message_, on_answer, this) != 0) continue;
    if (next_ < hops_.size() && !inside_dialog_) {
      silence_.start(kFailoverLimit, [this] { answered(ETIMEDOUT, nullptr); });
    } else {
      silence_.cancel();
    }
    return true;
  }
  return false;
}

/// RFC 3263, section 4.3: nothing heard, or 503: the next server gets the same request as a new transaction.
void ClientTransaction::answered(int error, const sip_msg* response) {
  silence_.cancel();
  if (response && next_ > 0) stack_.note(hops_[next_ - 1], response);
  // Inside a dialog there is one peer, and other ways to it only if this one is broken.
  const bool failed = error || !response || (response->scode == 503 && !inside_dialog_);
  if (failed && !heard_ && !cancelled_ && next_ < hops_.size()) {
    request_ = static_cast<struct sip_request*>(mem_deref(request_));
    if (attempt()) return;
  }
  if (!failed && !heard_ && next_ > 1) stack_.prefer(hops_.front(), hops_[next_ - 1]);
  heard_ = heard_ || response;
  // A copy: the callback may destroy the transaction.
  const auto callback = on_response_;
  callback(error, response);
}

ClientTransaction::~ClientTransaction() {
  mem_deref(request_);
}

void ClientTransaction::cancel() {
  cancelled_ = true;
  silence_.cancel();
  if (request_) sip_request_cancel(request_);
}

void SipStack::set_route(const void* owner, std::vector<Hop> hops) {
  forget_route(owner);
  if (hops.size() > 1) routes_.push_back({owner, std::move(hops)});
}

void SipStack::forget_route(const void* owner) {
  std::erase_if(routes_, [owner](const auto& route) { return route.owner == owner; });
}

void SipStack::prefer(const Hop& asked, const Hop& answered) {
  for (auto& [owner, hops] : routes_) {
    const auto found = std::find(hops.begin(), hops.end(), answered);
    if (found != hops.end() && std::find(hops.begin(), hops.end(), asked) != hops.end())
      std::rotate(hops.begin(), found, found + 1);
  }
}

std::vector<Hop> SipStack::ways(const Hop& hop, const void* owner) const {
  const Route* found = nullptr;
  for (const auto& route : routes_) {
    const bool leads = std::find(route.hops.begin(), route.hops.end(), hop) != route.hops.end();
    if (leads && (!found || route.owner == owner)) found = &route;
  }
  return found ? found->hops : std::vector{hop};
}

}  // namespace frontdesk::sip
