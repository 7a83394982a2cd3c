// Where calls enter: screens and admits what the user agent reports, gives each call to a shard, and
// carries signalling between the two.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "base/inheriting_mutex.hpp"
#include "runtime/call_policy.hpp"
#include "runtime/frame_leg.hpp"
#include "runtime/leg_control.hpp"
#include "runtime/shard.hpp"
#include "udp/rtp_ports.hpp"

namespace frontdesk::runtime {

/// What stays as it is until the program is started again.
struct SwitchboardOptions {
  int shards = 1;
  base::Endpoint rtp_address;
  std::uint16_t rtp_first = 20000;
  std::uint16_t rtp_last = 20999;
  std::function<bool(const base::Endpoint&)> local_network;  ///< who is not outside; unset: all private addresses
  std::optional<srtp::Fingerprint> certificate;              ///< of DTLS; unset: only keys in the SDP
  CallObserver* observer = nullptr;                          ///< of all calls; outlives the switchboard
};

struct SwitchboardStats {
  std::size_t calls = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;      ///< by screening
  std::uint64_t turned_away = 0;  ///< no capacity
  bool draining = false;
  double tick_late_p99_ms = 0;
  double tick_late_max_ms = 0;
};

class Switchboard final : public sip::UserAgentSink, private LegControl {
 public:
  Switchboard(SwitchboardOptions options, std::shared_ptr<const CallPolicy> policy, Engines engines,
              CallRecords& records);
  ~Switchboard() override;

  /// Right after the user agent has started: its first events wait for this. The user agent must be
  /// stopped before the switchboard goes, and destroyed after it.
  void attach(sip::UserAgent& user_agent) {
    user_agent_ = &user_agent;
    user_agent_.notify_all();
  }
  /// Calls are taken from here on; before it they get 503.
  void open() { open_ = true; }
  /// For calls that come from now on. Any thread.
  void adopt(std::shared_ptr<const CallPolicy> policy);
  /// For calls that come from now on, as names are resolved anew. Any thread.
  void reach_outside_by(OutsideServers servers);
  /// Called with each change of a trunk's registration, on the signalling thread.
  std::function<void(const std::string& trunk, const sip::RegistrationStatus&)> on_trunk;

  /// Calls that arrive from now on are refused; those there are go on.
  void stop_admitting() { draining_ = true; }
  /// Ends every call as well.
  void drain(const std::string& reason);
  SwitchboardStats stats() const;
  /// For the call with this id (call_...), from any thread; false if it is not going on.
  bool tell_call(const std::string& id, call::Event event);
  /// The same, and what becomes of it can be waited for; null: the call is not going on here.
  std::shared_ptr<OrderAnswer> order(const std::string& id, call::Event event);
  /// The sound of the call with this id goes to `ears` from now on; null: no longer. From any thread; nullopt: the call
  /// is not going on here.
  std::optional<CallNumber> listen(const std::string& id, std::shared_ptr<Ears> ears);
  /// Somebody takes over the call with this id and speaks; false: it is not going on here. From any thread.
  bool speak(const std::string& id, std::shared_ptr<OperatorVoice> voice);
  /// Whether the call with this id goes on; from any thread.
  bool running(const std::string& id) const;

  // Calls that come by another way than SIP; from any thread.
  /// What becomes of it is told to the leg, perhaps before this returns.
  sip::DialogId take_call(FrameCaller caller, std::shared_ptr<FrameLeg> leg);
  /// The caller hangs up.
  void end_call(sip::DialogId dialog);
  void press(sip::DialogId dialog, char digit);

  void on_incoming(const sip::IncomingCall& call) override;
  void on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) override;
  void on_progress(sip::DialogId dialog, int status) override;
  void on_established(sip::DialogId dialog) override;
  void on_ended(sip::DialogId dialog, const sip::DialogEnded& ended) override;
  void on_info_dtmf(sip::DialogId dialog, char digit) override;
  void on_media_change(sip::DialogId dialog, int status) override;
  void on_registration(const std::string& trunk, const sip::RegistrationStatus& status) override;
  void on_transfer(sip::DialogId dialog, const sip::TransferProgress& progress) override;

