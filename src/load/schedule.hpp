// When calls begin and how long they last.
#pragma once
#include <cstddef>
#include <cstdint>

#include "load/options.hpp"

namespace frontdesk::load {

/// Of calls that are only to be kept up: slow enough not to be a test of its own.
inline constexpr double kRampRate = 50;
/// Of calls for a rate alone.
inline constexpr base::Duration kShortCall = base::seconds(2);

/// How long one call lasts. With a number of calls and a rate: as long as keeps that many up (Little's law); with a
/// number alone: to the end.
base::Duration hold_of(const LoadOptions& options);

class Schedule {
 public:
  explicit Schedule(const LoadOptions& options);

  /// How many calls are to be placed now, `at` after the start, while `up` calls are there; they count as placed.
  /// What could not be placed because all were up is not made up for.
  std::size_t take(base::Duration at, std::size_t up);
  /// No more calls are placed from here on.
  bool over(base::Duration at) const { return at >= length_; }

 private:
  std::size_t most_;  ///< calls at once
  double rate_;
  base::Duration length_;
  std::uint64_t used_ = 0;  ///< places of the rate, taken or forfeited
};

}  // namespace frontdesk::load
