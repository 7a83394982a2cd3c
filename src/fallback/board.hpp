// The providers of one chain, in the order of preference: who may be asked now, and what became of it. Pure.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fallback/circuit_breaker.hpp"

namespace frontdesk::fallback {

enum class Failure {
  timed_out,  ///< nothing, or nothing more, within the deadline
  refused,    ///< it said that it cannot
  limited,    ///< too many requests
  rejected,   ///< it finds the request itself wrong: says nothing about the provider
  empty,      ///< an answer with nothing in it
  garbled,    ///< an answer that makes no sense
};
inline constexpr std::size_t kFailureKinds = 6;
std::string_view name(Failure failure);

struct ProviderStats {
  std::string name;
  std::uint64_t tries = 0;
  std::uint64_t worked = 0;
  std::uint64_t abandoned = 0;  ///< cancelled before their end
  std::uint64_t skipped = 0;    ///< while its circuit was open
  std::array<std::uint64_t, kFailureKinds> failures{};
  Circuit circuit = Circuit::closed;
};

struct Turn {
  std::size_t provider = 0;
  bool probe = false;
};

class Board {
 public:
  Board(const std::vector<std::string>& names, const BreakerSettings& breaker);

  /// The first provider from `from` on that may be asked; its try has then begun.
  std::optional<Turn> next(std::size_t from, base::Instant now);
  void worked(const Turn& turn);
  void failed(const Turn& turn, Failure failure, base::Instant now, bool hopeless, base::Duration at_least);
  void abandoned(const Turn& turn);

  std::size_t size() const { return providers_.size(); }
  std::vector<ProviderStats> stats() const;

 private:
  struct Provider {
    CircuitBreaker breaker;
    ProviderStats stats;
  };
  std::vector<Provider> providers_;
};

}  // namespace frontdesk::fallback
