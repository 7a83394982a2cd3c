// RTCP reports (RFC 3550, section 6): compound packets of a sender or receiver report and a CNAME,
// written and parsed without allocation. Whatever a stranger sends yields a RtcpFault at worst.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>

namespace frontdesk::rtp {

inline constexpr std::size_t kMaxReportBlocks = 31;
inline constexpr std::size_t kMaxCnameBytes = 64;  ///< ours
inline constexpr std::size_t kMaxRtcpBytes = 192;  ///< of what write_report() makes

struct SenderInfo {
  std::uint64_t ntp = 0;  ///< seconds in the upper half; of any clock that goes on steadily
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;  ///< payload only
  friend bool operator==(const SenderInfo&, const SenderInfo&) = default;
};

struct ReportBlock {
  std::uint32_t ssrc = 0;  ///< of the stream reported on
  std::uint8_t fraction_lost = 0;
  std::int32_t cumulative_lost = 0;  ///< 24 bits
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;             ///< timestamp units
  std::uint32_t last_report = 0;        ///< middle of the NTP time of the newest sender report received; 0: none
  std::uint32_t since_last_report = 0;  ///< 1/65536 s
  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

struct Report {
  std::uint32_t ssrc = 0;            ///< of the sender of the report
  std::optional<SenderInfo> sender;  ///< set in a sender report
  std::array<ReportBlock, kMaxReportBlocks> blocks{};
  std::size_t block_count = 0;
  bool bye = false;  ///< parsed only
};

enum class RtcpFault { too_short, wrong_version, bad_length, bad_padding, truncated_report };
std::string_view name(RtcpFault fault);

/// Of a compound packet, the first report and whether it holds a BYE; other kinds are stepped over.
/// Also takes what begins with another kind (RFC 5506): then there are no blocks.
tl::expected<Report, RtcpFault> parse_rtcp(std::span<const std::uint8_t> datagram);

/// The report, with one block at most, and an SDES packet with the CNAME. Bytes written, or 0 if `out` is too small.
std::size_t write_report(const Report& report, std::string_view cname, std::span<std::uint8_t> out);

}  // namespace frontdesk::rtp
