#include "conversation/supervisor.hpp"

#include <algorithm>
#include <array>

#include "conversation/completeness.hpp"

namespace frontdesk::conversation {
namespace {

using namespace std::string_view_literals;

constexpr int kGoingRound = 2;  // repetitions after the first time
constexpr int kHopeless = 4;
constexpr std::size_t kFewestWords = 2;  // "no" may be said often
constexpr base::Duration kMusicLasts = base::seconds(8);
constexpr std::array kAnnouncements = {"after the tone"sv,
                                       "after the beep"sv,
                                       "leave a message"sv,
                                       "leave your message"sv,
                                       "record your message"sv,
                                       "is not available to take your call"sv,
                                       "the person you are calling"sv,
                                       "the number you have dialled"sv,
                                       "the number you have dialed"sv,
                                       "has been forwarded to"sv,
                                       "your call is important to us"sv,
                                       "your call is in a queue"sv,
                                       "the mailbox is full"sv};

std::string joined(std::string_view text) {
  std::string all;
  for (const auto& word : words_of(text)) all += (all.empty() ? "" : " ") + word;
  return all;
}

}  // namespace

bool is_recorded_announcement(std::string_view text) {
  const auto words = joined(text);
  return std::any_of(kAnnouncements.begin(), kAnnouncements.end(),
                     [&](std::string_view phrase) { return words.find(phrase) != std::string::npos; });
}

Concern Supervisor::caller_said(std::string_view text) {
  if (++turns_ * 2 > max_turns_) return Concern::budget_used_up;
  // Once may be a quotation: "your message says: leave a message after the tone".
  if (is_recorded_announcement(text) && ++announcements_ >= 2) return Concern::machine;
  auto words = joined(text);
  const bool again = words == last_words_ && words_of(text).size() >= kFewestWords;
  repeats_ = again ? repeats_ + 1 : 0;
  last_words_ = std::move(words);
  if (repeats_ >= kHopeless) return Concern::hopeless;
  return repeats_ == kGoingRound ? Concern::going_round : Concern::none;
}

Concern Supervisor::heard(call::LineSound sound, base::Instant now) {
  switch (sound) {
    case call::LineSound::fax:
      return Concern::machine;
    case call::LineSound::beep:  // a lorry may beep behind a caller, too
      return announcements_ > 0 ? Concern::machine : Concern::none;
    case call::LineSound::music:
      break;
  }
  music_until_ = now + kMusicLasts;
  return Concern::music;
}

bool Supervisor::on_hold(base::Instant now) const {
  return now < music_until_;
}

}  // namespace frontdesk::conversation
