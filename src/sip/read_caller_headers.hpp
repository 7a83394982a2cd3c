// Private to this module: reads CallerHeaders off a message.
#pragma once
#include "sip/caller_headers.hpp"
#include "sip/libre.hpp"

namespace frontdesk::sip {

CallerHeaders read_caller_headers(const sip_msg* message);

}  // namespace frontdesk::sip
