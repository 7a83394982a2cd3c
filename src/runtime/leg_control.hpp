// Port: what a call tells its signalling legs.
#pragma once
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "runtime/call_number.hpp"
#include "sip/user_agent.hpp"
#include "udp/socket.hpp"

namespace frontdesk::runtime {

/// Whom a call wants to reach besides its caller.
struct SecondLegOrder {
  CallNumber call = 0;
  std::string trunk;    ///< by which the call came; may be empty
  std::string address;  ///< E.164 or a SIP URI
};

struct SecondLegPlaced {
  sip::DialogId dialog = 0;
  udp::Socket socket;
};

class LegControl {
 public:
  virtual ~LegControl() = default;
  virtual void answer(sip::DialogId dialog, sip::LocalMedia media) = 0;
  /// re-INVITE with these codecs in front; MediaChanged follows.
  virtual void change_media(sip::DialogId /*dialog*/, std::vector<sip::Codec> /*preferred*/, int /*packet_ms*/) {}
  virtual void hang_up(sip::DialogId dialog, const std::string& reason) = 0;
  /// What becomes of it is told to the call. resource_exhausted: no more of them now; failed_precondition: no trunk
  /// leads there.
  virtual base::Result<SecondLegPlaced> place(const SecondLegOrder& order) = 0;
  /// Asks the peer of `dialog` to call the address itself.
  virtual base::Status refer(sip::DialogId dialog, const SecondLegOrder& order, base::Duration limit) = 0;
};

}  // namespace frontdesk::runtime
