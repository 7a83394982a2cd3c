#include "rtp/stun/address_probe.hpp"

#include <array>

namespace frontdesk::stun {
namespace {

// RFC 8489 begins with 500 ms, for those who can wait.
constexpr std::array kSendAfter{base::milliseconds(0), base::milliseconds(100), base::milliseconds(300)};

}  // namespace

std::vector<std::uint8_t> AddressProbe::poll(base::Instant now) {
  if (over_) return {};
  if (now - began_ >= kProbeLimit) {
    over_ = true;
    return {};
  }
  if (sent_ == kSendAfter.size() || now - began_ < kSendAfter[sent_]) return {};
  ++sent_;
  return binding_request(id_);
}

bool AddressProbe::on_datagram(std::span<const std::uint8_t> datagram, const base::Endpoint& from) {
  if (over_ || from != server_) return false;
  base::Endpoint mapped;
  const Answer answer = read_binding_answer(datagram, id_, mapped);
  if (answer == Answer::none) return false;
  over_ = true;
  if (answer == Answer::mapped) mapped_ = mapped;
  return true;
}

}  // namespace frontdesk::stun
