// Private: one call, from INVITE to BYE, over the transaction layer: answering
// (call_session_uas), calling (call_session_uac), reliable provisional
// responses (call_session_reliable), and inside the dialog: the peer's requests
// (call_session), our changes and refreshes (call_session_renegotiate),
// transfer (call_session_transfer); and the trunk's credentials in all of these
// (call_session_authorize). Signalling thread.
#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sip/dialog_state.hpp"
#include "sip/digest.hpp"
#include "sip/libre.hpp"
#include "sip/reliable_provisional.hpp"
#include "sip/sdp.hpp"
#include "sip/session_timer.hpp"
#include "sip/sip_stack.hpp"
#include "sip/syntax.hpp"
#include "sip/transfer.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::sip {

struct AtomicCounters {
  std::atomic<std::uint64_t> requests{0}, refused{0}, malformed{0}, rate_limited{0}, dialogs{0}, total_dialogs{0},
      unacknowledged{0}, faults{0};
};

/// What a session needs from its surroundings.
struct SessionHost {
  SipStack& stack;
  UserAgentSink& sink;
  const UserAgentOptions& options;
  AtomicCounters& counters;
  std::function<void(DialogId)> retire;  ///< destroy the session once the current callback has returned
  std::function<const TrunkRegistration*(const std::string&)> trunk;
  /// Whether a trunk's credentials may go to a hop for a realm.
  std::function<bool(const std::string& trunk, const Hop& hop, const std::string& realm)> may_answer;
  /// Ends another call.
  std::function<void(DialogId, const std::string& reason)> hang_up;
};

/// Where an outgoing call begins.
struct Way {
  Hop hop;
  std::string proxy_route;       ///< value of Route; empty: none
  const void* owner = nullptr;   ///< of the route that the hop is in (SipStack::set_route)
  std::vector<Hop> others = {};  ///< of a name looked up: tried after the hop (RFC 3263, section 4.3)
};

class CallSession final : public FaultSink {
 public:
  CallSession(DialogId id, SessionHost& host)
      : id_(id), host_(host), session_clock_(host.options.session_interval_s, host.options.min_session_interval_s) {}
  ~CallSession();
  CallSession(const CallSession&) = delete;
  CallSession& operator=(const CallSession&) = delete;

  /// UAS. `offer` was parsed and holds audio we know; nullopt for a late offer.
  /// False: not possible.
  bool start_incoming(const sip_msg* invite, std::optional<SessionDescription> offer, const IncomingCall& call);
  /// UAC. `target` is the Request-URI; `way` leads there.
  void start_outgoing(OutgoingCall call, const SipUri& target, const Way& way);

  /// `media`: for an offer, if the caller insists on a reliable response and has made none itself.
  void ring(std::optional<LocalMedia> media);
  void progress(LocalMedia media);
  void answer(LocalMedia media);
  void reject(int status, const std::string& reason, std::optional<int> retry_after_s);
  void hang_up(const std::string& reason);
  void hold(bool wanted);
  void change_media(const std::vector<Codec>& preferred, int ptime_ms);
  void send_digits(const std::string& digits);
  /// `joined` is hung up as well when the transfer has succeeded; 0: none.
  void transfer(const std::string& target, const std::optional<ReplacedDialog>& replaces, base::Duration limit,
                DialogId joined);

  /// A request inside this dialog, ACK included.
  void on_request(const sip_msg* request);
  /// A 2xx to our INVITE that came again: our ACK was lost.
  void on_repeated_ok(const sip_msg* response);
  /// A 2xx to our INVITE from another one than whom we talk to: the INVITE was
  /// forked. It gets ACK and BYE (RFC 3261, section 13.2.2.4).
  void on_other_ok(const sip_msg* response);

  /// Ends the call: 500 while it is unanswered, else BYE or CANCEL.
  void on_fault(const char* what) override;

  DialogId id() const { return id_; }
  const DialogState& dialog() const { return dialog_; }
  bool ended() const { return ended_; }
  std::uint32_t invite_sequence() const { return invite_sequence_; }
  bool incoming() const { return incoming_; }
  bool established() const { return phase_ != Phase::proceeding; }
  base::Endpoint peer() const { return seen_.to; }

