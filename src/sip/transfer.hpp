// Call transfer by REFER (RFC 3515): what a transfer has come to, and the headers it travels in. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::sip {

/// One step of a transfer. succeeded and failed are the last.
struct TransferProgress {
  enum class State {
    trying,     ///< the peer accepted the REFER and calls the target
    ringing,    ///< the target rings
    succeeded,  ///< the target answered: our leg ends now with BYE, from us unless the peer was first
    failed,     ///< the call is up as before
  };
  State state = State::trying;
  int status = 0;      ///< the target's, or of the refusal of our REFER; 0: none came
  std::string reason;  ///< safe to log
};

/// The dialog that an INVITE takes the place of (RFC 3891), with the tags as seen by whoever receives it.
struct ReplacedDialog {
  std::string call_id, to_tag, from_tag;
  bool early_only = false;
};
/// nullopt: malformed.
std::optional<ReplacedDialog> parse_replaces(std::string_view value);

/// The value of Refer-To: the URI in brackets, with an escaped Replaces header if wanted (RFC 3891, section 5).
std::string refer_to(std::string_view target, const std::optional<ReplacedDialog>& replaces);

/// Whether a target may stand in Refer-To: sip, sips or tel, and no character that ends the URI or the line.
bool transferable(std::string_view target);

/// The status line of a message/sipfrag body: "SIP/2.0 180 Ringing".
struct SipFragment {
  int status = 0;
  std::string reason;
};
std::optional<SipFragment> parse_sipfrag(std::string_view body);

/// One transfer, from our REFER to its outcome. Each event answers what to report, if anything; after the outcome
/// nothing more.
class Transfer {
 public:
  using Report = std::optional<TransferProgress>;

  /// `subscribed` is false if the 2xx says "Refer-Sub: false" (RFC 4488): then nobody will tell the outcome, and having
  /// been accepted is all there is to know. Status 0: no response came.
  Report on_response(int status, const std::string& reason, bool subscribed);
  Report on_notify(const std::optional<SipFragment>& fragment, bool terminated);
  /// The peer left the call; many do so when the target has answered, without a word about it.
  Report on_peer_bye();
  Report on_deadline();
  bool over() const { return over_; }

 private:
  Report report(TransferProgress::State state, int status, std::string reason);

  bool accepted_ = false;
  bool over_ = false;
  std::optional<TransferProgress::State> last_;
};

}  // namespace frontdesk::sip
