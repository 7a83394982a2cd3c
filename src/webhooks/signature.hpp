// How a receiver knows that a webhook is ours and fresh: HMAC-SHA-256 (RFC 2104) over "<timestamp>.<body>", in the
// header
//
//     Frontdesk-Signature: t=1700000000,v1=<64 hexadecimal digits>,v1=<...>
//
// with one v1 for each secret that is valid just now, so that a secret can be changed without losing an event.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::webhooks {

inline constexpr std::string_view kSignatureHeader = "Frontdesk-Signature";
inline constexpr std::string_view kEventHeader = "Frontdesk-Event";
inline constexpr std::string_view kDeliveryHeader = "Frontdesk-Delivery";
inline constexpr base::Duration kReplayWindow = base::seconds(300);

std::string signature(std::string_view body, const std::vector<base::Secret>& secrets, base::UtcTime now);

/// What a receiver does. unauthenticated: not signed by any of the secrets. out_of_range: older, or newer, than the
/// window. invalid_argument: the header is not one.
base::Status verify(std::string_view header, std::string_view body, const std::vector<base::Secret>& secrets,
                    base::UtcTime now, base::Duration window = kReplayWindow);

}  // namespace frontdesk::webhooks