 private:
  enum class Phase { proceeding, answered, established };
  /// A 2xx of ours that waits for its ACK (RFC 3261, section 13.3.1.4).
  struct UnackedOk {
    explicit UnackedOk(FaultSink& faults) : timer(faults) {}
    Ref<mbuf> bytes;
    Ref<sip_msg> request;
    std::uint32_t sequence = 0;
    bool answer_expected = false;
    base::Duration waited{0};
    base::Duration interval{0};
    Timer timer;
  };
  /// A reliable provisional response of ours that waits for its PRACK.
  struct Unpracked {
    explicit Unpracked(FaultSink& faults) : timer(faults) {}
    Ref<mbuf> bytes;
    bool describes = false;  ///< bears an offer or an answer
    base::Duration waited{0};
    base::Duration interval{0};
    Timer timer;
  };
  /// A branch of our INVITE that we do not want.
  struct OtherBranch {
    std::string tag;
    std::unique_ptr<ClientTransaction> bye;
  };
  using Challenge = std::optional<DigestChallenge>;
  static constexpr std::size_t kMaxOtherBranches = 8;
  static constexpr std::size_t kMaxNonces = 4;
  static constexpr int kMaxChallenges = 4;

  // Inside the dialog (call_session.cpp).
  void on_ack(const sip_msg* ack);
  void on_bye(const sip_msg* bye);
  void on_offer(const sip_msg* request);
  void on_info(const sip_msg* info);
  bool out_of_turn(const sip_msg* request);
  bool answer_in_dialog(const sip_msg* request, std::optional<std::string>& sdp);
  void await_ack(const sip_msg* request, Ref<mbuf> bytes, bool answer_expected);
  void retransmit_ok();
  void report_media(NegotiatedMedia media, AgreedLines lines);
  bool take_answer(std::string_view content_type, std::string_view body);
  void send_bye(const std::string& reason);
  void send_bye_to(const std::vector<Hop>& hops, const Challenge& challenge);
  void end(EndCause cause, int status, std::string reason);
  void retire_when_quiet();
  void update_target(const sip_msg* message);
  /// In the order to try them.
  std::vector<Hop> hops_inside(const DialogState& dialog) const;
  void prepare_local(LocalMedia media);
  std::string next_local_sdp(bool held);
  std::string accept_timer(const sip_msg* request);
  bool interval_too_small(const sip_msg* request);

  // Hold, and the session timer's refresh (call_session_renegotiate.cpp).
  bool busy() const;
  void renegotiate();
  void hold_settled(int status);
  void change_settled(int status);
  LocalMedia wanted_media() const;
  void on_session_clock();
  void arm_session_timer();
  void refresh();
  void send_update(const Challenge& challenge);
  void send_reinvite(const Challenge& challenge);
  void abandon_reinvite();
  void on_renegotiated(const sip_msg* response, bool by_invite, bool authorized);
  void on_renegotiation_accepted(const sip_msg* response, bool by_invite);
  void after_glare();

  // Digits of ours (call_session_info.cpp).
  void send_next_digit();

  // Reliable provisional responses (call_session_reliable.cpp).
  void send_provisional(int status, const std::string& sdp, bool reliable);
  void retransmit_provisional();
  void on_prack(const sip_msg* prack);
  static bool is_reliable(const sip_msg* response);
  bool acknowledge_provisional(const sip_msg* response, ResponseOrder& order);
  void send_prack(const DialogState& early, const std::string& rack, const Challenge& challenge);
  void on_reliable_in_dialog(const sip_msg* response);

  // Transfer (call_session_transfer.cpp).
  void send_refer(const Challenge& challenge);
  void on_refer_response(const sip_msg* response, bool authorized);
  void on_notify(const sip_msg* notify);
  void report_transfer(const std::optional<TransferProgress>& progress);
  void report_transfer_of_leaver();

  // Answering (call_session_uas.cpp).
  void on_cancelled();
  void send_ok(const std::string& sdp);
  void final_error(int status, const std::string& reason, const std::string& headers);

  // Calling (call_session_uac.cpp).
  void send_invite(const Challenge& challenge);
  void on_invite_response(int error, const sip_msg* response);
  void on_provisional(const sip_msg* response);
  void on_invite_ok(const sip_msg* response);
  void on_invite_error(const sip_msg* response);
  void acknowledge(std::uint32_t sequence);
  /// Our dialog as the sender of this response sees it.
  DialogState dialog_of(const sip_msg* response) const;
  void leave_branch(const DialogState& other, const Challenge& challenge);

