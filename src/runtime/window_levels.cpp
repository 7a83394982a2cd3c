#include "runtime/window_levels.hpp"

#include <algorithm>

namespace frontdesk::runtime {

void WindowLevels::push(audio::PcmView pcm) {
  while (!pcm.empty()) {
    const auto count = std::min(pcm.size(), open_.size() - filled_);
    std::copy_n(pcm.begin(), count, open_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += count;
    pcm = pcm.subspan(count);
    if (filled_ < open_.size()) return;
    levels_[complete_++ % kRemembered] = static_cast<float>(audio::rms_dbfs(open_));
    filled_ = 0;
  }
}

std::optional<float> WindowLevels::of(std::uint64_t window) const {
  if (window >= complete_ || window + kRemembered < complete_) return std::nullopt;
  return levels_[window % kRemembered];
}

}  // namespace frontdesk::runtime
