#include "media/digits/digit_intake.hpp"

#include <algorithm>

namespace frontdesk::digits {

bool DigitIntake::counts(Form form) const {
  switch (accepted_) {
    case Accepted::automatic:
      return true;
    case Accepted::telephone_event:
      return form == Form::telephone_event;
    case Accepted::in_band:
      return form == Form::in_band;
    case Accepted::info:
      return form == Form::info;
  }
  return true;
}

/// Oldest first: of "11" in two forms, the first of the one belongs to the first of the other.
bool DigitIntake::take(Form form, char digit, base::Instant now) {
  if (!counts(form)) return false;
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(form));
  const std::size_t remembered = std::min(count_, kRemembered);
  for (std::size_t back = remembered; back > 0; --back) {
    Press& press = presses_[(count_ - back) % kRemembered];
    if (press.digit != digit || (press.forms & bit) != 0 || now - press.at > kSamePress) continue;
    press.forms = static_cast<std::uint8_t>(press.forms | bit);
    return false;
  }
  presses_[count_ % kRemembered] = {digit, bit, now};
  if (++count_ == 2 * kRemembered) count_ = kRemembered;
  return true;
}

}  // namespace frontdesk::digits
