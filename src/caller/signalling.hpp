// Carries the user agent's events from its signalling thread to the media thread.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "base/mailbox.hpp"
#include "base/time.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::caller {

struct CallEstablished {};

struct SignallingEvent {
  sip::DialogId dialog = 0;
  base::Instant at;
  std::variant<sip::NegotiatedMedia, CallEstablished, sip::DialogEnded> what;
};

class SignallingQueue final : public sip::UserAgentSink {
 public:
  SignallingQueue() : events_(kCapacity, nullptr) {}
  void drain(std::vector<SignallingEvent>& out) { events_.drain(out); }

  void on_incoming(const sip::IncomingCall&) override {}  // unanswered: the user agent's limit refuses it
  void on_media(sip::DialogId dialog, const sip::NegotiatedMedia& media) override;
  void on_progress(sip::DialogId, int) override {}
  void on_established(sip::DialogId dialog) override;
  void on_ended(sip::DialogId dialog, const sip::DialogEnded& ended) override;
  void on_info_dtmf(sip::DialogId, char) override {}
  void on_registration(const std::string&, const sip::RegistrationStatus&) override {}

 private:
  /// Five events for each of the calls that can be; a lost one would run into a leg's deadline.
  static constexpr std::size_t kCapacity = 1024;
  void push(SignallingEvent event);
  base::Mailbox<SignallingEvent> events_;
};

}  // namespace frontdesk::caller
