#include "runtime/second_leg.hpp"

#include <array>

#include "media/negotiated/negotiated.hpp"

namespace frontdesk::runtime {
namespace {

constexpr std::size_t kMaxDatagram = 2048;
constexpr int kDatagramsAtOnce = 16;
constexpr base::Duration kFade = base::milliseconds(10);

}  // namespace

void SecondLeg::on_media_agreed(const sip::NegotiatedMedia& agreed, base::Instant now) {
  if (media_) return media_->reconfigure(negotiated::parameters_of(agreed), now);
  media_.emplace(negotiated::new_session(agreed));
  for (const auto piece : std::exchange(told_early_, {})) tell(piece);
}

void SecondLeg::tell(call::PieceId piece) {
  if (!media_) return told_early_.push_back(piece);
  announcements_.release(piece, *media_);
}

void SecondLeg::add(call::PieceId piece, audio::PcmView pcm) {
  announcements_.add(piece, pcm, media_ ? &*media_ : nullptr);
}

base::Duration SecondLeg::complete(call::PieceId piece) {
  return announcements_.complete(piece, media_ ? &*media_ : nullptr);
}

void SecondLeg::bridge() {
  bridged_ = true;
  told_early_.clear();
  if (media_) media_->flush(kFade);
}

void SecondLeg::press(char digit) {
  if (media_) media_->send_digits({&digit, 1});
}

void SecondLeg::read(base::Instant now) {
  std::array<std::uint8_t, kMaxDatagram> buffer;
  base::Endpoint from;
  for (int i = 0; i < kDatagramsAtOnce; ++i) {
    const auto size = socket_.receive(buffer, from);
    if (size == 0) return;
    media_->on_datagram(std::span(buffer).first(size), from, now);
  }
}

audio::PcmView SecondLeg::tick(audio::PcmView to_person, base::Instant now) {
  if (!media_) return silence_;
  read(now);
  if (bridged_) media_->play(kBridge, to_person);
  const auto tick = media_->tick(now);
  if (!tick.packet.empty()) socket_.send(tick.packet, tick.to);
  if (!tick.second_packet.empty()) socket_.send(tick.second_packet, tick.to);
  if (!tick.rtcp.empty() && tick.rtcp_to == tick.to) socket_.send(tick.rtcp, tick.rtcp_to);
  return tick.heard;
}

std::vector<call::Event> SecondLeg::take_events() {
  std::vector<call::Event> events;
  if (!media_) return events;
  media_events_.clear();
  media_->drain_events(media_events_);
  for (const auto& event : media_events_) {
    if (const auto* finished = std::get_if<media::PlayoutFinished>(&event))
      events.emplace_back(call::SecondLegHeard{finished->utterance});
    else if (const auto* digit = std::get_if<media::DigitPressed>(&event))
      events.emplace_back(call::SecondLegDigit{digit->digit});
    else if (std::holds_alternative<media::MediaTimedOut>(event) && bridged_)
      events.emplace_back(call::SecondLegEnded{"no sound came from them any more"});
  }
  return events;
}

}  // namespace frontdesk::runtime
