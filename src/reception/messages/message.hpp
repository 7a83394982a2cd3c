// A message a caller leaves, and what callers say when they give a name or a telephone number. The
// parsers read speech-to-text output: any case, digits or words, no promise of punctuation.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/protect.hpp"

namespace frontdesk::messages {

struct Message {
  base::Pii<std::string> name;
  base::Pii<std::string> number;  ///< E.164 or as given; empty when the caller gave none
  base::Pii<std::string> reason;
  friend bool operator==(const Message&, const Message&) = default;
};

inline constexpr int kMinNumberDigits = 7;
inline constexpr int kMaxNumberDigits = 15;  ///< ITU-T E.164

/// Every digit spoken, in order: "oh double seven 0 0, nine" -> "077009"; a leading "plus" is kept.
/// "naught", "zero", "oh", "o", "double", "triple", "treble" and "hundred" ("nine hundred" = 900) are known;
/// "forty two" is 42. Words that are no digits are passed over.
std::string spoken_digits(std::string_view text);

/// What one utterance did to a number being dictated.
enum class NumberProgress {
  nothing,   ///< no digit heard
  partial,   ///< more to come
  complete,  ///< as long as a number of that country is
  too_long,  ///< more digits than any number has: start again
};

/// Collects a number over several utterances. "sorry, that's 321" after "no" replaces the tail, "not 4 5, 5 4"
/// replaces within, "start again" clears.
class NumberDictation {
 public:
  explicit NumberDictation(std::string country = "GB", std::string digits = {})
      : country_(std::move(country)), digits_(std::move(digits)) {}
  NumberProgress hear(std::string_view text);
  /// The caller rejected the read-back, perhaps saying what is right: "no it ends 124".
  NumberProgress correct(std::string_view text);
  const std::string& digits() const { return digits_; }  ///< may start with '+'

 private:
  NumberProgress progress() const;
  std::string country_;
  std::string digits_;
};

/// Whether the digits are as many as a whole number in that country has.
bool is_complete_number(std::string_view digits, std::string_view country);

/// Grouped as people read it out: "07700 900 123", "+44 7700 900 123", "415 555 0132".
std::string grouped_number(std::string_view digits, std::string_view country);

/// "07700 900123", "GB" -> "+447700900123". Digits that do not look national are returned unchanged.
std::string to_e164(std::string_view digits, std::string_view country);

/// "+447700900123", "GB" -> "07700900123"; foreign numbers stay international.
std::string to_national(std::string_view e164, std::string_view country);

/// "yeah hi my name is sarah connor" -> "Sarah Connor"; "it's bob" -> "Bob"; spelled letters are joined
/// ("s m i t h" -> "Smith"). Nothing that looks like a name: nullopt.
std::optional<std::string> spoken_name(std::string_view text);

}  // namespace frontdesk::messages
