// Private: the shell of one trunk's Registration: resolves, sends REGISTER, keeps the path open.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "sip/registration_machine.hpp"
#include "sip/resolver.hpp"
#include "sip/sip_stack.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::sip {

/// Runs an action on the signalling thread, from any thread; false if the queue is full.
using Post = std::function<bool(std::function<void()>)>;

class TrunkLink {
 public:
  struct Surroundings {
    SipStack& stack;
    Resolver& resolver;
    UserAgentSink& sink;
    Post post;
  };

  TrunkLink(TrunkRegistration trunk, Surroundings surroundings);
  ~TrunkLink() { *self_ = nullptr; }
  TrunkLink(const TrunkLink&) = delete;
  TrunkLink& operator=(const TrunkLink&) = delete;

  void start();
  /// Unregisters; on_finished() follows.
  void stop();
  void on_finished(std::function<void()> action) { on_finished_ = std::move(action); }
  bool finished() const { return finished_; }

  const TrunkRegistration& trunk() const { return trunk_; }
  /// Whether a message from `source` comes from this trunk's registrar.
  bool is_from(const base::Endpoint& source) const;

 private:
  void run(const Registration::Commands& commands);
  void execute(const Registration::Resolve& command);
  void execute(const Registration::Send& command);
  void execute(const Registration::Report& command);
  void execute(const Registration::Finished& command);
  std::string register_message(const Registration::Send& command, const Hop& hop);
  void on_response(base::RequestId id, const Hop& hop, int error, const sip_msg* response);
  RegisterAnswer read_answer(const Hop& hop, const sip_msg* response) const;
  void watch_connection(const sip_msg* response);
  void keep_alive();
  void arm_wakeup();

  TrunkRegistration trunk_;
  Surroundings surroundings_;
  Registration registration_;
  std::shared_ptr<TrunkLink*> self_;  ///< nulls itself for callbacks that arrive late
  std::string request_uri_, party_, call_id_, tag_;
  std::uint32_t sequence_ = 0;
  std::unique_ptr<ClientTransaction> request_;
  Ref<sip_keepalive> connection_watch_;
  Hop registrar_;
  std::function<void()> on_finished_;
  bool finished_ = false;
  Timer wakeup_, keep_alive_;
};

}  // namespace frontdesk::sip
