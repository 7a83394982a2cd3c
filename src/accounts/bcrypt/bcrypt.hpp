// bcrypt (Provos and Mazieres 1999), "$2b$", by libxcrypt. Slow on purpose: a third to half a second at cost 12.
// Threads that carry calls never come here; others come by way of HashWorker.
#pragma once
#include <string>

#include "base/error.hpp"
#include "base/protect.hpp"

namespace frontdesk::bcrypt {

inline constexpr int kCost = 12;  ///< least in production; tests take kLeastCost
inline constexpr int kLeastCost = 4;
inline constexpr int kMostCost = 16;
inline constexpr std::size_t kMostBytes = 72;  ///< bcrypt ignores what comes after

/// invalid_argument for input that bcrypt would cut: longer than kMostBytes, or with a NUL.
base::Result<std::string> hash(const base::Secret& input, int cost);

/// False for anything that is not a hash of hash()'s kind.
bool matches(const base::Secret& input, const std::string& hash);

/// Of "$2b$12$..."; 0 if it is none.
int cost_of(const std::string& hash);

}  // namespace frontdesk::bcrypt
