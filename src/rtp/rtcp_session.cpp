#include "rtp/rtcp_session.hpp"

#include <algorithm>

namespace frontdesk::rtp {
namespace {

using base::Duration;
using base::Instant;

constexpr double kFirstFactor = 0.5;  // RFC 3550, section 6.2: the first report comes sooner
constexpr std::uint32_t kMiddleUnits = 65'536;

/// NTP format of the monotonic clock; RFC 3550, section 6.4.1, allows any.
std::uint64_t ntp_of(Instant now) {
  const auto ns = static_cast<std::uint64_t>(now.since_start.count());
  const std::uint64_t second = 1'000'000'000;
  return (ns / second) << 32 | ((ns % second) << 32) / second;
}

std::uint32_t middle(std::uint64_t ntp) {
  return static_cast<std::uint32_t>(ntp >> 16);
}

Duration of_middle_units(std::uint32_t units) {
  return base::microseconds(std::int64_t{units} * 1'000'000 / kMiddleUnits);
}

std::uint32_t middle_units(Duration time) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, time.count()) / 1000 * kMiddleUnits / 1'000'000);
}

}  // namespace

RtcpSession::RtcpSession(std::uint32_t ssrc, std::uint32_t clock_rate, std::string_view cname)
    : ssrc_(ssrc), clock_rate_(clock_rate), cname_size_(std::min(cname.size(), kMaxCnameBytes)), random_(ssrc) {
  std::copy_n(cname.begin(), cname_size_, cname_.begin());
}

void RtcpSession::set_ssrc(std::uint32_t ssrc) {
  ssrc_ = ssrc;
  packets_ = octets_ = packets_reported_ = 0;
}

void RtcpSession::on_packet_sent(std::size_t payload_bytes) {
  ++packets_;
  octets_ += static_cast<std::uint32_t>(payload_bytes);
}

void RtcpSession::on_datagram(std::span<const std::uint8_t> datagram, Instant now) {
  const auto report = parse_rtcp(datagram);
  if (!report) {
    ++figures_.malformed;
    return;
  }
  ++figures_.received;
  if (report->sender) {
    reporter_ = report->ssrc;
    peer_middle_ntp_ = middle(report->sender->ntp);
    peer_report_at_ = now;
  }
  for (std::size_t i = 0; i < report->block_count; ++i) {
    if (report->blocks[i].ssrc == ssrc_) take_block(report->blocks[i], now);
  }
}

void RtcpSession::take_block(const ReportBlock& block, Instant now) {
  figures_.peer_loss = block.fraction_lost / 256.0;
  figures_.peer_jitter = base::microseconds(std::int64_t{block.jitter} * 1'000'000 / clock_rate_);
  for (std::size_t i = 0; i < std::min(sent_count_, sent_.size()); ++i) {
    if (block.last_report == 0 || sent_[i].middle_ntp != block.last_report) continue;
    const Duration round_trip = now - sent_[i].at - of_middle_units(block.since_last_report);
    if (round_trip >= Duration(0) && round_trip <= kLongestRoundTrip) figures_.round_trip = round_trip;
  }
}

void RtcpSession::plan_next(Instant now, double factor) {
  const double interval = static_cast<double>(kRtcpInterval.count()) * factor * (0.5 + random_.unit());
  next_ = now + Duration(static_cast<Duration::rep>(interval));
}

ReportBlock RtcpSession::block_on(const Streams& streams, Instant now) const {
  ReportBlock block;
  block.ssrc = *streams.source;
  block.fraction_lost = streams.received.take_fraction_lost();
  block.cumulative_lost =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(streams.received.lost(), -0x7fffff, 0x7fffff));
  block.highest_sequence = streams.received.extended_highest_sequence();
  block.jitter = streams.received.jitter_units();
  if (reporter_ == streams.source) {
    block.last_report = peer_middle_ntp_;
    block.since_last_report = middle_units(now - peer_report_at_);
  }
  return block;
}

std::size_t RtcpSession::poll(const Streams& streams, Instant now, std::span<std::uint8_t> out) {
  if (!next_) plan_next(now, kFirstFactor);
  if (now < *next_) return 0;
  plan_next(now, 1);
  Report report;
  report.ssrc = ssrc_;
  if (packets_ != packets_reported_) {
    report.sender = SenderInfo{ntp_of(now), streams.timestamp, packets_, octets_};
    sent_[sent_count_++ % sent_.size()] = {middle(report.sender->ntp), now};
    packets_reported_ = packets_;
  }
  if (streams.source) {
    report.blocks[0] = block_on(streams, now);
    report.block_count = 1;
  }
  const std::size_t size = write_report(report, std::string_view(cname_.data(), cname_size_), out);
  figures_.sent += size > 0 ? 1 : 0;
  return size;
}

}  // namespace frontdesk::rtp
