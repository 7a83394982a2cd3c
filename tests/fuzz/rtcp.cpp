// Compound RTCP.
#include "rtp/rtcp.hpp"

#include "fuzz/fuzz_target.hpp"

FRONTDESK_FUZZ_TARGET(rtcp) {
  const auto report = frontdesk::rtp::parse_rtcp(input);
  if (report) frontdesk::fuzz::require(report->block_count <= frontdesk::rtp::kMaxReportBlocks);
}
