// Tokens of programs: "fd_", 43 characters of 256 random bits, 6 of a checksum over them. Scanners of leaked secrets
// find the prefix and need not ask us whether it is one; a mistyped one costs no look into the database. Kept as
// SHA-256, shown once.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "accounts/credentials/one_time_token.hpp"
#include "base/error.hpp"

namespace frontdesk::credentials {

inline constexpr std::string_view kApiTokenPrefix = "fd_";
inline constexpr std::size_t kApiTokenLength = 52;
inline constexpr std::size_t kMostScopes = 64;
inline constexpr base::Duration kLongestApiTokenLife = std::chrono::hours(2 * 366 * 24);

base::Secret make_api_token(const Entropy& entropy);
/// Has the form and the right checksum; says nothing about whether there is such a token.
bool is_api_token(std::string_view text);
std::string api_token_digest(std::string_view token);
/// What lists show: "fd_Ab3x…" without the dots.
std::string api_token_hint(std::string_view token);

/// The names, sorted, each once. invalid_argument: unknown or none; permission_denied: more than `creator` may.
base::Result<std::vector<std::string>> check_scopes(std::vector<std::string> names, access::Role creator);

}  // namespace frontdesk::credentials
