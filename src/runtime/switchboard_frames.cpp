// The switchboard's part in calls that come by another way than SIP. They have dialogs of their own numbers; what
// happens to one happens on the signalling thread, as with any other call.
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "runtime/leg_packets.hpp"
#include "runtime/switchboard.hpp"

namespace frontdesk::runtime {
namespace {

constexpr sip::DialogId kFirstFrameDialog = 1ULL << 63U;
constexpr int kUnavailable = 503;

sip::NegotiatedMedia frame_media() {
  sip::NegotiatedMedia media;
  media.remote = LegPackets::frame_peer();
  media.format = {sip::Codec::pcmu, FrameLeg::kPayloadType};
  media.receive_payload_type = FrameLeg::kPayloadType;
  media.rtcp_mux = true;
  media.common = {sip::Codec::pcmu};
  media.signalling = LegPackets::frame_peer();
  media.signalling.port = 0;
  return media;
}

}  // namespace

bool Switchboard::is_frame_dialog(sip::DialogId dialog) {
  return dialog >= kFirstFrameDialog;
}

sip::DialogId Switchboard::take_call(FrameCaller caller, std::shared_ptr<FrameLeg> leg) {
  const auto dialog = kFirstFrameDialog + ++last_frame_dialog_;
  auto* agent = user_agent_.load();
  const auto posted =
      agent == nullptr
          ? base::Status(base::fail(base::ErrorCode::failed_precondition, "calls", "not started"))
          : agent->run([this, dialog, caller = std::move(caller), leg] { on_frame_call(dialog, caller, leg); });
  if (!posted) leg->on_refused(kUnavailable, "calls are not taken now");
  return dialog;
}

void Switchboard::end_call(sip::DialogId dialog) {
  const auto leg = forget_frame_leg(dialog);
  if (!leg) return;
  leg->on_ended("the caller hung up");
  (void)user_agent_.load()->run([this, dialog] { on_ended(dialog, {sip::EndCause::remote_hangup, 0, {}}); });
}

void Switchboard::press(sip::DialogId dialog, char digit) {
  if (auto* agent = user_agent_.load()) (void)agent->run([this, dialog, digit] { on_info_dtmf(dialog, digit); });
}

void Switchboard::on_frame_call(sip::DialogId dialog, const FrameCaller& caller, const std::shared_ptr<FrameLeg>& leg) {
  const auto now = base::wall_now();
  CallBegun begun;
  begun.id = base::new_id("call");
  begun.caller = caller.number;
  begun.caller_name = caller.name;
  begun.called = caller.called;
  begun.screening = caller.by;
  begun.at = now;
  const Load load{open_, draining_, calls_.size(), stats().tick_late_p99_ms};
  if (const auto full = no_room(policy()->capacity, load, false)) {
    ++turned_away_;
    begun.screening = full->reason;
    record_refusal({std::move(begun), full->status, true});
    return leg->on_refused(full->status, full->reason);
  }
  {
    const std::lock_guard lock(frames_mutex_);
    frame_legs_[dialog] = leg;
  }
  const auto id = begun.id;
  AdmittedCall admitted{last_number_ + 1, screening::Destination::reception, caller.number, {}, false, now, {},
                        caller.called};
  // Before the call can answer, so that the caller learns of its id first.
  leg->on_admitted(dialog, id);
  NewCall call = planned(admitted);
  call.dialog = dialog;
  call.frames = leg;
  call.begun = std::move(begun);
  if (place_on_shard(std::move(call))) return;
  (void)forget_frame_leg(dialog);
  leg->on_ended("the machine was swamped");
}

std::shared_ptr<FrameLeg> Switchboard::forget_frame_leg(sip::DialogId dialog) {
  const std::lock_guard lock(frames_mutex_);
  const auto found = frame_legs_.extract(dialog);
  return found ? found.mapped() : nullptr;
}

/// On the call's shard. The call learns of it by the signalling thread, where all calls learn such things.
void Switchboard::answer_frames(sip::DialogId dialog) {
  (void)user_agent_.load()->run([this, dialog] {
    std::shared_ptr<FrameLeg> leg;
    {
      const std::lock_guard lock(frames_mutex_);
      if (const auto it = frame_legs_.find(dialog); it != frame_legs_.end()) leg = it->second;
    }
    if (!leg) return;
    leg->on_answered();
    on_media(dialog, frame_media());
    on_established(dialog);
  });
}

/// On the call's shard, or when it was never placed on one.
void Switchboard::hang_up_frames(sip::DialogId dialog, const std::string& reason) {
  if (const auto leg = forget_frame_leg(dialog)) leg->on_ended(reason);
  (void)user_agent_.load()->run([this, dialog] { on_ended(dialog, {sip::EndCause::local_hangup, 0, {}}); });
}

}  // namespace frontdesk::runtime
