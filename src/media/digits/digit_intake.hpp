// A digit may arrive as a telephone event (RFC 4733), in the sound, or by SIP INFO, and with some peers in two of these
// at once: the intake says which count, and counts each press once. Pure.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace frontdesk::digits {

enum class Form : std::uint8_t { telephone_event, in_band, info };

/// Which forms count: one alone, or, automatic, telephone events where the peer agreed to them, else the sound; and
/// INFO in both cases.
enum class Accepted : std::uint8_t { automatic, telephone_event, in_band, info };

/// The same digit in another form within this time is the same press: INFO travels by other ways than sound, and some
/// phones send it when the key is released.
inline constexpr base::Duration kSamePress = base::seconds(2);

class DigitIntake {
 public:
  explicit DigitIntake(Accepted accepted = Accepted::automatic) : accepted_(accepted) {}

  /// Whether digits are to be looked for in the sound.
  bool listens(bool telephone_events_agreed) const {
    return accepted_ == Accepted::in_band || (accepted_ == Accepted::automatic && !telephone_events_agreed);
  }

  /// True: a digit was pressed. False: its form does not count, or it was told before in another form.
  bool take(Form form, char digit, base::Instant now);

 private:
  struct Press {
    char digit = 0;
    std::uint8_t forms = 0;  ///< a bit for each form it came in
    base::Instant at;
  };
  static constexpr std::size_t kRemembered = 32;

  bool counts(Form form) const;

  Accepted accepted_;
  std::array<Press, kRemembered> presses_{};
  std::size_t count_ = 0;  ///< ever taken; the newest is at (count_ - 1) % kRemembered
};

}  // namespace frontdesk::digits
