// Putting a caller through: music, the second leg, the bridge between the two.
#include <array>
#include <utility>

#include "runtime/call_host.hpp"

namespace frontdesk::runtime {
namespace {

std::string words_of(const base::Error& error) {
  return error.code == base::ErrorCode::resource_exhausted ? "no more calls can be put through for now" : error.message;
}

}  // namespace

void CallHost::on(call::HoldMusic& command, base::Instant) {
  if (!media_ || around_.engines.hold_music == nullptr || command.on == (music_sound_ != 0)) return;
  if (command.on) {
    if (!music_) music_.emplace(around_.engines.hold_music);
    music_sound_ = ++last_sound_;
    return;
  }
  std::array<audio::Sample, audio::kFrameSamples> frame{};
  music_->fade_out(frame);
  media_->play(music_sound_, frame);
  media_->finish(std::exchange(music_sound_, 0));
}

/// A refusal is known at once; the machine hears of it as of any other end.
void CallHost::on(call::CallSecondLeg& command, base::Instant now) {
  auto placed = around_.legs.place({number_, trunk_, command.address});
  if (!placed) return handle(call::SecondLegEnded{words_of(placed.error())}, now);
  second_.emplace(placed->dialog, std::move(placed->socket));
}

void CallHost::on(call::TellSecondLeg& command, base::Instant) {
  if (second_) second_->tell(command.piece);
}

void CallHost::on(call::Bridge&, base::Instant) {
  if (!second_) return;
  second_->bridge();
  bridge_sound_ = ++last_sound_;
}

void CallHost::on(call::EndSecondLeg& command, base::Instant) {
  end_second_leg(command.reason);
}

void CallHost::on(call::Refer& command, base::Instant now) {
  if (const auto asked = around_.legs.refer(dialog_, {number_, trunk_, command.address}, command.limit); !asked)
    handle(call::ReferEnded{false, words_of(asked.error())}, now);
}

void CallHost::end_second_leg(const std::string& reason) {
  if (!second_) return;
  around_.legs.hang_up(second_->dialog(), reason);
  second_.reset();
  if (media_ && bridge_sound_ != 0) media_->finish(std::exchange(bridge_sound_, 0));
}

void CallHost::on_second_leg(SecondLegEvent& event, base::Instant now) {
  if (over_ || !second_ || second_->dialog() != event.dialog) return;
  if (const auto* agreed = std::get_if<sip::NegotiatedMedia>(&event.what))
    return second_->on_media_agreed(*agreed, now);
  auto& told = std::get<call::Event>(event.what);
  if (std::holds_alternative<call::SecondLegEnded>(told)) end_second_leg("it has ended");
  handle(std::move(told), now);
}

/// One tick of music, or of what the two legs hear of each other.
void CallHost::put_through(audio::PcmView heard, base::Instant now) {
  if (music_sound_ != 0) {
    std::array<audio::Sample, audio::kFrameSamples> frame{};
    music_->next(frame);
    media_->play(music_sound_, frame);
  }
  if (!second_) return;
  const auto said = second_->tick(heard, now);
  if (bridged()) media_->play(bridge_sound_, said);
  for (auto& event : second_->take_events()) {
    if (std::holds_alternative<call::SecondLegEnded>(event)) end_second_leg("no sound");
    handle(std::move(event), now);
    if (over_ || !second_) return;
  }
}

/// Keys of a caller who was put through are for the person.
void CallHost::press(char digit, base::Instant now) {
  if (second_ && bridged()) return second_->press(digit);
  handle(call::DigitPressed{digit}, now);
}

}  // namespace frontdesk::runtime
