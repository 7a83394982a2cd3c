#include "speech/abbreviations.hpp"

#include <algorithm>

namespace frontdesk::speech {
namespace {

using Text = std::string_view;

struct Entry {
  Text written;
  Text spoken;
};

constexpr Entry kDays[] = {{"mon", "Monday"},      {"tue", "Tuesday"},         {"tues", "Tuesday"},
                           {"wed", "Wednesday"},   {"weds", "Wednesday"},      {"thu", "Thursday"},
                           {"thur", "Thursday"},   {"thurs", "Thursday"},      {"fri", "Friday"},
                           {"sat", "Saturday"},    {"sun", "Sunday"},          {"monday", "Monday"},
                           {"tuesday", "Tuesday"}, {"wednesday", "Wednesday"}, {"thursday", "Thursday"},
                           {"friday", "Friday"},   {"saturday", "Saturday"},   {"sunday", "Sunday"}};

constexpr Entry kMonths[] = {{"jan", "January"},    {"feb", "February"}, {"mar", "March"},    {"apr", "April"},
                             {"jun", "June"},       {"jul", "July"},     {"aug", "August"},   {"sep", "September"},
                             {"sept", "September"}, {"oct", "October"},  {"nov", "November"}, {"dec", "December"}};

constexpr Entry kAbbreviations[] = {
    {"mr", "mister"},        {"mrs", "missis"},      {"ms", "miz"},           {"prof", "professor"},
    {"rev", "reverend"},     {"ave", "avenue"},      {"rd", "road"},          {"blvd", "boulevard"},
    {"ln", "lane"},          {"sq", "square"},       {"apt", "apartment"},    {"approx", "approximately"},
    {"appt", "appointment"}, {"dept", "department"}, {"hr", "hour"},          {"hrs", "hours"},
    {"min", "minute"},       {"mins", "minutes"},    {"tel", "telephone"},    {"vs", "versus"},
    {"e.g", "for example"},  {"i.e", "that is"},     {"etc", "et cetera"},    {"jr", "junior"},
    {"sr", "senior"},        {"ext", "extension"},   {"inc", "incorporated"}, {"ltd", "limited"}};

constexpr Text kAlsoWords[] = {"min", "inc", "sat", "sun", "mar", "jun", "dec", "ms", "sr", "ext"};

constexpr Entry kSigns[] = {{"&", "and"},     {"+", "plus"}, {"=", "equals"}, {"@", "at"},
                            {"%", "percent"}, {"-", ","},    {"--", ","}};

template <std::size_t N>
Text look_up(const Entry (&table)[N], Text key) {
  for (const auto& entry : table) {
    if (entry.written == key) return entry.spoken;
  }
  return {};
}

}  // namespace

Text day_name(Text key) {
  return look_up(kDays, key);
}
Text month_name(Text key) {
  return look_up(kMonths, key);
}
Text abbreviation_words(Text key) {
  return look_up(kAbbreviations, key);
}
Text sign_words(Text key) {
  return look_up(kSigns, key);
}
bool also_a_word(Text key) {
  return std::find(std::begin(kAlsoWords), std::end(kAlsoWords), key) != std::end(kAlsoWords);
}

}  // namespace frontdesk::speech
