#include "rtp/telephone_event.hpp"

#include <algorithm>

namespace frontdesk::rtp {
namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD";
constexpr int kToneTicks = 5;
constexpr int kEndRepeats = 3;
constexpr int kDigitTicks = kToneTicks - 1 + kEndRepeats + 3;  ///< with the pause
constexpr std::uint32_t kSegmentSlackTicks = 2;
constexpr std::uint32_t kLongEventTicks = 50;  ///< short of the longest duration by less: goes on as a segment

}  // namespace

std::optional<char> digit_of_event(std::uint8_t event) {
  if (event >= kDigits.size()) return std::nullopt;
  return kDigits[event];
}

std::optional<std::uint8_t> event_of_digit(char digit) {
  const char upper = digit >= 'a' && digit <= 'd' ? static_cast<char>(digit - 'a' + 'A') : digit;
  const auto at = kDigits.find(upper);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(at);
}

std::optional<TelephoneEvent> parse_telephone_event(std::span<const std::uint8_t> payload) {
  if (payload.size() < kTelephoneEventBytes) return std::nullopt;
  return TelephoneEvent{payload[0], (payload[1] & 0x80) != 0, static_cast<std::uint8_t>(payload[1] & 0x3f),
                        static_cast<std::uint16_t>(payload[2] << 8 | payload[3])};
}

std::array<std::uint8_t, kTelephoneEventBytes> write_telephone_event(const TelephoneEvent& event) {
  return {event.event, static_cast<std::uint8_t>((event.end ? 0x80 : 0) | (event.volume & 0x3f)),
          static_cast<std::uint8_t>(event.duration >> 8), static_cast<std::uint8_t>(event.duration)};
}

void TelephoneEventDecoder::reset() {
  count_ = 0;
}

/// A later segment of a very long event: same event, beginning where the last segment had come to.
bool TelephoneEventDecoder::continues(const Seen& seen, std::uint32_t timestamp, const TelephoneEvent& event) const {
  const std::uint32_t longest = 0xffff;
  const std::uint32_t near_longest = longest - std::min(longest / 2, kLongEventTicks * tick_units_);
  if (seen.event != event.event || seen.ended || seen.duration < near_longest) return false;
  const std::uint32_t slack = kSegmentSlackTicks * tick_units_;
  return timestamp - (seen.timestamp + longest - slack) <= 2 * slack;
}

std::optional<char> TelephoneEventDecoder::on_packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload) {
  const auto event = parse_telephone_event(payload);
  if (!event) {
    ++malformed_;
    return std::nullopt;
  }
  const auto digit = digit_of_event(event->event);
  if (!digit) return std::nullopt;
  const std::size_t remembered = std::min(count_, kRemembered);
  for (std::size_t i = 0; i < remembered; ++i) {
    Seen& seen = seen_[i];
    if (seen.timestamp != timestamp) continue;
    seen.duration = std::max(seen.duration, event->duration);
    seen.ended = seen.ended || event->end;
    return std::nullopt;
  }
  const bool continuation = remembered > 0 && continues(seen_[(count_ - 1) % kRemembered], timestamp, *event);
  seen_[count_ % kRemembered] = {timestamp, event->event, event->duration, event->end};
  if (++count_ == 2 * kRemembered) count_ = kRemembered;
  if (continuation) return std::nullopt;
  return digit;
}

std::size_t TelephoneEventEncoder::queue(std::string_view digits) {
  std::size_t taken = 0;
  for (const char digit : digits) {
    if (queued_ == kMaxQueuedDigits || !event_of_digit(digit)) break;
    digits_[(head_ + queued_) % kMaxQueuedDigits] = digit;
    ++queued_;
    ++taken;
  }
  return taken;
}

std::optional<TelephoneEventEncoder::Output> TelephoneEventEncoder::tick(std::uint32_t now) {
  if (step_ == 0) {
    if (queued_ == 0) return std::nullopt;
    digit_ = digits_[head_];
    head_ = (head_ + 1) % kMaxQueuedDigits;
    --queued_;
    event_timestamp_ = now;
  }
  ++step_;
  const int step = step_;
  if (step_ == kDigitTicks) step_ = 0;
  if (step >= kToneTicks + kEndRepeats) return std::nullopt;
  TelephoneEvent event{*event_of_digit(digit_), step >= kToneTicks, 10, 0};
  event.duration = static_cast<std::uint16_t>(static_cast<std::uint32_t>(std::min(step, kToneTicks)) * tick_units_);
  return Output{write_telephone_event(event), event_timestamp_, step == 1};
}

}  // namespace frontdesk::rtp
