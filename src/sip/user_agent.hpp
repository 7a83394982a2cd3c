// The SIP user agent (RFC 3261): answers and places calls, registers trunks. It owns one signalling
// thread; commands come from any thread and never block, events leave on the signalling thread.
//
// Life of an incoming call:  on_incoming -> [ring] -> answer -> on_media (unless the offer is late)
// -> ACK: on_established (after the late answer's on_media) -> on_ended. Of an outgoing one:
// invite -> on_progress* -> on_media -> on_established -> on_ended. on_ended comes exactly once for
// each dialog, whoever ends it, and nothing follows it; commands for an ended dialog do nothing.
//
// Within an established call: hold and resume -> on_hold; transfer and join -> on_transfer*, and on_ended if it has
// succeeded. A REFER from a peer is refused: nobody but us decides where our calls go.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "sip/caller_headers.hpp"
#include "sip/media_description.hpp"
#include "sip/public_address.hpp"
#include "sip/registration.hpp"
#include "sip/transfer.hpp"

namespace frontdesk::sip {

/// Minted by the user agent, never reused; 0 is "none".
using DialogId = std::uint64_t;

/// Who calls whom, as claimed by the peer: untrusted, and caller data (not for logs).
struct IncomingCall {
  DialogId dialog = 0;
  std::string call_id;
  std::string request_user;  ///< user part of the Request-URI: the number called
  std::string from_user, from_host, from_display;
  std::string to_user;
  CallerHeaders caller;
  base::Endpoint source;
  Transport transport = Transport::udp;
  bool has_offer = false;
  std::string trunk;  ///< the trunk whose registrar sent it, or empty
  /// The call that this one takes the place of (RFC 3891), or 0: it is hung up as soon as this one is answered.
  DialogId replaces = 0;
};

struct OutgoingCall {
  std::string target;  ///< "sip:user@host:port;transport=tcp"
  LocalMedia media;
  std::string from_user = "frontdesk";
  std::string from_display;
  std::string trunk;  ///< answer challenges with this trunk's credentials; may be empty
};

enum class EndCause {
  cancelled,           ///< the caller gave up before the answer
  remote_hangup,       ///< BYE from the peer
  rejected,            ///< by us with reject(), or by the peer with an error status
  no_ack,              ///< our 200 was never acknowledged
  no_media_agreement,  ///< no common codec, or the answer made no sense
  timeout,             ///< no final answer to a request, or the session timer ran out
  transport_failed,
  local_hangup,
};

struct DialogEnded {
  EndCause cause = EndCause::remote_hangup;
  int status = 0;      ///< the SIP status, if one ended it
  std::string reason;  ///< reason phrase or our own words; safe to log
};

/// Called on the signalling thread: hand over and return. Commands may be given from inside. What is thrown from here
/// ends the call: 500 before the answer, else BYE.
class UserAgentSink {
 public:
  virtual ~UserAgentSink() = default;
  virtual void on_incoming(const IncomingCall& call) = 0;
  /// An offer was answered, in whichever message: INVITE, 200, ACK, re-INVITE, UPDATE.
  virtual void on_media(DialogId dialog, const NegotiatedMedia& media) = 0;
  /// A provisional answer to our INVITE: 180 Ringing, 183 Session Progress.
  virtual void on_progress(DialogId dialog, int status) = 0;
  virtual void on_established(DialogId dialog) = 0;
  virtual void on_ended(DialogId dialog, const DialogEnded& ended) = 0;
  /// A digit by INFO (application/dtmf-relay): 0-9, *, #, A-D.
  virtual void on_info_dtmf(DialogId dialog, char digit) = 0;
  virtual void on_registration(const std::string& trunk, const RegistrationStatus& status) = 0;
  /// What came of hold() or resume(): whether we hold the peer now. Status 200: as wanted; else that which refused the
  /// change, 0 if the call was not established. Hold by the peer shows in on_media: may_send is false.
  virtual void on_hold(DialogId /*dialog*/, bool /*held*/, int /*status*/) {}
  /// What came of change_media(): 200, or the status that refused it, 0 if the call was not established.
  virtual void on_media_change(DialogId /*dialog*/, int /*status*/) {}
  /// After succeeded comes on_ended; after failed the call is up as before.
  virtual void on_transfer(DialogId /*dialog*/, const TransferProgress& /*progress*/) {}
  /// After drain(): no call is left.
  virtual void on_drained() {}
};

/// Where TLS connections are taken, beside UDP and TCP.
struct TlsListening {
  std::uint16_t port = 5061;  ///< 0 picks a free one
  std::string certificate_file, key_file;
};

struct UserAgentOptions {
  base::Endpoint listen;                    ///< one port for UDP and TCP; port 0 picks a free one
  std::optional<TlsListening> tls;          ///< listened for as well; certificate and key in PEM files
  std::vector<base::Endpoint> dns_servers;  ///< empty: those of /etc/resolv.conf
  std::string product_token = "Frontdesk";  ///< User-Agent, and Server to whom we serve; empty sends neither
  /// Who is served besides the trunks' servers; everybody else gets 403 whatever they ask for. Unset: everybody is
  /// served. Called on the signalling thread.
  std::function<bool(const base::Endpoint&)> direct_caller;
  NatOptions nat;                  ///< when a router stands between us and the provider
  std::size_t max_dialogs = 1000;  ///< beyond it INVITE gets 503 with Retry-After
  /// Per source address, and twice that of all together; trunks excepted; the rest is dropped unread. Who is not
  /// served has much less (rate_limit.hpp).
  double max_messages_per_s = 2000;
  double message_burst = 4000;
  base::Duration t1 = base::milliseconds(500);     ///< of our own retransmissions and give-up times (64 * T1)
  std::uint32_t min_session_interval_s = 90;       ///< RFC 4028, section 4: less is answered 422
  std::uint32_t session_interval_s = 1800;         ///< what our INVITEs ask for; 0: no session timer
  base::Duration ring_limit = base::seconds(180);  ///< an INVITE neither answered nor rejected gets 480
};

/// Where a call is sent by REFER.
struct TransferOrder {
  std::string target;                        ///< "sip:user@host" or "tel:+44..."; not looked at if second_leg is set
  DialogId second_leg = 0;                   ///< an established call of ours whose peer takes our place (RFC 3891)
  base::Duration limit = base::seconds(60);  ///< without an outcome by then the transfer has failed
};

struct Counters {
  std::uint64_t requests = 0;      ///< well-formed enough to reach us, without retransmissions
  std::uint64_t refused = 0;       ///< answered with an error status
  std::uint64_t malformed = 0;     ///< answered 400, or not SIP at all
  std::uint64_t rate_limited = 0;  ///< dropped unread
  std::uint64_t dialogs = 0;       ///< alive now
  std::uint64_t total_dialogs = 0;
  std::uint64_t unacknowledged = 0;  ///< ended with no_ack
  std::uint64_t faults = 0;          ///< exceptions, the sink's included: each ended the call it happened in
};

class UserAgent {
 public:
  /// `sink` must outlive the user agent. unavailable: the port is taken; invalid_argument: options.
  static base::Result<std::unique_ptr<UserAgent>> start(const UserAgentOptions& options, UserAgentSink& sink);
  ~UserAgent();  ///< stop() with its default limit
  UserAgent(const UserAgent&) = delete;
  UserAgent& operator=(const UserAgent&) = delete;

