// What a new password must be, and how any password enters bcrypt. Length counts, not kinds of characters (NIST SP
// 800-63B, section 5.1.1.2); refused are the words everybody tries first.
//
// bcrypt reads 72 bytes and stops at a NUL. So that every byte of a password counts, bcrypt is given the base64url of
// HMAC-SHA-256 over the password: 43 characters. The HMAC's fixed key keeps digests that leaked elsewhere from being
// tried here as they are.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/protect.hpp"

namespace frontdesk::credentials {

inline constexpr std::size_t kFewestPasswordCharacters = 12;
inline constexpr std::size_t kMostPasswordBytes = 1024;

/// invalid_argument with what to do; never quotes the password. `email` is normal, or empty.
base::Status check_new_password(const base::Secret& password, std::string_view email);

/// What bcrypt hashes, of any password whatever its length and bytes.
base::Secret bcrypt_input(const base::Secret& password);

}  // namespace frontdesk::credentials
