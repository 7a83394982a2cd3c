// Where calls enter: screens and admits what the user agent reports, gives each call to a shard, and
// carries signalling between the two.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "reception/screening/screening.hpp"
#include "runtime/leg_control.hpp"
#include "runtime/shard.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::runtime {

/// What a new call is to do. Called on the signalling thread.
struct CallPlan {
  std::unique_ptr<call::Activity> activity;
  call::CallLimits limits;
  speech::VoiceId voice;
  bool listens = true;
  std::string recipe;  ///< of the activity and the limits, for the head of the journal; one line
};
struct AdmittedCall {
  CallNumber number = 0;
  screening::Destination destination = screening::Destination::reception;
  base::Pii<std::string> caller;
  base::UtcTime at;
};
using PlanCall = std::function<CallPlan(const AdmittedCall&)>;

struct SwitchboardOptions {
  screening::ScreeningRules screening;
  std::size_t max_calls = 20;
  double max_tick_lateness_ms = 10;  ///< p99 beyond which new calls are refused, so that running ones stay whole
  int shards = 1;
  base::Endpoint rtp_address;
  std::uint16_t rtp_first = 20000;
  std::uint16_t rtp_last = 20999;
  std::vector<sip::Codec> codecs{sip::Codec::pcma, sip::Codec::pcmu, sip::Codec::opus, sip::Codec::g722};
  sip::SrtpPolicy srtp = sip::SrtpPolicy::optional;
  std::map<std::string, sip::SrtpPolicy> srtp_of_trunk;      ///< where it is another one
  std::optional<base::Endpoint> stun_server;                 ///< asked before each answer to a call from outside
  std::function<bool(const base::Endpoint&)> local_network;  ///< who is not outside; unset: all private addresses
  std::optional<srtp::Fingerprint> certificate;              ///< of DTLS; unset: only keys in the SDP
};

struct SwitchboardStats {
  std::size_t calls = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;      ///< by screening
  std::uint64_t turned_away = 0;  ///< no capacity
  double tick_late_p99_ms = 0;
  double tick_late_max_ms = 0;
};

class Switchboard final : public sip::UserAgentSink, private LegControl {
 public:
  Switchboard(SwitchboardOptions options, Engines engines, CallRecords& records, PlanCall plan);
  ~Switchboard() override;

  /// Right after the user agent has started: its first events wait for this. The user agent must be
  /// stopped before the switchboard goes, and destroyed after it.
  void attach(sip::UserAgent& user_agent) {
    user_agent_ = &user_agent;
    user_agent_.notify_all();
  }
  /// Calls are taken from here on; before it they get 503.
  void open() { open_ = true; }
  /// Called with each change of a trunk's registration, on the signalling thread.
  std::function<void(const std::string& trunk, const sip::RegistrationStatus&)> on_trunk;

  /// Ends every call; calls that arrive from now on are refused.
  void drain(const std::string& reason);
  SwitchboardStats stats() const;

  void on_incoming(const sip::IncomingCall& call) override;
  void on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) override;
  void on_progress(sip::DialogId, int) override {}
  void on_established(sip::DialogId dialog) override;
  void on_ended(sip::DialogId dialog, const sip::DialogEnded& ended) override;
  void on_info_dtmf(sip::DialogId dialog, char digit) override;
  void on_registration(const std::string& trunk, const sip::RegistrationStatus& status) override;

 private:
  void answer(sip::DialogId dialog, sip::LocalMedia media) override;
  void hang_up(sip::DialogId dialog, const std::string& reason) override;

  sip::LocalMedia media_for(const std::string& trunk) const;
  void turn_away(sip::DialogId dialog, const std::string& why);
  bool has_capacity() const;
  Shard& shard_of(CallNumber number) { return *shards_[number % shards_.size()]; }
  void tell(sip::DialogId dialog, call::Event event);

  SwitchboardOptions options_;
  CallRecords& records_;
  PlanCall plan_;
  udp::RtpPorts ports_;
  std::atomic<sip::UserAgent*> user_agent_{nullptr};
  std::vector<std::unique_ptr<Shard>> shards_;
  std::map<sip::DialogId, CallNumber> calls_;  ///< signalling thread only
  std::atomic<std::size_t> call_count_{0};
  CallNumber last_number_ = 0;
  std::atomic<bool> open_{false};
  std::atomic<bool> draining_{false};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> turned_away_{0};
};

}  // namespace frontdesk::runtime
