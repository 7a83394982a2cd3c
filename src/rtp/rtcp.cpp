#include "rtp/rtcp.hpp"

#include <algorithm>

namespace frontdesk::rtp {
namespace {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kSourceDescription = 202;
constexpr std::uint8_t kBye = 203;
constexpr std::uint8_t kCname = 1;
constexpr std::size_t kHeader = 4;
constexpr std::size_t kSenderInfoBytes = 20;
constexpr std::size_t kBlockBytes = 24;
constexpr std::int32_t kMostLost = 0x7fffff;

using Bytes = std::span<const std::uint8_t>;

std::uint32_t read_u32(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
         bytes[at + 3];
}

ReportBlock read_block(Bytes bytes) {
  ReportBlock block;
  block.ssrc = read_u32(bytes, 0);
  const std::uint32_t lost = read_u32(bytes, 4);
  block.fraction_lost = static_cast<std::uint8_t>(lost >> 24);
  // 24 bits, sign extended.
  block.cumulative_lost = static_cast<std::int32_t>(lost << 8) >> 8;
  block.highest_sequence = read_u32(bytes, 8);
  block.jitter = read_u32(bytes, 12);
  block.last_report = read_u32(bytes, 16);
  block.since_last_report = read_u32(bytes, 20);
  return block;
}

/// `body` follows the header. False: it is shorter than its count of blocks says.
bool read_report(Bytes body, bool by_sender, std::size_t count, Report& report) {
  const std::size_t fixed = 4 + (by_sender ? kSenderInfoBytes : 0);
  if (body.size() < fixed + count * kBlockBytes) return false;
  report.ssrc = read_u32(body, 0);
  if (by_sender) {
    report.sender = SenderInfo{std::uint64_t{read_u32(body, 4)} << 32 | read_u32(body, 8), read_u32(body, 12),
                               read_u32(body, 16), read_u32(body, 20)};
  }
  for (std::size_t i = 0; i < count; ++i) report.blocks[i] = read_block(body.subspan(fixed + i * kBlockBytes));
  report.block_count = count;
  return true;
}

class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> out) : out_(out) {}
  void byte(std::uint8_t value) { out_[at_++] = value; }
  void u32(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(value >> shift));
  }
  void header(std::size_t count, std::uint8_t type, std::size_t bytes) {
    byte(static_cast<std::uint8_t>(0x80 | count));
    byte(type);
    const std::size_t words = bytes / 4 - 1;
    byte(static_cast<std::uint8_t>(words >> 8));
    byte(static_cast<std::uint8_t>(words));
  }
  void block(const ReportBlock& block) {
    u32(block.ssrc);
    const std::int32_t lost = std::clamp(block.cumulative_lost, -kMostLost, kMostLost);
    u32(std::uint32_t{block.fraction_lost} << 24 | (static_cast<std::uint32_t>(lost) & 0xffffff));
    u32(block.highest_sequence);
    u32(block.jitter);
    u32(block.last_report);
    u32(block.since_last_report);
  }
  std::size_t written() const { return at_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view name(RtcpFault fault) {
  switch (fault) {
    case RtcpFault::too_short:
      return "too short";
    case RtcpFault::wrong_version:
      return "not RTCP version 2";
    case RtcpFault::bad_length:
      return "a length exceeds the packet";
    case RtcpFault::bad_padding:
      return "padding that exceeds its packet or is not at the end";
    case RtcpFault::truncated_report:
      return "a report shorter than its blocks";
  }
  return "unknown";
}

tl::expected<Report, RtcpFault> parse_rtcp(Bytes datagram) {
  Report report;
  bool have_report = false;
  if (datagram.size() < kHeader) return tl::unexpected(RtcpFault::too_short);
  while (!datagram.empty()) {
    if (datagram.size() < kHeader) return tl::unexpected(RtcpFault::bad_length);
    if ((datagram[0] >> 6) != 2) return tl::unexpected(RtcpFault::wrong_version);
    const std::size_t size = (std::size_t{datagram[2]} << 8 | datagram[3]) * 4 + 4;
    if (size > datagram.size()) return tl::unexpected(RtcpFault::bad_length);
    Bytes body = datagram.subspan(kHeader, size - kHeader);
    if ((datagram[0] & 0x20) != 0) {
      const std::size_t padding = body.empty() ? 0 : body.back();
      if (size != datagram.size() || padding == 0 || padding > body.size())
        return tl::unexpected(RtcpFault::bad_padding);
      body = body.first(body.size() - padding);
    }
    const std::uint8_t type = datagram[1];
    const bool is_report = type == kSenderReport || type == kReceiverReport;
    if (is_report && !have_report) {
      if (!read_report(body, type == kSenderReport, datagram[0] & 0x1f, report))
        return tl::unexpected(RtcpFault::truncated_report);
      have_report = true;
    }
    if (type == kBye) report.bye = true;
    datagram = datagram.subspan(size);
  }
  return report;
}

std::size_t write_report(const Report& report, std::string_view cname, std::span<std::uint8_t> out) {
  cname = cname.substr(0, kMaxCnameBytes);
  const std::size_t blocks = std::min<std::size_t>(report.block_count, 1);
  const std::size_t report_bytes = kHeader + 4 + (report.sender ? kSenderInfoBytes : 0) + blocks * kBlockBytes;
  // The item list ends with at least one zero byte and fills a whole word.
  const std::size_t description_bytes = (kHeader + 4 + 2 + cname.size()) / 4 * 4 + 4;
  if (out.size() < report_bytes + description_bytes) return 0;
  Writer writer(out);
  writer.header(blocks, report.sender ? kSenderReport : kReceiverReport, report_bytes);
  writer.u32(report.ssrc);
  if (report.sender) {
    writer.u32(static_cast<std::uint32_t>(report.sender->ntp >> 32));
    writer.u32(static_cast<std::uint32_t>(report.sender->ntp));
    writer.u32(report.sender->rtp_timestamp);
    writer.u32(report.sender->packets);
    writer.u32(report.sender->octets);
  }
  for (std::size_t i = 0; i < blocks; ++i) writer.block(report.blocks[i]);
  writer.header(1, kSourceDescription, description_bytes);
  writer.u32(report.ssrc);
  writer.byte(kCname);
  writer.byte(static_cast<std::uint8_t>(cname.size()));
  for (const char c : cname) writer.byte(static_cast<std::uint8_t>(c));
  while (writer.written() < report_bytes + description_bytes) writer.byte(0);
  return writer.written();
}

}  // namespace frontdesk::rtp
