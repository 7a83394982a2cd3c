#include "runtime/call_quality.hpp"

#include <array>
#include <cstdio>

namespace frontdesk::runtime {
namespace {

std::string remark_on(const adaptation::WindowQuality& window) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "# quality mos=%.2f rating=%.0f loss=%.1f%% jitter_ms=%.1f",
                window.mean_opinion_score, window.rating, window.loss * 100, window.jitter_ms);
  std::string remark = text.data();
  if (window.peer_loss) {
    std::snprintf(text.data(), text.size(), " peer_loss=%.1f%%", *window.peer_loss * 100);
    remark += text.data();
  }
  return remark;
}

}  // namespace

void CallQuality::on_agreed(const sip::NegotiatedMedia& agreed) {
  codec_ = agreed.format.codec;
  policy_.on_agreed(codec_, agreed.common, agreed.ptime_ms, agreed.max_ptime_ms);
  sending_ = policy_.profile();
}

CallQuality::Advice CallQuality::judge(const media::MediaStats& stats, base::Instant now) {
  Advice advice;
  const auto window = windows_.push(stats, codec_, sending_.packet_ms, now);
  if (!window) return advice;
  advice.remarks.push_back(remark_on(*window));
  auto decision = policy_.on_window(*window, now);
  if (!decision) return advice;
  advice.remarks.push_back("# adapt " + decision->reason);
  if (decision->sending) sending_ = *decision->sending;
  advice.sending = decision->sending;
  advice.recoding = std::move(decision->recoding);
  return advice;
}

}  // namespace frontdesk::runtime
