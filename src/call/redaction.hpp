// Numbers that must not be kept, taken out of what was recognised before anything else sees it.
#pragma once
#include <string>
#include <string_view>

#include "call/events.hpp"

namespace frontdesk::call {

/// Payment card numbers: 13 to 19 digits that pass the check of ISO/IEC 7812-1 (Luhn), in figures or in words,
/// with blanks, hyphens, dots or commas between them, become "[card number]".
std::string without_card_numbers(std::string_view text);

/// Every number, in figures or in words, becomes "[number]".
std::string without_numbers(std::string_view text);

/// How much of an event may be known.
struct Discretion {
  bool numbers = false;  ///< no number at all: the recording is paused
  bool keys = false;     ///< not which key
};

/// The event as the machine and the journal may know it. Card numbers are never known.
Event discreet(Event event, const Discretion& discretion);

}  // namespace frontdesk::call
