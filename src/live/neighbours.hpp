// The calls of other machines on our board, by what those tell. One thread.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "live/wire.hpp"

namespace frontdesk::live {

inline constexpr base::Duration kTellEvery = base::seconds(5);     ///< all that goes on
inline constexpr base::Duration kSilentAfter = base::seconds(20);  ///< then a machine is taken for dead
inline constexpr std::size_t kMaxMachines = 1'000;

class Neighbours {
 public:
  explicit Neighbours(std::string self) : self_(std::move(self)) {}

  /// What is to be shown for a message; nothing for our own.
  std::vector<Change> take(const Told& told, base::Instant now, base::UtcTime at);
  /// The calls of machines that are silent, as ended.
  std::vector<Change> sweep(base::Instant now, base::UtcTime at);
  /// Silence meant nothing: we could not hear.
  void forgive(base::Instant now);

 private:
  struct Machine {
    std::set<std::string> calls;
    base::Instant heard;
  };
  std::vector<Change> compare(Machine& machine, const std::vector<Running>& running, base::UtcTime at);

  const std::string self_;
  std::map<std::string, Machine> machines_;
};

}  // namespace frontdesk::live
