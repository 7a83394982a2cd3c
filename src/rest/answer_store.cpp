#include "rest/answer_store.hpp"

#include "base/clock.hpp"

namespace frontdesk::rest {

protocol::Claim RememberedAnswers::claim(const std::string& key, const std::string& fingerprint) {
  const std::lock_guard lock(mutex_);
  return memory_.claim(key, fingerprint, base::monotonic_now());
}

void RememberedAnswers::keep(const std::string& key, protocol::KeptAnswer answer) {
  const std::lock_guard lock(mutex_);
  memory_.keep(key, std::move(answer), base::monotonic_now());
}

void RememberedAnswers::release(const std::string& key) {
  const std::lock_guard lock(mutex_);
  memory_.release(key);
}

}  // namespace frontdesk::rest
