// Private to the reading of written text: one token, read as a time, a price, a date and so on. Empty: this reading
// does not apply.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace frontdesk::speech::reading {

using Text = std::string_view;
using Words = std::optional<std::string>;

/// "am", "a.m", "PM" -> "A M", "P M"
Words half_of_day(Text text);
/// "8:30", "17:00", "8am", "8.30pm", "9:00a.m"
Words time_of_day(Text text, Text half_after = {});
/// "$65", "GBP5.50"; `scale` is the next word where that is million and the like.
Words money(Text text, Text scale);
/// "1st", "22nd"
Words ordinal(Text text);
/// "Mon", "Sept"; `stop`: a full stop follows.
Words day_or_month(Text text, bool stop);
/// "2026-11-22"
Words iso_date(Text text);
/// "info@example.com", "www.example.com/help"
Words address(Text text);
/// "A12" -> "A twelve", "SW1A" -> letter by letter, "NHS" -> "N H S"; words are left alone.
Words letters_and_digits(Text text);
/// "1,250", "5%", "#3", "2026"
Words plain_number(Text text);

/// "+442079460018", "(555)", "5550100", "555-0100": anything of digits and the marks in telephone numbers.
bool telephone_like(Text text);
std::size_t digit_count(Text text);
/// Digits with a comma between groups: each is a short pause.
std::string grouped_digits(Text text);

}  // namespace frontdesk::speech::reading
