#include "simulation/campaign.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace frontdesk::simulation {
namespace {

constexpr std::uint64_t kBatch = 64;  // seeds a thread takes at once

/// Ties a call's digest to its seed, so that a sum over seeds notices an exchange.
std::uint64_t tied(std::uint64_t seed, std::uint64_t digest) {
  return base::Random(seed ^ digest).next();
}

void merge(std::map<std::string, Broken>& broken, const std::string& rule, const Broken& more) {
  auto [it, is_new] = broken.emplace(rule, more);
  if (is_new) return;
  it->second.seeds += more.seeds;
  if (more.first_seed >= it->second.first_seed) return;
  it->second.first_seed = more.first_seed;
  it->second.detail = more.detail;
}

}  // namespace

void Report::add(std::uint64_t seed, const Outcome& outcome) {
  ++calls;
  digest += tied(seed, outcome.digest);
  hours += base::to_seconds(outcome.length) / 3600;
  figures.add(outcome.figures);
  if (outcome.violation) merge(broken, outcome.violation->rule, {1, seed, outcome.violation->detail});
}

void Report::add(const Report& more) {
  calls += more.calls;
  digest += more.digest;
  hours += more.hours;
  figures.add(more.figures);
  for (const auto& [rule, each] : more.broken) merge(broken, rule, each);
}

Report run(const Campaign& campaign) {
  std::atomic<std::uint64_t> next = campaign.first;
  std::vector<Report> reports(std::max(1U, campaign.jobs));
  const auto work = [&](Report& report) {
    while (true) {
      const auto from = next.fetch_add(kBatch);
      if (from > campaign.last) return;
      for (auto seed = from; seed <= std::min(campaign.last, from + kBatch - 1); ++seed)
        report.add(seed, run_call({seed, campaign.plant, campaign.world}, {}));
    }
  };
  std::vector<std::thread> threads;
  for (auto& report : reports) threads.emplace_back([&work, &report] { work(report); });
  for (auto& thread : threads) thread.join();
  Report whole;
  for (const auto& report : reports) whole.add(report);
  return whole;
}

}  // namespace frontdesk::simulation
