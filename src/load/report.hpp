// What a load run has shown, at the caller.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "load/deviations.hpp"
#include "meter/distribution.hpp"

namespace frontdesk::load {

struct CallFigures {
  std::uint64_t placed = 0;
  std::uint64_t answered = 0;
  std::uint64_t completed = 0;  ///< hung up by us, as planned
  std::map<std::string, std::uint64_t> failures;
  std::uint64_t most_at_once = 0;
  std::uint64_t without_audio = 0;  ///< answered, up for at least a second, and no packet came
  std::uint64_t silent = 0;         ///< packets came, but never a sound; counted only where sound was sent
  std::uint64_t cut_short = 0;      ///< the last packet came long before the end
  std::uint64_t failed() const;
};

struct PacketFigures {
  std::uint64_t sent = 0;
  std::uint64_t not_sent = 0;  ///< refused by our own kernel
  std::uint64_t expected = 0;
  std::uint64_t received = 0;
  std::uint64_t lost = 0;
  std::uint64_t late = 0;
  std::uint64_t dropped_here = 0;  ///< of those lost: arrived, but our own sockets were full
};

struct LoadReport {
  std::string uri;
  base::Duration length{0};  ///< from the first INVITE to the last BYE sent
  bool stopped = false;      ///< before its time
  CallFigures calls;
  PacketFigures packets;
  std::vector<double> setup;            ///< INVITE to 200 in ms, while the run lasts
  meter::DistributionSummary setup_ms;  ///< of it, afterwards
  Deviations deviations;                ///< of the time between packets from their length
  Deviations lateness;                  ///< of our own clock: beyond a few ms the figures say more about the caller
};

std::string render_text(const LoadReport& report);
std::string render_json(const LoadReport& report);
/// 0: every call was answered, heard and ended as planned; else 1. Lost packets are for the reader to judge.
int exit_code(const LoadReport& report);

}  // namespace frontdesk::load
