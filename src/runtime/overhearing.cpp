#include "runtime/overhearing.hpp"

#include <utility>

namespace frontdesk::runtime {

void Overhearing::change(std::shared_ptr<Ears> ears, bool redacted) {
  ears_ = std::move(ears);
  delayed_.reset();
  if (!ears_) return;
  delayed_.emplace(base::milliseconds(audio::kFrameMs), kHeardLate);
  delayed_->set_redacted(redacted);
}

void Overhearing::add(audio::PcmView caller, audio::PcmView ours) {
  if (!ears_) return;
  if (auto frame = delayed_->add(caller, ours)) (void)ears_->push({call_, number_++, std::move(*frame), false});
}

void Overhearing::set_redacted(bool redacted) {
  if (delayed_) delayed_->set_redacted(redacted);
}

void Overhearing::finish() {
  if (ears_) (void)ears_->push_vital({call_, number_, {}, true});
  ears_.reset();
  delayed_.reset();
}

}  // namespace frontdesk::runtime
