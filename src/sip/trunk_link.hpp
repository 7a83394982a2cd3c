// Private: the shell of one trunk's Registration: finds its servers, sends
// REGISTER, keeps the path open.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "sip/connection_watch.hpp"
#include "sip/keep_alive.hpp"
#include "sip/locator.hpp"
#include "sip/registration_machine.hpp"
#include "sip/sip_stack.hpp"
#include "sip/syntax.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::sip {

struct AtomicCounters;

class TrunkLink final : public FaultSink {
 public:
  struct Surroundings {
    SipStack& stack;
    Locator& locator;
    UserAgentSink& sink;
    Post post;
    AtomicCounters& counters;
  };

  TrunkLink(TrunkRegistration trunk, Surroundings surroundings);
  ~TrunkLink();
  TrunkLink(const TrunkLink&) = delete;
  TrunkLink& operator=(const TrunkLink&) = delete;

  void start();
  /// Unregisters; on_finished() follows.
  void stop();
  void on_finished(std::function<void()> action) { on_finished_ = std::move(action); }
  bool finished() const { return finished_; }
  /// Tries again a little later.
  void on_fault(const char* what) override;
  /// Asks the routing table whether the registrar still sees us where we
  /// registered from.
  void check_local_address();

  const TrunkRegistration& trunk() const { return trunk_; }
  bool started() const { return started_; }
  struct Way {
    Hop hop;
    std::string proxy_route;  ///< value of Route; empty: none
  };
  /// Where its calls to `target` go: through the outbound proxy, or to the servers of its own domain. nullopt: the
  /// target is looked up like any other, or there are no servers yet. `transport`: that the target asks for.
  std::optional<Way> way_to(const SipUri& target, std::optional<Transport> transport) const;
  /// Whether a message from `source` comes from this trunk's servers.
  bool is_from(const base::Endpoint& source) const;
  /// Whether our credentials may go to `hop` for `realm`: only to the trunk,
  /// only for its own realm.
  bool may_answer(const Hop& hop, const std::string& realm) const;

 private:
  /// A round of finding the servers: the registrar's and the backup's.
  struct Part {
    ServerName name;
    bool backup = false;
    bool located = false;
    std::vector<Hop> hops;
  };

  void run(const Registration::Commands& commands);
  void execute(const Registration::Resolve& command);
  void execute(const Registration::Send& command);
  void execute(const Registration::Report& command);
  void execute(const Registration::Finished& command);
  void on_located(base::RequestId id, std::size_t part, std::vector<Hop> hops);
  RegistrarAddress address_of(const Hop& hop, const Part& part);
  bool uses_proxy(const RegistrarAddress& to) const;
  std::string proxy_route(const RegistrarAddress& to) const;
  std::string request_uri(const RegistrarAddress& to) const;
  std::string request_headers_to(const RegistrarAddress& to, std::string_view method) const;
  std::string register_message(const Registration::Send& command);
  void on_response(base::RequestId id, const RegistrarAddress& to, int error, const sip_msg* response);
  RegisterAnswer read_answer(const sip_msg* response) const;
  RegisterAnswer read_failure(const Hop& hop) const;
  bool learns_address(const Hop& from, const sip_msg* response);
  void on_connection_lost();
  void keep_path_open(const RegistrarAddress& to, const sip_msg* response);
  void ping();
  void send_options();
  void arm_wakeup(base::Duration at_least = {});
  void arm_keep_alive();
  void pin_route();
  void repeat_report();

  TrunkRegistration trunk_;
  Surroundings surroundings_;
  Registration registration_;
  std::shared_ptr<TrunkLink*> self_;  ///< nulls itself for callbacks that arrive late
  std::string party_, call_id_, tag_;
  std::uint32_t sequence_ = 0;
  base::RequestId search_ = 0;
  std::vector<Part> parts_;
  std::optional<Redirection> redirection_;
  std::string link_fault_;  ///< why TLS could not even be prepared
  std::unique_ptr<ClientTransaction> request_, options_;
  RegistrarAddress registrar_;
  base::Endpoint contact_;  ///< in the last REGISTER
  base::Endpoint local_;    ///< our address behind it
  bool connect_anew_ = false;
  RegistrationStatus reported_;
  ConnectionWatch connection_;
  KeepAlive keep_alive_;
  std::function<void()> on_finished_;
  bool started_ = false;
  bool finished_ = false;
  Timer wakeup_{*this}, keep_alive_timer_{*this}, report_timer_{*this};
};

}  // namespace frontdesk::sip
