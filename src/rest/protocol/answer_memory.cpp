#include "rest/protocol/answer_memory.hpp"

#include <algorithm>

namespace frontdesk::protocol {

void AnswerMemory::forget(Entries::iterator entry) {
  bytes_ -= entry->second.answer.body.size();
  oldest_.erase(entry->second.turn);
  kept_.erase(entry);
}

void AnswerMemory::forget_old(base::Instant now) {
  while (!oldest_.empty()) {
    const auto entry = kept_.find(*oldest_.front());
    const auto limit = entry->second.under_way ? bounds_.work : bounds_.lifetime;
    if (now - entry->second.since < limit) return;
    forget(entry);
  }
}

/// Forgets the oldest answer that is complete.
bool AnswerMemory::make_room() {
  for (const auto* key : oldest_) {
    const auto entry = kept_.find(*key);
    if (entry->second.under_way) continue;
    forget(entry);
    return true;
  }
  return false;
}

Claim AnswerMemory::claim(const std::string& key, const std::string& fingerprint, base::Instant now) {
  forget_old(now);
  if (const auto found = kept_.find(key); found != kept_.end()) {
    const auto& entry = found->second;
    if (entry.fingerprint != fingerprint) return {Claim::Kind::other_body, {}};
    if (!entry.under_way) return {Claim::Kind::kept, entry.answer};
    if (now - entry.since < bounds_.work) return {Claim::Kind::under_way, {}};
    forget(found);
  }
  if (kept_.size() >= bounds_.answers && !make_room()) return {Claim::Kind::full, {}};
  const auto made = kept_.emplace(key, Entry{fingerprint, true, now, {}, {}}).first;
  made->second.turn = oldest_.insert(oldest_.end(), &made->first);
  return {Claim::Kind::fresh, {}};
}

void AnswerMemory::keep(const std::string& key, KeptAnswer answer, base::Instant now) {
  const auto found = kept_.find(key);
  if (found == kept_.end()) return;
  if (answer.body.size() > bounds_.bytes / 4) return forget(found);
  auto& entry = found->second;
  entry.under_way = false;
  entry.since = now;
  bytes_ += answer.body.size();
  entry.answer = std::move(answer);
  oldest_.splice(oldest_.end(), oldest_, entry.turn);
  while (bytes_ > bounds_.bytes && make_room()) {
  }
}

void AnswerMemory::release(const std::string& key) {
  if (const auto found = kept_.find(key); found != kept_.end()) forget(found);
}

}  // namespace frontdesk::protocol
