// For tests: a SIP peer on a free loopback port that greets with a tone, answers with a tone when the
// caller has been silent for 300 ms, falls silent when interrupted, and notes the true times.
#pragma once
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "media/session.hpp"
#include "sip/user_agent.hpp"
#include "udp/socket.hpp"

namespace frontdesk::caller {

struct PartyBehaviour {
  int reject_with = 0;  ///< a SIP status instead of an answer
  bool greets = true;
  std::vector<int> answers_ms;      ///< length of each answer; after the last there are none
  std::size_t hang_up_after = 100;  ///< answers
  /// Answers after the caller's sound only in PCMU in the clear: it measures packets, not the media session.
  std::vector<sip::Codec> codecs{sip::Codec::pcmu};
  sip::SrtpPolicy srtp = sip::SrtpPolicy::off;
};

inline constexpr base::Duration kPartySilence = base::milliseconds(300);
inline constexpr base::Duration kPartyYield = base::milliseconds(100);

/// From the end of the caller's last loud packet to the packet that began the answer, by the clock.
struct TrueTimes {
  std::vector<base::Duration> gaps;
  std::vector<base::Duration> yields;  ///< from the first loud packet of an interruption to silence
  std::string digits;
};

class AnsweringParty final : public sip::UserAgentSink {
 public:
  explicit AnsweringParty(PartyBehaviour behaviour);
  ~AnsweringParty() override;

  std::string uri() const;
  /// Of the only call; after it ended.
  TrueTimes times() const;

  void on_incoming(const sip::IncomingCall& call) override;
  void on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) override;
  void on_progress(sip::DialogId, int) override {}
  void on_established(sip::DialogId dialog) override;
  void on_ended(sip::DialogId dialog, const sip::DialogEnded&) override;
  void on_info_dtmf(sip::DialogId, char) override {}
  void on_registration(const std::string&, const sip::RegistrationStatus&) override {}

 private:
  struct Line;
  void run();
  void tick(sip::DialogId dialog, Line& line, base::Instant now);
  void listen(Line& line, base::Instant now);
  void play_tone(Line& line, int ms);

  const PartyBehaviour behaviour_;
  mutable std::mutex mutex_;
  std::map<sip::DialogId, std::unique_ptr<Line>> lines_;
  TrueTimes times_;
  udp::ReceiveBatch batch_;
  bool stop_ = false;
  std::condition_variable stopped_;
  std::unique_ptr<sip::UserAgent> user_agent_;
  std::thread clock_;
};

}  // namespace frontdesk::caller