  base::Endpoint udp() const;
  base::Endpoint tcp() const;
  base::Endpoint tls() const;  ///< port 0: TLS is not listened for

  // Commands. resource_exhausted: the command queue is full; failed_precondition: stopped.
  /// 180. A caller that insists on reliable responses (RFC 3262) and made no offer gets ours in it, if `media` are
  /// given, and else no 180; they hold for the answer then.
  base::Status ring(DialogId dialog, std::optional<LocalMedia> media = {});
  /// 183 with our description, for sound before the answer; reliably (RFC 3262) if the caller can. Its media hold for
  /// the answer as well.
  base::Status progress(DialogId dialog, LocalMedia media);
  base::Status answer(DialogId dialog, LocalMedia media);
  base::Status reject(DialogId dialog, int status, std::string reason, std::optional<int> retry_after_s = {});
  /// CANCEL before the answer of an outgoing call, 480 for an unanswered incoming one, else BYE.
  base::Status hang_up(DialogId dialog, std::string reason);
  base::Result<DialogId> invite(OutgoingCall call);
  /// re-INVITE with sendonly, and with sendrecv; the last one wins. Both end in on_hold.
  base::Status hold(DialogId dialog);
  base::Status resume(DialogId dialog);
  /// Digits by INFO (application/dtmf-relay), one after the other: for peers that take no RFC 4733.
  base::Status send_digits(DialogId dialog, std::string digits);
  /// re-INVITE with these codecs, of those allowed, first and with this packet length. What the peer makes of it comes
  /// in on_media; refused, the call goes on as before. Ends in on_media_change.
  base::Status change_media(DialogId dialog, std::vector<Codec> preferred, int ptime_ms);
  /// Blind transfer: the peer is asked to call the target (RFC 3515) and we leave when that has answered.
  /// invalid_argument: the target is no such URI.
  base::Status transfer(DialogId dialog, std::string target, base::Duration limit = base::seconds(60));
  /// Attended transfer: joins the peers of two established calls; both end when it has succeeded.
  base::Status join(DialogId dialog, DialogId second_leg, base::Duration limit = base::seconds(60));
  /// From now on new calls are refused with 503; those there are run on for at most `limit`, then each gets BYE. 0: at
  /// once. A later call changes the limit. on_drained follows when the last has ended.
  base::Status drain(base::Duration limit);
  /// Replaces a trunk of the same name.
  base::Status register_trunk(TrunkRegistration trunk);
  base::Status remove_trunk(std::string name);

  /// On the signalling thread, between events: for what must not meet the sink's calls halfway.
  base::Status run(std::function<void()> action);

  Counters counters() const;

  /// Ends all calls, unregisters all trunks, waits for the answers at most `limit`. Idempotent. Not to
  /// be called from the sink, nor from two threads at once.
  void stop(base::Duration limit = base::seconds(4));

 private:
  struct Impl;
  explicit UserAgent(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace frontdesk::sip
