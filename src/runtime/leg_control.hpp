// Port: what a call tells its signalling leg.
#pragma once
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::runtime {

class LegControl {
 public:
  virtual ~LegControl() = default;
  /// `trunk`: that the call came by; it has a choice of codecs.
  virtual void answer(sip::DialogId dialog, const base::Endpoint& rtp, const std::string& trunk) = 0;
  /// re-INVITE with these codecs in front; MediaChanged follows.
  virtual void change_media(sip::DialogId /*dialog*/, std::vector<sip::Codec> /*preferred*/, int /*packet_ms*/) {}
  virtual void hang_up(sip::DialogId dialog, const std::string& reason) = 0;
};

}  // namespace frontdesk::runtime
