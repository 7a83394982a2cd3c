#include "live/neighbours.hpp"

namespace frontdesk::live {
namespace {

board::Ended ended(const std::string& call, std::string reason, base::UtcTime at) {
  return {call, "completed", std::move(reason), {}, at};
}

}  // namespace

std::vector<Change> Neighbours::take(const Told& told, base::Instant now, base::UtcTime at) {
  if (told.machine == self_ || (machines_.size() >= kMaxMachines && !machines_.contains(told.machine))) return {};
  auto& machine = machines_[told.machine];
  machine.heard = now;
  if (const auto* running = std::get_if<std::vector<Running>>(&told.what)) return compare(machine, *running, at);
  const auto& change = std::get<Change>(told.what);
  if (const auto* rang = std::get_if<board::Rang>(&change)) machine.calls.insert(rang->call);
  if (const auto* over = std::get_if<board::Ended>(&change)) machine.calls.erase(over->call);
  return {change};
}

std::vector<Change> Neighbours::compare(Machine& machine, const std::vector<Running>& running, base::UtcTime at) {
  std::vector<Change> changes;
  std::set<std::string> now;
  for (const auto& call : running) {
    now.insert(call.rang.call);
    if (!machine.calls.contains(call.rang.call)) changes.emplace_back(call.rang);
    if (call.answered) changes.emplace_back(board::Answered{call.rang.call, *call.answered});
  }
  for (const auto& call : machine.calls)
    if (!now.contains(call)) changes.emplace_back(ended(call, "the call ended while its machine was not heard", at));
  machine.calls = std::move(now);
  return changes;
}

std::vector<Change> Neighbours::sweep(base::Instant now, base::UtcTime at) {
  std::vector<Change> changes;
  for (auto it = machines_.begin(); it != machines_.end();) {
    if (now - it->second.heard <= kSilentAfter) {
      ++it;
      continue;
    }
    for (const auto& call : it->second.calls)
      changes.emplace_back(ended(call, "its machine is not heard any more", at));
    it = machines_.erase(it);
  }
  return changes;
}

void Neighbours::forgive(base::Instant now) {
  for (auto& [name, machine] : machines_) machine.heard = now;
}

}  // namespace frontdesk::live
