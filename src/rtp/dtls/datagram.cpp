#include "rtp/dtls/datagram.hpp"

namespace frontdesk::dtls {
namespace {

constexpr std::size_t kHeader = 13;  // RFC 6347, section 4.1
constexpr std::size_t kLengthAt = 11;

}  // namespace

std::vector<std::vector<std::uint8_t>> packed(std::span<const std::uint8_t> records) {
  std::vector<std::vector<std::uint8_t>> datagrams;
  while (records.size() >= kHeader) {
    const std::size_t size = kHeader + (std::size_t{records[kLengthAt]} << 8 | records[kLengthAt + 1]);
    if (size > records.size()) break;
    if (datagrams.empty() || datagrams.back().size() + size > kMaxDatagram) datagrams.emplace_back();
    const auto record = records.first(size);
    datagrams.back().insert(datagrams.back().end(), record.begin(), record.end());
    records = records.subspan(size);
  }
  return datagrams;
}

}  // namespace frontdesk::dtls
