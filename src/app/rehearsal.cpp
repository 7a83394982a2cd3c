#include "app/rehearsal.hpp"

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "conversation/clauses.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kRepeatAfter = std::chrono::hours(1);
constexpr auto kLookAgain = std::chrono::seconds(5);  // while calls are up

}  // namespace

std::vector<std::string> first_clauses(const std::vector<std::string>& replies) {
  std::vector<std::string> clauses;
  for (const auto& reply : replies) {
    conversation::ClauseSplitter splitter;
    auto pieces = splitter.feed(reply);
    if (pieces.empty()) pieces = splitter.finish();
    if (!pieces.empty() && std::find(clauses.begin(), clauses.end(), pieces.front()) == clauses.end())
      clauses.push_back(std::move(pieces.front()));
  }
  return clauses;
}

Rehearsal::Rehearsal(RehearsalPlan plan) : plan_(std::move(plan)), thread_([this] { run(); }) {}

Rehearsal::~Rehearsal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void Rehearsal::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (plan_.busy()) {
      woken_.wait_for(lock, kLookAgain, [this] { return stopping_; });
      continue;
    }
    lock.unlock();
    plan_.synthesise(first_clauses(plan_.foreseeable_replies(base::wall_now())));
    lock.lock();
    woken_.wait_for(lock, kRepeatAfter, [this] { return stopping_; });
  }
}

}  // namespace frontdesk::app
