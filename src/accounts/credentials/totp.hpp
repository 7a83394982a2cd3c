// One-time codes of an authenticator app: HOTP (RFC 4226) over time (RFC 6238) with SHA-1, 30 s, 6 digits, which all
// apps know. A code counts in its own step and one to either side, and once: whoever keeps the step that was accepted
// hands it back as `last`.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::credentials {

inline constexpr int kCodeDigits = 6;
inline constexpr base::Duration kCodeStep = base::seconds(30);
inline constexpr std::size_t kTotpSecretBytes = 20;  // RFC 4226, section 4, R6
inline constexpr int kStepsAround = 1;

std::string hotp(std::span<const std::uint8_t> secret, std::uint64_t counter, int digits = kCodeDigits);
std::int64_t totp_step(base::UtcTime now);

/// The step whose code `typed` is, if it is later than `last`. Spaces in `typed` do not count.
std::optional<std::int64_t> accepted_step(std::span<const std::uint8_t> secret, std::string_view typed,
                                          base::UtcTime now, std::int64_t last);

/// What the app scans: otpauth://totp/... with the secret in it.
base::Secret provisioning_uri(std::span<const std::uint8_t> secret, std::string_view issuer, std::string_view account);

}  // namespace frontdesk::credentials