  // Credentials (call_session_authorize.cpp).
  /// Of a 401 or 407 that the trunk's credentials may answer, in a request that goes to `next`.
  Challenge challenge_of(const sip_msg* response, const Hop& next) const;
  /// A header line for a request in `dialog`; empty without a challenge.
  std::string credentials(const Challenge& challenge, std::string_view method, std::string_view body,
                          const DialogState& dialog);
  std::uint32_t count_use(const std::string& nonce);
  /// Of an INVITE that answers all that was asked so far; `challenge` is new.
  std::string invite_credentials(const Challenge& challenge, std::string_view body);
  std::string invite_credentials_for(const Hop& hop) const;
  /// Whether another answer may help: nobody of that realm was answered yet, or the nonce alone was wrong.
  bool worth_answering(const DigestChallenge& challenge) const;

  const DialogId id_;
  SessionHost& host_;
  DialogState dialog_;
  Hop seen_;
  Phase phase_ = Phase::proceeding;
  bool incoming_ = true;
  bool ended_ = false;
  bool cancelling_ = false;
  bool peer_allows_update_ = false;
  bool described_ = false;           ///< our description went out in a 183
  bool reliably_described_ = false;  ///< and reliably, so that the 200 needs none
  bool rang_ = false;
  std::string contact_user_ = "frontdesk";
  std::uint32_t invite_sequence_ = 0;

  LocalSession local_;
  std::optional<SessionDescription> offer_;
  std::optional<NegotiatedMedia> media_;
  std::optional<AgreedLines> lines_;
  std::string sent_sdp_;  ///< our last description; its version counts up when it changes
  bool held_ = false;     ///< by us
  bool offered_hold_ = false;
  std::optional<bool> hold_wanted_;
  struct MediaChange {
    std::vector<Codec> preferred;
    int ptime_ms = 20;
  };
  std::optional<MediaChange> change_wanted_;
  std::optional<LocalMedia> media_before_;  ///< while a change is offered
  int glares_ = 0;

  Ref<sip_msg> invite_;
  sip_strans* transaction_ = nullptr;
  std::unique_ptr<UnackedOk> unacked_;
  std::optional<std::string> bye_after_ack_;
  SessionClock session_clock_;

  std::unique_ptr<Unpracked> unpracked_;
  bool crossing_prack_ = false;  ///< we answered before it came
  std::function<void()> after_prack_;
  std::uint32_t response_sequence_ = 0;
  ResponseOrder response_order_, reinvite_order_;
  std::uint32_t reinvite_order_sequence_ = 0;
  bool prack_used_ = false;  ///< a reliable response has answered our offer
  std::unique_ptr<ClientTransaction> prack_;
  std::vector<OtherBranch> other_branches_;

  std::optional<Transfer> transfer_;
  std::string refer_to_;
  std::uint32_t refer_sequence_ = 0;
  DialogId joined_ = 0;
  std::unique_ptr<ClientTransaction> refer_;

  std::string digits_to_send_;
  std::unique_ptr<ClientTransaction> info_;

  std::string trunk_;
  DialogId replaces_ = 0;
  OutgoingCall call_;
  Way way_;
  struct NonceUse {
    std::string nonce;
    std::uint32_t count = 0;
  };
  std::vector<NonceUse> nonces_;  ///< the last that were answered
  struct InviteCredentials {
    DigestChallenge challenge;
    std::string line;
  };
  /// That the last INVITE of ours answered, one for each that asked: a proxy and the server behind it.
  std::vector<InviteCredentials> invite_credentials_;
  int challenges_ = 0;  ///< to our first INVITE
  std::string bye_reason_;
  std::unique_ptr<ClientTransaction> invite_request_;
  std::unique_ptr<ClientTransaction> request_;  ///< BYE or refresh
  Timer limit_{*this}, session_wakeup_{*this}, retry_{*this}, transfer_limit_{*this};
};

/// From a message: the user part, escapes undone, or the number of a tel URI.
std::string user_of(const uri& address);
std::string content_type_of(const sip_msg* message);
std::string_view body_of(const sip_msg* message);
std::string random_token();
/// Whether the sender knows an extension, or asks for it.
bool supports(const sip_msg* message, const char* option);
/// The number that a header begins with.
std::optional<std::uint32_t> number_of(const sip_msg* message, sip_hdrid id);
std::optional<SessionExpires> session_expires_of(const sip_msg* message);
/// After a 491: 2.1 s to 4 s if we own the Call-ID, else 0 s to 2 s, in steps
/// of 10 ms (RFC 3261, section 14.1).
base::Duration glare_wait(bool we_called, std::uint64_t random);
/// A description of ours when we hold the peer (RFC 3264, section 8.4).
std::string held_description(std::string sdp);

}  // namespace frontdesk::sip
