#include "media/protection.hpp"

#include <algorithm>

namespace frontdesk::media {

bool Protection::configure(const std::optional<srtp::SrtpKeys>& keys, bool awaited) {
  awaited_ = awaited;
  const bool same_suite = keys && keys_ && keys->suite == keys_->suite;
  const bool same_send = (!keys && !keys_) || (same_suite && keys->send == keys_->send);
  const bool same_receive = (!keys && !keys_) || (same_suite && keys->receive == keys_->receive);
  keys_ = keys;
  if (!same_send) {
    protector_.reset();
    if (keys)
      if (auto made = srtp::Protector::create(keys->suite, keys->send)) protector_ = std::move(*made);
  }
  if (!same_receive) {
    unprotector_.reset();
    if (keys)
      if (auto made = srtp::Unprotector::create(keys->suite, keys->receive)) unprotector_ = std::move(*made);
  }
  return !same_send;
}

std::span<const std::uint8_t> Protection::open(Kind kind, std::span<const std::uint8_t> datagram) {
  if (!keys_) return awaited_ ? std::span<const std::uint8_t>() : datagram;
  if (!unprotector_ || datagram.size() > opened_.size()) return {};
  const auto packet = std::span(opened_).first(datagram.size());
  std::copy(datagram.begin(), datagram.end(), packet.begin());
  const std::size_t size = kind == Kind::rtp ? unprotector_->unprotect(packet) : unprotector_->unprotect_rtcp(packet);
  return packet.first(size);
}

std::size_t Protection::seal(Kind kind, std::span<std::uint8_t> buffer, std::size_t size) {
  if (!keys_) return awaited_ ? 0 : size;
  if (!protector_) return 0;
  return kind == Kind::rtp ? protector_->protect(buffer, size) : protector_->protect_rtcp(buffer, size);
}

}  // namespace frontdesk::media
