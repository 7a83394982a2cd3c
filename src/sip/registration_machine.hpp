// One trunk's registration as a state machine: REGISTER, digest challenge, 423, refresh before
// expiry (RFC 3261, section 10), redirection, back-off that never hammers a registrar, unregistration;
// or, without registration, only the provider's addresses. Pure: the shell resolves names, sends,
// hashes passwords, and hands in time and jitter.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "sip/dialog_state.hpp"
#include "sip/digest.hpp"
#include "sip/registration.hpp"

namespace frontdesk::sip {

/// One address of a registrar.
struct RegistrarAddress {
  Hop hop;
  bool backup = false;      ///< of the backup registrar: requests name that one
  bool redirected = false;  ///< the registrar sent us there
  friend bool operator==(const RegistrarAddress&, const RegistrarAddress&) = default;
};

/// Where a 3xx sends us.
struct Redirection {
  std::string host;
  std::uint16_t port = 0;  ///< 0: not given
  std::optional<Transport> transport;
  friend bool operator==(const Redirection&, const Redirection&) = default;
};

/// A final answer to a REGISTER. `status` 0: none came (timeout, connection refused).
struct RegisterAnswer {
  int status = 0;
  std::string reason;
  std::string fault;  ///< with status 0: why, if it is known (a certificate); a sentence for the owner
  std::optional<Redirection> redirection;
  std::vector<DigestChallenge> challenges;
  std::optional<std::uint32_t> retry_after_s, min_expires_s, granted_expires_s;
};

class Registration {
 public:
  // Commands.
  struct Resolve {
    base::RequestId id;
    std::optional<Redirection> instead;  ///< not the registrar but this
  };
  struct Send {
    base::RequestId id;
    RegistrarAddress to;
    std::uint32_t expires_s;  ///< 0 unregisters
    std::optional<DigestChallenge> challenge;
    std::uint32_t nonce_count;
  };
  struct Report {
    RegistrationStatus status;
  };
  /// Unregistered, or given up on it: no command follows.
  struct Finished {};
  using Command = std::variant<Resolve, Send, Report, Finished>;
  using Commands = std::vector<Command>;

  /// Limits, each with its reason.
  static constexpr base::Duration kFirstRetry = base::seconds(2);
  static constexpr base::Duration kMaxRetry = base::seconds(20);  ///< plus half as jitter: back within 30 s
  static constexpr base::Duration kFirstRefusedRetry = base::seconds(60);
  static constexpr base::Duration kMaxRefusedRetry = base::seconds(300);  ///< some providers lock accounts
  static constexpr std::uint32_t kMaxExpires = 24 * 3600;
  static constexpr std::uint32_t kMaxRetryAfter = 3600;
  static constexpr int kMaxStale = 3;  ///< a server that finds every nonce stale
  static constexpr base::Duration kResolveLimit = base::seconds(15);
  static constexpr base::Duration kAnswerLimit = base::seconds(40);      ///< a transaction ends after 32 s by itself
  static constexpr base::Duration kFailoverLimit = base::seconds(5);     ///< if there is another address to try
  static constexpr base::Duration kConnectionLimit = base::seconds(12);  ///< TCP and TLS repeat nothing themselves
  static constexpr int kMaxRedirections = 3;                             ///< in a round
  static constexpr base::Duration kPeerRefresh =
      base::seconds(300);  ///< addresses of a peer that we do not register with
  static constexpr std::size_t kMaxAddresses = 16;

  /// `realm`: the trunk's own, if it is known beforehand; else the registrar names it. `domain`: the only realm that
  /// a server we are redirected to may name before that.
  explicit Registration(std::uint32_t expires_s, bool registers = true, std::string realm = {}, std::string domain = {})
      : wanted_expires_(expires_s),
        requested_expires_(expires_s),
        registers_(registers),
        domain_(std::move(domain)),
        realm_(std::move(realm)),
        realm_given_(!realm_.empty()) {}

  /// `jitter` in [0, 1) spreads the next timer this event sets.
  void start(base::Instant now, double jitter, Commands& out);
  /// Empty `addresses`: the name could not be resolved.
  void on_resolved(base::RequestId id, std::vector<RegistrarAddress> addresses, base::Instant now, double jitter,
                   Commands& out);
  void on_answer(base::RequestId id, const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out);
  /// The connection to the registrar broke while registered.
  void on_connection_lost(base::Instant now, double jitter, Commands& out);
  /// Nobody knows whether the registrar is still there: asks it before its time.
  void on_path_doubtful(base::Instant now, Commands& out);
  /// The registrar is reached from another address of ours now: what it has recorded leads nowhere.
  void on_local_address_changed(base::Instant now, Commands& out);
  void on_wakeup(base::Instant now, double jitter, Commands& out);
  void stop(base::Instant now, Commands& out);

  base::Instant next_wakeup() const { return wakeup_; }
  bool registered() const { return registered_; }
  /// Those that requests of the trunk come from: the registrar's and where it redirected us.
  const std::vector<RegistrarAddress>& addresses() const { return trusted_; }
  /// Where requests of ours go: the server that answered last, then the others in the order to try them.
  std::vector<RegistrarAddress> route() const;
  /// The trunk's: given, or named by the registrar itself; empty before.
  const std::string& realm() const { return realm_; }

 private:
  enum class State { idle, resolving, waiting_answer, registered, backing_off, finished };

  void begin_round(base::Instant now, Commands& out);
  void reset_round();
  void send(base::Instant now, Commands& out);
  void on_challenge(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out);
  void on_redirection(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out);
  void on_peer_resolved(base::Instant now, double jitter, Commands& out);
  void on_success(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out);
  void on_interval_too_brief(const RegisterAnswer& answer, base::Instant now, double jitter, Commands& out);
  bool try_next_address(base::Instant now, Commands& out);
  void unreachable(const RegisterAnswer& answer, std::string why, base::Instant now, double jitter, Commands& out);
  void refused(const RegisterAnswer& answer, std::string why, base::Instant now, double jitter, Commands& out);
  void back_off(const RegisterAnswer& answer, std::string why, base::Duration delay, base::Instant now, Commands& out);
  void finish(const RegisterAnswer& answer, std::string why, Commands& out);

  std::uint32_t wanted_expires_;
  std::uint32_t requested_expires_;
  bool registers_;
  State state_ = State::idle;
  bool registered_ = false;
  bool stopping_ = false;
  base::Instant wakeup_ = base::kNever;
  base::RequestId last_id_ = 0;
  base::Instant sent_at_{base::Duration(0)};
  std::vector<RegistrarAddress> addresses_;
  std::vector<RegistrarAddress> trusted_;  ///< addresses_ before a redirection and after it
  std::size_t address_index_ = 0;
  std::optional<DigestChallenge> challenge_;
  std::uint32_t nonce_count_ = 0;
  bool answered_fresh_challenge_ = false;  ///< in this round
  int stale_count_ = 0;                    ///< in this round
  bool interval_raised_ = false;           ///< in this round
  int redirections_ = 0;                   ///< in this round
  std::string domain_;
  std::string realm_;
  bool realm_given_;
  int unreachable_count_ = 0;
  int refused_count_ = 0;
};

}  // namespace frontdesk::sip
