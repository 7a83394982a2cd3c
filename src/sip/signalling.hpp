// Private: what the signalling thread owns: the stack, all calls, all trunks;
// it routes messages and commands to them. Every member runs on that thread
// unless it says otherwise.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sip/call_session.hpp"
#include "sip/connection_quota.hpp"
#include "sip/rate_limit.hpp"
#include "sip/request_screen.hpp"
#include "sip/trunk_link.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::sip {

class Signalling final : public FaultSink {
 public:
  /// Dialog ids are minted by the user agent, which needs them on other
  /// threads, too.
  using Mint = std::function<DialogId()>;

  Signalling(UserAgentOptions options, UserAgentSink& sink, AtomicCounters& counters, Post post, Mint mint)
      : options_(std::move(options)),
        sink_(sink),
        counters_(counters),
        post_(std::move(post)),
        mint_(std::move(mint)) {}
  ~Signalling();
  Signalling(const Signalling&) = delete;
  Signalling& operator=(const Signalling&) = delete;

  base::Status open();
  SipStack& stack() { return *stack_; }

  CallSession* find(DialogId id);
  /// Something to do with a call, if there still is one; what it throws ends
  /// that call.
  void command(DialogId id, const std::function<void(CallSession&)>& action) noexcept;
  void on_fault(const char* what) override;
  void invite(DialogId id, OutgoingCall call);
  void hang_up(DialogId id, const std::string& reason);
  void transfer(DialogId id, const TransferOrder& order);
  /// See UserAgent::drain().
  void drain(base::Duration limit);
  void register_trunk(TrunkRegistration trunk);
  void start_trunks();
  void remove_trunk(const std::string& name);
  /// Ends everything; `on_idle` once nothing is left.
  void shut_down(std::function<void()> on_idle);

 private:
  // Messages (signalling.cpp).
  static bool on_request_thunk(const sip_msg* request, void* arg);
  static bool on_response_thunk(const sip_msg* response, void* arg);
  static bool on_datagram_thunk(sa* source, mbuf* datagram, void* arg);
  bool on_datagram(const base::Endpoint& source, mbuf* datagram);
  void on_request(const sip_msg* request);
  void on_response(const sip_msg* response);
  void on_invite(const sip_msg* invite);
  void on_options(const sip_msg* options);
  void refuse(const sip_msg* request, const Refusal& refusal);
  CallSession* session_of(std::string_view call_id, std::string_view local_tag, std::string_view remote_tag);
  CallSession* begun_by(const sip_msg* invite);
  void on_broken_request(const sip_msg* request, const char* what);
  /// Fills in `replaced`; false: answered with an error.
  bool find_replaced(const sip_msg* invite, DialogId& replaced);
  IncomingCall describe(const sip_msg* invite, DialogId id, bool has_offer) const;
  bool from_trunk(const base::Endpoint& source) const;
  Standing standing_of(const base::Endpoint& source) const;
  void guard_datagrams(const std::vector<base::Endpoint>& addresses);
  void watch_addresses();
  void sweep_connections();

  // Ends (signalling_life.cpp).
  void locate_call(DialogId id, const OutgoingCall& call, const SipUri& target, ServerName name);
  void start_call(DialogId id, OutgoingCall call, const SipUri& target, Way way);
  /// Ends an outgoing call whose target is still being resolved; false if there
  /// is none.
  bool end_unresolved(DialogId id, EndCause cause, const std::string& reason);
  void retire(DialogId id);
  void bury();
  void check_idle();
  void hang_up_all(const std::string& reason);
  TrunkLink* trunk_named(const std::string& name) const;

  UserAgentOptions options_;
  UserAgentSink& sink_;
  AtomicCounters& counters_;
  Post post_;
  Mint mint_;
  std::unique_ptr<MessageGuard> guard_;
  std::unique_ptr<SipStack> stack_;
  std::vector<Ref<udp_helper>> datagram_guards_;
  std::string probe_id_;  ///< Call-ID of the messages to ourselves by which the
                          ///< UDP sockets are found
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<Locator> locator_;
  std::unique_ptr<SessionHost> host_;
  std::map<DialogId, std::unique_ptr<CallSession>> sessions_;
  std::map<std::string, DialogId, std::less<>> by_local_tag_;
  std::map<DialogId, std::unique_ptr<Timer>> unresolved_;  ///< outgoing calls that wait for an address
  std::vector<std::unique_ptr<CallSession>> dead_sessions_;
  std::vector<std::unique_ptr<TrunkLink>> trunks_;
  std::vector<std::unique_ptr<TrunkLink>> leaving_trunks_;
  Timer burial_{*this}, address_watch_{*this}, connection_sweep_{*this}, drain_limit_{*this};
  ConnectionQuota quota_;
  base::Instant swept_at_{base::Duration(0)};
  int fewest_descriptors_ = 0;  ///< since the last sweep
  std::function<void()> on_idle_;
  bool shutting_down_ = false;
  bool draining_ = false;
  bool drained_ = false;  ///< and the sink was told
};

}  // namespace frontdesk::sip
