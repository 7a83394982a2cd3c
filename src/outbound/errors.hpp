// The errors of this folder, worded in one place.
#pragma once
#include "base/error.hpp"

namespace frontdesk::outbound {

inline base::Error error(base::ErrorCode code, std::string message, base::Retry retry = base::Retry::never,
                         int detail = 0) {
  return base::Error{code, "outbound", std::move(message), retry, detail};
}

}  // namespace frontdesk::outbound
