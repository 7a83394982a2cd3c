// Port: what a call tells its signalling leg.
#pragma once
#include <string>

#include "base/endpoint.hpp"
#include "sip/user_agent.hpp"

namespace frontdesk::runtime {

class LegControl {
 public:
  virtual ~LegControl() = default;
  virtual void answer(sip::DialogId dialog, sip::LocalMedia media) = 0;
  virtual void hang_up(sip::DialogId dialog, const std::string& reason) = 0;
};

}  // namespace frontdesk::runtime