 private:
  void answer(sip::DialogId dialog, sip::LocalMedia media) override;
  void change_media(sip::DialogId dialog, std::vector<sip::Codec> preferred, int packet_ms) override;
  void hang_up(sip::DialogId dialog, const std::string& reason) override;
  base::Result<SecondLegPlaced> place(const SecondLegOrder& order) override;
  base::Status refer(sip::DialogId dialog, const SecondLegOrder& order, base::Duration limit) override;

  base::Result<std::string> target_of(const SecondLegOrder& order, std::string& trunk) const;
  base::Status spend_transfer();
  bool second_leg_ended(sip::DialogId dialog, const sip::DialogEnded& ended);
  bool tell_second(sip::DialogId dialog, std::variant<call::Event, sip::NegotiatedMedia> what);
  screening::Verdict judge(const sip::IncomingCall& incoming, base::UtcTime now);
  void refuse(const sip::IncomingCall& incoming, screening::Verdict verdict, base::UtcTime now);
  void turn_away(const sip::IncomingCall& incoming, screening::Verdict verdict, const NoRoom& why, base::UtcTime now);
  void record_refusal(CallRefused refused);
  void admit(const sip::IncomingCall& incoming, screening::Verdict verdict, udp::Socket socket, base::UtcTime now);
  std::shared_ptr<const CallPolicy> policy() const;
  OutsideServers outside_of(const base::Endpoint& source) const;
  NewCall planned(const AdmittedCall& admitted);
  bool place_on_shard(NewCall call);
  sip::LocalMedia media_for(const std::string& trunk) const;

  static bool is_frame_dialog(sip::DialogId dialog);
  void on_frame_call(sip::DialogId dialog, const FrameCaller& caller, const std::shared_ptr<FrameLeg>& leg);
  std::shared_ptr<FrameLeg> forget_frame_leg(sip::DialogId dialog);
  void answer_frames(sip::DialogId dialog);
  void hang_up_frames(sip::DialogId dialog, const std::string& reason);
  std::optional<CallNumber> number_of(const std::string& id) const;  ///< nullopt: no such call goes on
  Shard& shard_of(CallNumber number) { return *shards_[number % shards_.size()]; }
  void tell(sip::DialogId dialog, call::Event event);

  SwitchboardOptions options_;
  CallRecords& records_;
  mutable std::mutex policy_mutex_;
  std::shared_ptr<const CallPolicy> policy_;  ///< under policy_mutex_
  OutsideServers outside_;                    ///< under policy_mutex_
  udp::RtpPorts ports_;
  std::atomic<sip::UserAgent*> user_agent_{nullptr};
  std::mutex transfers_mutex_;
  std::map<sip::DialogId, CallNumber> second_legs_;  ///< under transfers_mutex_
  transfer::Budget transfers_;                       ///< under transfers_mutex_
  base::InheritingMutex frames_mutex_;
  std::map<sip::DialogId, std::shared_ptr<FrameLeg>> frame_legs_;  ///< under frames_mutex_
  std::atomic<sip::DialogId> last_frame_dialog_{0};
  std::vector<std::unique_ptr<Shard>> shards_;           // after what they use to their last call
  std::map<sip::DialogId, CallNumber> calls_;            ///< signalling thread only
  std::set<std::string, std::less<>> asserting_trunks_;  ///< that have named a caller; signalling thread only
  RowAllowance refused_rows_;
  std::atomic<std::size_t> call_count_{0};
  CallNumber last_number_ = 0;
  mutable std::mutex ids_mutex_;
  std::map<std::string, CallNumber> ids_;  ///< of the calls that go on
  std::map<CallNumber, std::string> id_of_;
  std::atomic<bool> open_{false};
  std::atomic<bool> draining_{false};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> turned_away_{0};
};

}  // namespace frontdesk::runtime
