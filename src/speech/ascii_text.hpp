// Typographic and accented characters replaced by plain ones, for engines that read only ASCII.
#pragma once
#include <string>
#include <string_view>

namespace frontdesk::speech {

/// UTF-8 in, ASCII out: quotes and dashes made plain, accents dropped, pounds and euros written "GBP"
/// and "EUR" right before the amount, everything else left out. Invalid bytes are left out too.
std::string ascii_text(std::string_view utf8);

}  // namespace frontdesk::speech
