#include "reception/transfer/transfer.hpp"

#include <algorithm>
#include <utility>

namespace frontdesk::transfer {
namespace {

constexpr base::Duration kTellLimit = base::seconds(20);  // from the answer, or the last word, to the end of it
constexpr base::Duration kKeyLimit = base::seconds(5);    // after it was told, and after it was told again
constexpr base::Duration kReferLimit = base::seconds(40);
constexpr base::Duration kReferGrace = base::seconds(5);
constexpr base::Duration kLongestBridge = base::seconds(4 * 60 * 60);
constexpr std::size_t kLongestReason = 160;

/// What the caller said, fit to be read out: one line, no marks that end it early.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kLongestReason)) line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  while (!line.empty() &&
         (line.back() == '.' || line.back() == ' ' || (static_cast<unsigned char>(line.back()) & 0xC0U) == 0x80U))
    line.pop_back();
  return line;
}

}  // namespace

std::string announcement(std::string_view caller_number, std::string_view reason, std::string_view notice,
                         bool confirm) {
  std::string text = "Hello, I have a caller for you";
  if (!caller_number.empty()) text += ", from " + std::string(caller_number);
  text += ".";
  if (const auto said = one_line(reason); !said.empty())
    text += " They said: " + said + (said.back() == '?' ? "" : ".");
  if (!notice.empty()) text += " " + std::string(notice);
  return text + (confirm ? " Press 1 to take the call, or 2 if you can't." : " Connecting you now.");
}

Transfer::Transfer(const TransferSettings& settings, Target target, std::string announcement,
                   std::array<call::PieceId, 2> pieces)
    : settings_(settings), target_(std::move(target)), announcement_(std::move(announcement)) {
  for (std::size_t i = 0; i < pieces.size(); ++i) announcements_[i].piece = pieces[i];
}

void Transfer::start(base::Instant now, call::Commands& commands) {
  now_ = now;
  commands_ = &commands;
  music_ = true;
  commands.emplace_back(call::HoldMusic{true});
  if (settings_.method == Method::blind) {
    state_ = State::referring;
    trace("the caller's side is asked to call " + target_.name);
    commands.emplace_back(call::Refer{target_.address, kReferLimit});
    deadline_ = now + kReferLimit + kReferGrace;
  } else {
    trace("calling " + target_.name);
    second_leg_ = true;
    commands.emplace_back(call::CallSecondLeg{target_.address});
    deadline_ = now + settings_.ring_limit;
    announce();
  }
  commands_ = nullptr;
}

void Transfer::handle(const call::Event& event, base::Instant now, call::Commands& commands) {
  if (done() || failed()) return;
  now_ = now;
  commands_ = &commands;
  std::visit([this](const auto& e) { on(e); }, event);
  commands_ = nullptr;
}

void Transfer::abandon(std::string reason, call::Commands& commands) {
  if (done() || failed()) return;
  commands_ = &commands;
  finish(State::failed, std::move(reason));
  commands_ = nullptr;
}

/// Synthesises the announcement once more; it is told when somebody is there to hear it.
void Transfer::announce() {
  auto& next = announcements_[told_];
  next.sound = Announcement::Sound::asked;
  commands_->emplace_back(call::Synthesise{next.piece, announcement_});
}

void Transfer::settle(call::PieceId piece, bool sounded) {
  const auto found =
      std::find_if(announcements_.begin(), announcements_.end(), [&](const auto& each) { return each.piece == piece; });
  if (found == announcements_.end() || found->sound != Announcement::Sound::asked) return;
  found->sound = sounded ? Announcement::Sound::there : Announcement::Sound::broken;
  // Nothing can be told: better connected without a word than not at all.
  if (!sounded && state_ == State::telling) connect();
}

void Transfer::on(const call::SecondLegRinging&) {
  if (state_ == State::ringing) trace("it rings at " + target_.name + "'s");
}

void Transfer::on(const call::SecondLegAnswered&) {
  if (state_ != State::ringing) return;
  trace(target_.name + " answered");
  state_ = State::telling;
  if (announcements_[0].sound == Announcement::Sound::broken) return connect();
  commands_->emplace_back(call::TellSecondLeg{announcements_[0].piece});
  told_ = 1;
  deadline_ = now_ + kTellLimit;
}

void Transfer::on(const call::SecondLegHeard& event) {
  if (state_ != State::telling || event.piece != announcements_[told_ - 1].piece) return;
  if (!settings_.confirm) return connect();
  state_ = State::waiting_for_key;
  if (told_ < announcements_.size()) announce();
  deadline_ = now_ + kKeyLimit;
}

void Transfer::on(const call::SecondLegDigit& event) {
  if (state_ != State::telling && state_ != State::waiting_for_key) return;
  if (event.digit == '1') return connect();
  if (event.digit == '2') fail("they cannot take the call just now");
}

void Transfer::on(const call::SecondLegEnded& event) {
  if (!second_leg_) return;
  second_leg_ = false;
  if (state_ == State::connected) return finish(State::done, target_.name + " hung up");
  fail(event.reason.empty() ? "nobody answered" : event.reason);
}

void Transfer::on(const call::ReferEnded& event) {
  if (state_ != State::referring) return;
  if (!event.accepted) return fail(event.reason.empty() ? "nobody answered" : event.reason);
  finish(State::done, "the caller's side took the call over");
}

void Transfer::on(const call::Wakeup&) {
  if (now_ < deadline_) return;
  deadline_ = base::kNever;
  switch (state_) {
    case State::ringing:
    case State::referring:
      return fail("nobody answered");
    case State::telling:
      return settings_.confirm ? fail("the call was answered, but not taken") : connect();
    case State::waiting_for_key:
      if (told_ == announcements_.size() || announcements_[told_].sound == Announcement::Sound::broken)
        return fail("the call was answered, but not taken");
      state_ = State::telling;
      commands_->emplace_back(call::TellSecondLeg{announcements_[told_++].piece});
      deadline_ = now_ + kTellLimit;
      return;
    case State::connected:
      return finish(State::done, "the longest time for one call was reached");
    case State::done:
    case State::failed:
      return;
  }
}

void Transfer::connect() {
  trace("put through to " + target_.name);
  state_ = State::connected;
  drop_announcements();
  music_ = false;
  commands_->emplace_back(call::HoldMusic{false});
  commands_->emplace_back(call::Bridge{});
  deadline_ = now_ + kLongestBridge;
}

void Transfer::fail(std::string reason) {
  trace("not put through to " + target_.name + ": " + reason);
  finish(State::failed, std::move(reason));
}

/// What will not be told any more need not be synthesised.
void Transfer::drop_announcements() {
  for (auto& each : announcements_)
    if (std::exchange(each.sound, Announcement::Sound::none) == Announcement::Sound::asked)
      commands_->emplace_back(call::CancelSynthesis{each.piece});
}

void Transfer::finish(State state, std::string reason) {
  drop_announcements();
  if (std::exchange(second_leg_, false)) commands_->emplace_back(call::EndSecondLeg{reason});
  if (std::exchange(music_, false)) commands_->emplace_back(call::HoldMusic{false});
  state_ = state;
  reason_ = std::move(reason);
  deadline_ = base::kNever;
}

void Transfer::trace(std::string what) {
  commands_->emplace_back(call::Trace{"transfer", std::move(what)});
}

}  // namespace frontdesk::transfer
