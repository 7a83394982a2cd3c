// Tokens that are shown once and kept as digests: links in e-mails, the second step of a sign-in, refresh tokens,
// recovery codes. All are 256 random bits (recovery codes 80), so that a plain digest is enough. Entropy is handed in.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::credentials {

using Entropy = std::array<std::uint8_t, 32>;

enum class TokenKind { verify_email, reset_password, invitation, first_owner, second_factor };
std::string_view name(TokenKind kind);
base::Duration lifetime(TokenKind kind);
/// Of wrong codes behind a second_factor token; others are used by being right.
inline constexpr int kMostTries = 5;

/// 43 characters that stand in a link as they are.
base::Secret token_text(const Entropy& entropy);
/// What the database keeps; `purpose` is in the digest, so that a token of one kind is none of another.
std::string token_digest(std::string_view purpose, std::string_view token);

struct OneTimeToken {
  base::UtcTime expires{};
  std::optional<base::UtcTime> used;
  int tries = 0;
};
bool is_usable(const OneTimeToken& token, base::UtcTime now);

inline constexpr int kRecoveryCodes = 10;
/// "ABCD-EFGH-JKLM-NPQR" from the first ten bytes.
base::Secret recovery_code(const Entropy& entropy);
/// As typed, in whatever case and grouping: what token_digest() takes. Nothing if it is no such code.
std::optional<std::string> normal_recovery_code(std::string_view typed);

}  // namespace frontdesk::credentials
