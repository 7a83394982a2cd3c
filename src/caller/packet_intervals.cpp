#include "caller/packet_intervals.hpp"

namespace frontdesk::caller {

void PacketIntervals::on_packet(const rtp::Header& header, base::Instant arrival) {
  if (last_) {
    const bool next = header.ssrc == last_->header.ssrc &&
                      header.sequence == static_cast<std::uint16_t>(last_->header.sequence + 1) &&
                      header.timestamp == last_->header.timestamp + units_;
    if (!next) {
      ++discontinuities_;
    } else if (intervals_ms_.size() < kMaxIntervals) {
      intervals_ms_.push_back(static_cast<float>(base::to_seconds(arrival - last_->arrival) * 1000));
    }
  }
  last_ = Seen{header, arrival};
}

}  // namespace frontdesk::caller
