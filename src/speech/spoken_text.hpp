// English text as it is said aloud: "8:30 am" -> "eight thirty A M", "$65" -> "sixty five dollars",
// "020 7946 0018" -> digit by digit, "Dr. Lee" -> "doctor Lee", "Mon-Fri" -> "Monday to Friday". What
// comes out is ASCII words and the punctuation that makes pauses; single capitals are letter names.
#pragma once
#include <string>
#include <string_view>

namespace frontdesk::speech {

std::string spoken_text(std::string_view text);

}  // namespace frontdesk::speech
