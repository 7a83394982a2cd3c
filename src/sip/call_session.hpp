// Private: one call, from INVITE to BYE, over the transaction layer: answering (call_session_uas),
// calling (call_session_uac), and what happens inside the dialog (call_session). Signalling thread.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sip/dialog_state.hpp"
#include "sip/libre.hpp"
#include "sip/sdp.hpp"
#include "sip/session_timer.hpp"
#include "sip/sip_stack.hpp"
#include "sip/syntax.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::sip {

struct AtomicCounters {
  std::atomic<std::uint64_t> requests{0}, refused{0}, malformed{0}, rate_limited{0}, dialogs{0}, total_dialogs{0},
      unacknowledged{0};
};

/// What a session needs from its surroundings.
struct SessionHost {
  SipStack& stack;
  UserAgentSink& sink;
  const UserAgentOptions& options;
  AtomicCounters& counters;
  std::function<void(DialogId)> retire;  ///< destroy the session once the current callback has returned
  std::function<const TrunkRegistration*(const std::string&)> trunk;
};

class CallSession {
 public:
  CallSession(DialogId id, SessionHost& host) : id_(id), host_(host) {}
  ~CallSession();
  CallSession(const CallSession&) = delete;
  CallSession& operator=(const CallSession&) = delete;

  /// UAS. `offer` was parsed and holds audio we know; nullopt for a late offer. False: not possible.
  bool start_incoming(const sip_msg* invite, std::optional<SessionDescription> offer);
  /// UAC. `target` is the Request-URI.
  void start_outgoing(OutgoingCall call, const SipUri& target, const Hop& hop);

  void ring();
  void answer(LocalMedia media);
  void reject(int status, const std::string& reason, std::optional<int> retry_after_s);
  void hang_up(const std::string& reason);

  /// A request inside this dialog, ACK included.
  void on_request(const sip_msg* request);
  /// A 2xx to our INVITE that came again: our ACK was lost.
  void on_repeated_ok(const sip_msg* response);

  DialogId id() const { return id_; }
  const DialogState& dialog() const { return dialog_; }
  bool ended() const { return ended_; }
  std::uint32_t invite_sequence() const { return invite_sequence_; }
  bool incoming() const { return incoming_; }

 private:
  enum class Phase { proceeding, answered, established };
  /// A 2xx of ours that waits for its ACK (RFC 3261, section 13.3.1.4).
  struct UnackedOk {
    Ref<mbuf> bytes;
    Ref<sip_msg> request;
    std::uint32_t sequence = 0;
    bool answer_expected = false;
    base::Duration waited{0};
    base::Duration interval{0};
    Timer timer;
  };

  // Inside the dialog (call_session.cpp).
  void on_ack(const sip_msg* ack);
  void on_bye(const sip_msg* bye);
  void on_offer(const sip_msg* request);
  void on_info(const sip_msg* info);
  bool out_of_turn(const sip_msg* request);
  bool answer_in_dialog(const sip_msg* request, std::optional<std::string>& sdp);
  void await_ack(const sip_msg* request, Ref<mbuf> bytes, bool answer_expected);
  void retransmit_ok();
  void report_media(const NegotiatedMedia& media);
  bool take_answer(std::string_view content_type, std::string_view body);
  void send_bye(const std::string& reason);
  void send_bye_to(const Hop& hop, const std::string& message);
  void end(EndCause cause, int status, std::string reason);
  void retire_when_quiet();
  void update_target(const sip_msg* message);
  void prepare_local(LocalMedia media);
  std::string next_local_sdp();

  // Session timers and their refresh (call_session_timer.cpp).
  std::string accept_timer(const sip_msg* request);
  void arm_session_timer();
  void refresh();
  void refresh_by_update();
  void refresh_by_invite();
  void on_refreshed(int error, const sip_msg* response, std::uint32_t sequence, bool by_invite);

  // Answering (call_session_uas.cpp).
  void on_cancelled();
  void send_ok(const std::string& sdp);
  void final_error(int status, const std::string& reason, const std::string& headers);

  // Calling (call_session_uac.cpp).
  void send_invite(std::string authorization);
  void on_invite_response(int error, const sip_msg* response);
  void on_invite_ok(const sip_msg* response);
  void on_invite_error(const sip_msg* response);
  void acknowledge(std::uint32_t sequence);
  bool retry_with_credentials(const sip_msg* response);

  const DialogId id_;
  SessionHost& host_;
  DialogState dialog_;
  Hop seen_;
  Phase phase_ = Phase::proceeding;
  bool incoming_ = true;
  bool ended_ = false;
  bool cancelling_ = false;
  bool peer_allows_update_ = false;
  bool rang_ = false;
  std::string contact_user_ = "frontdesk";
  std::uint32_t invite_sequence_ = 0;

  LocalSession local_;
  std::optional<SessionDescription> offer_;
  std::optional<NegotiatedMedia> media_;

  Ref<sip_msg> invite_;
  sip_strans* transaction_ = nullptr;
  std::unique_ptr<UnackedOk> unacked_;
  std::optional<std::string> bye_after_ack_;
  std::optional<SessionTimer> session_timer_;
  bool peer_supports_timer_ = false;

  OutgoingCall call_;
  bool credentials_tried_ = false;
  std::unique_ptr<ClientTransaction> invite_request_;
  std::unique_ptr<ClientTransaction> request_;  ///< BYE or refresh
  Timer limit_, refresh_, expiry_;
};

/// From a message: the user part, escapes undone.
std::string user_of(const uri& address);
std::string content_type_of(const sip_msg* message);
std::string_view body_of(const sip_msg* message);
std::string random_token();

}  // namespace frontdesk::sip
