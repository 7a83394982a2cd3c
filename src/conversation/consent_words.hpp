// What callers say when it is about the recording, by their words alone.
#pragma once
#include <string_view>

namespace frontdesk::conversation {

enum class ConsentAnswer { unclear, yes, no };

/// The answer to "may we record this call?". `explicit_only`: "okay" and "mm-hm" do not do.
ConsentAnswer consent_answer(std::string_view text, bool explicit_only);

/// Nothing but that answer: there is no request in it.
bool only_an_answer(std::string_view text);

/// "Please stop recording", "I don't want to be recorded".
bool withdraws_consent(std::string_view text);

/// We ask for what must not be kept: a card's number, its security code or expiry date, a bank account.
bool asks_for_payment_details(std::string_view our_words);

}  // namespace frontdesk::conversation
