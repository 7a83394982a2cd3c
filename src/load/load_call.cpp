#include "load/load_call.hpp"

namespace frontdesk::load {
namespace {

std::string seconds_text(base::Duration d) {
  return std::to_string(base::to_ms(d) / 1000) + " s";
}

/// Why a call that nobody answered was not answered.
std::string refusal(const sip::DialogEnded& ended) {
  if (ended.cause == sip::EndCause::timeout) return "no answer to the INVITE";
  if (ended.status > 0) return std::to_string(ended.status) + " " + ended.reason;
  return ended.reason.empty() ? "not answered" : ended.reason;
}

}  // namespace

void LoadCall::fail(std::string reason, LoadReport& report) {
  if (failed_) return;
  failed_ = true;
  ++report.calls.failures[std::move(reason)];
}

void LoadCall::on_media(const sip::NegotiatedMedia& media, const SoundLoop& sound, std::uint64_t seed) {
  const bool first = !media_;
  media_ = media;
  protection_.configure(media.srtp);
  if (!first) return;
  sent_.emplace(media, sound, seed);
  received_.emplace(media, audio::kFrameMs);
}

void LoadCall::on_established(base::Instant at, base::Duration hold, LoadReport& report) {
  if (established_at_ || left_) return;
  established_at_ = at;
  hang_up_at_ = std::min(hang_up_at_, at + hold);
  ++report.calls.answered;
  report.setup.push_back(base::to_seconds(at - dialled_at_) * 1000);
  if (media_ && protection_.usable()) return;
  fail(media_ ? "the keys of the answer cannot be used" : "the answer agreed on no audio", report);
  hang_up_at_ = at;
}

void LoadCall::on_ended(const sip::DialogEnded& ended, LoadReport& report) {
  if (!established_at_) return fail(refusal(ended), report);
  if (!left_) return fail("the other side ended the call", report);
  if (ended.cause == sip::EndCause::timeout) return fail("no answer to the BYE", report);
  if (!failed_) ++report.calls.completed;
}

bool LoadCall::must_leave(base::Instant now, LoadReport& report) {
  if (left_) return false;
  if (!established_at_ && now < deadline_) return false;
  if (established_at_ && now < hang_up_at_) return false;
  if (established_at_) {
    judge_audio(now, report);
  } else {
    fail("no answer within " + seconds_text(deadline_ - dialled_at_), report);
  }
  left_ = true;
  deadline_ = now + kLeaveLimit;
  return true;
}

void LoadCall::judge_audio(base::Instant now, LoadReport& report) const {
  if (!received_) return;
  report.packets.expected += received_->expected();
  report.packets.received += received_->received();
  report.packets.lost += received_->lost();
  report.packets.late += received_->late();
  if (now - *established_at_ < kLongEnoughForAudio) return;
  if (!received_->last_arrival()) {
    ++report.calls.without_audio;
  } else if (now - *received_->last_arrival() > kLongestPause) {
    ++report.calls.cut_short;
  } else if (!received_->sound()) {
    ++report.calls.silent;
  }
}

std::size_t LoadCall::send(std::span<std::uint8_t> out, LoadReport& report) {
  if (!up() || !sent_ || !media_->may_send || !media_->remote.is_set()) return 0;
  const std::size_t size = sent_->next(out, protection_);
  if (size > 0) ++report.packets.sent;
  return size;
}

void LoadCall::receive(const udp::Datagram& datagram, LoadReport& report) {
  if (!received_ || left_ || rtp::looks_like_rtcp(datagram.bytes)) return;
  const auto packet = rtp::parse_packet(protection_.open(media::Protection::Kind::rtp, datagram.bytes));
  if (packet) received_->on_packet(*packet, datagram.arrival, report.deviations);
}

}  // namespace frontdesk::load
