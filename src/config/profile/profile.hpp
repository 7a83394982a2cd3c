// What the owner saves about the receptionist over the API, part by part. A part that is left out is as the
// configuration file says. Every member has an effect on calls: what the receptionist cannot do is not accepted.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"

namespace frontdesk::profile {

using json::Note;

inline constexpr std::size_t kMostEntries = 200;  ///< people, prices, questions: each
inline constexpr std::size_t kLongestSaying = 600;
inline constexpr std::size_t kLargestContent = 512 * 1024;  ///< bytes of all that is saved, as JSON

inline constexpr Note kNameNote{.member = "name", .min_length = 1, .max_length = 80};
inline constexpr Note kAliasesNote{.member = "aliases",
                                   .text = "Other names callers use.",
                                   .min_length = 1,
                                   .max_length = 80,
                                   .max_items = 20,
                                   .optional = true};
inline constexpr Note kTransferNote{
    .member = "transfer",
    .text = "Where calls are put through to: a number or a SIP address. Empty: nobody is put through.",
    .max_length = 120,
    .example = "\"+44 20 7946 0000\"",
    .optional = true};

struct Phone {
  std::string label;
  std::string number;
};
BOOST_DESCRIBE_STRUCT(Phone, (), (label, number))
constexpr auto about(const Phone*) {
  return json::about("ReceptionistPhone", "A number that callers may be told.",
                     Note{.member = "label", .min_length = 1, .max_length = 40, .example = "\"out of hours\""},
                     Note{.member = "number", .min_length = 3, .max_length = 40});
}

struct Company {
  std::string name;
  std::string about;
  std::string address;
  std::string directions;
  std::string parking;
  std::string email;
  std::string website;
  std::vector<Phone> phones;
  std::string country = "GB";
  std::string currency = "GBP";
};
BOOST_DESCRIBE_STRUCT(Company, (),
                      (name, about, address, directions, parking, email, website, phones, country, currency))
constexpr auto about(const Company*) {
  return json::about("ReceptionistCompany", "The business that callers reach.", kNameNote,
                     Note{.member = "about",
                          .text = "What it does, in a sentence or two.",
                          .max_length = kLongestSaying,
                          .optional = true},
                     Note{.member = "address", .max_length = 300, .optional = true},
                     Note{.member = "directions", .max_length = kLongestSaying, .optional = true},
                     Note{.member = "parking", .max_length = kLongestSaying, .optional = true},
                     Note{.member = "email", .max_length = 200, .format = "email", .optional = true},
                     Note{.member = "website", .max_length = 200, .optional = true},
                     Note{.member = "phones", .max_items = 20, .optional = true},
                     Note{.member = "country",
                          .text = "ISO 3166: how national numbers are read.",
                          .pattern = "[A-Z]{2}",
                          .advice = "write two capital letters, such as \"GB\"",
                          .optional = true},
                     Note{.member = "currency",
                          .text = "ISO 4217, of prices.",
                          .pattern = "[A-Z]{3}",
                          .advice = "write three capital letters, such as \"GBP\"",
                          .optional = true});
}

/// The built-in recogniser and voices know English alone.
enum class Language { en };
BOOST_DESCRIBE_ENUM(Language, en)

struct Voice {
  std::string id;
  double speed = 1;
};
BOOST_DESCRIBE_STRUCT(Voice, (), (id, speed))
constexpr auto about(const Voice*) {
  return json::about(
      "ReceptionistVoice", "Who speaks.",
      Note{.member = "id",
           .text = "As /api/voice/profiles lists it.",
           .min_length = 1,
           .max_length = 80,
           .example = "\"libritts:403\""},
      Note{.member = "speed", .text = "Times the voice's own pace.", .min = 0.5, .max = 2, .optional = true});
}

struct OpenRange {
  std::string from;
  std::string to;
};
BOOST_DESCRIBE_STRUCT(OpenRange, (), (from, to))
constexpr auto about(const OpenRange*) {
  constexpr std::string_view kClock = "[0-2]?[0-9]:[0-5][0-9]";
  constexpr std::string_view kAdvice = "write hours and minutes, such as \"08:30\"";
  return json::about("OpenRange", "Open from one time of day to another; past midnight if `to` is the earlier.",
                     Note{.member = "from", .pattern = kClock, .advice = kAdvice, .example = "\"08:30\""},
                     Note{.member = "to", .pattern = kClock, .advice = kAdvice, .example = "\"17:00\""});
}

using DayRanges = std::vector<OpenRange>;
inline constexpr std::size_t kMostRanges = 8;

struct Week {
  DayRanges mon, tue, wed, thu, fri, sat, sun;
};
BOOST_DESCRIBE_STRUCT(Week, (), (mon, tue, wed, thu, fri, sat, sun))
constexpr auto about(const Week*) {
  return json::about("OpeningWeek", "Opening hours by day; no range: closed.",
                     Note{.member = "mon", .max_items = kMostRanges, .optional = true},
                     Note{.member = "tue", .max_items = kMostRanges, .optional = true},
                     Note{.member = "wed", .max_items = kMostRanges, .optional = true},
                     Note{.member = "thu", .max_items = kMostRanges, .optional = true},
                     Note{.member = "fri", .max_items = kMostRanges, .optional = true},
                     Note{.member = "sat", .max_items = kMostRanges, .optional = true},
                     Note{.member = "sun", .max_items = kMostRanges, .optional = true});
}

struct Holiday {
  std::string name;
  std::vector<std::string> aliases;
  std::string from;
  std::optional<std::string> to;
  DayRanges open;
};
BOOST_DESCRIBE_STRUCT(Holiday, (), (name, aliases, from, to, open))
constexpr auto about(const Holiday*) {
  return json::about("Holiday", "A day or period with other hours than the week's.", kNameNote, kAliasesNote,
                     Note{.member = "from",
                          .text = "A date, or month and day for every year.",
                          .max_length = 10,
                          .example = "\"12-25\""},
                     Note{.member = "to", .text = "The last day; null: the same day.", .max_length = 10},
                     Note{.member = "open", .text = "None: closed.", .max_items = kMostRanges, .optional = true});
}

struct Closure {
  std::string from;
  std::string until;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Closure, (), (from, until, reason))
constexpr auto about(const Closure*) {
  return json::about("Closure", "Closed for a while. A holiday within it keeps its hours.",
                     Note{.member = "from", .text = "The first day.", .max_length = 10, .example = "\"2026-08-03\""},
                     Note{.member = "until", .text = "The last day.", .max_length = 10, .example = "\"2026-08-14\""},
                     Note{.member = "reason", .min_length = 1, .max_length = 80, .example = "\"our summer break\""});
}

struct Hours {
  std::string timezone;
  Week week;
  std::vector<Holiday> holidays;
  std::optional<Closure> closed;
};
BOOST_DESCRIBE_STRUCT(Hours, (), (timezone, week, holidays, closed))
constexpr auto about(const Hours*) {
  return json::about(
      "ReceptionistHours", "When the business is open.",
      Note{.member = "timezone", .text = "IANA.", .min_length = 1, .max_length = 60, .example = "\"Europe/London\""},
      Note{.member = "holidays", .max_items = 100, .optional = true});
}

enum class Weekday { mon, tue, wed, thu, fri, sat, sun };
BOOST_DESCRIBE_ENUM(Weekday, mon, tue, wed, thu, fri, sat, sun)

struct Person {
  std::string name;
  std::vector<std::string> aliases;
  std::string role;
  std::optional<std::vector<Weekday>> days;
  std::string bio;
  std::string transfer;
};
BOOST_DESCRIBE_STRUCT(Person, (), (name, aliases, role, days, bio, transfer))
constexpr auto about(const Person*) {
  return json::about("ReceptionistPerson", "Somebody callers ask for.", kNameNote, kAliasesNote,
                     Note{.member = "role", .max_length = 80, .optional = true},
                     Note{.member = "days", .text = "On which they are in; null: not told.", .max_items = 7},
                     Note{.member = "bio", .max_length = kLongestSaying, .optional = true}, kTransferNote);
}

struct Department {
  std::string name;
  std::vector<std::string> aliases;
  std::string transfer;
};
BOOST_DESCRIBE_STRUCT(Department, (), (name, aliases, transfer))
constexpr auto about(const Department*) {
  return json::about("ReceptionistDepartment", "A part of the business that callers ask for.", kNameNote, kAliasesNote,
                     kTransferNote);
}

struct Service {
  std::string name;
  std::vector<std::string> aliases;
  std::string price;
  std::int64_t minutes = 0;
  std::string notes;
};
BOOST_DESCRIBE_STRUCT(Service, (), (name, aliases, price, minutes, notes))
constexpr auto about(const Service*) {
  return json::about(
      "ReceptionistService", "What the business offers, and for how much.", kNameNote, kAliasesNote,
      Note{.member = "price",
           .text = "65, 12.50, 45-90, from 320, free or on request; empty: not told.",
           .max_length = 40,
           .example = "\"from 320\"",
           .optional = true},
      Note{.member = "minutes", .text = "How long it takes; 0: not told.", .min = 0, .max = 1440, .optional = true},
      Note{.member = "notes", .max_length = kLongestSaying, .optional = true});
}

struct Faq {
  std::string question;
  std::vector<std::string> alternatives;
  std::string answer;
};
BOOST_DESCRIBE_STRUCT(Faq, (), (question, alternatives, answer))
constexpr auto about(const Faq*) {
  return json::about(
      "ReceptionistAnswer", "A question with its answer.",
      Note{.member = "question", .min_length = 1, .max_length = 300},
      Note{.member = "alternatives",
           .text = "Other ways to ask it.",
           .min_length = 1,
           .max_length = 300,
           .max_items = 20,
           .optional = true},
      Note{.member = "answer", .text = "As it is to be spoken.", .min_length = 1, .max_length = kLongestSaying});
}

struct Policy {
  std::string topic;
  std::vector<std::string> questions;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Policy, (), (topic, questions, text))
constexpr auto about(const Policy*) {
  return json::about("ReceptionistPolicy", "A rule of the house.",
                     Note{.member = "topic", .min_length = 1, .max_length = 120},
                     Note{.member = "questions",
                          .text = "How callers ask about it.",
                          .min_length = 1,
                          .max_length = 300,
                          .max_items = 20,
                          .optional = true},
                     Note{.member = "text", .min_length = 1, .max_length = kLongestSaying});
}

struct Emergency {
  std::string number = "999";
  std::vector<std::string> words;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Emergency, (), (number, words, text))
constexpr auto about(const Emergency*) {
  return json::about(
      "ReceptionistEmergency", "What callers in need are told.",
      Note{.member = "number", .pattern = "[0-9]{2,6}", .advice = "write digits, such as \"999\"", .optional = true},
      Note{.member = "words",
           .text = "That show it: \"severe pain\".",
           .min_length = 2,
           .max_length = 80,
           .max_items = 100,
           .optional = true},
      Note{.member = "text", .max_length = kLongestSaying, .optional = true});
}

struct Phrases {
  std::string apology;
  std::string unsure;
};
BOOST_DESCRIBE_STRUCT(Phrases, (), (apology, unsure))
constexpr auto about(const Phrases*) {
  return json::about(
      "ReceptionistPhrases", "Sentences in other words; empty: the usual ones.",
      Note{.member = "apology", .text = "When something fails.", .max_length = 300, .optional = true},
      Note{.member = "unsure", .text = "When the answer is not known.", .max_length = 300, .optional = true});
}

struct Transfers {
  std::int64_t ring_seconds = 25;
  bool confirm = true;
};
BOOST_DESCRIBE_STRUCT(Transfers, (), (ring_seconds, confirm))
constexpr auto about(const Transfers*) {
  return json::about(
      "ReceptionistTransfers", "How callers are put through.",
      Note{.member = "ring_seconds", .min = 5, .max = 120, .optional = true},
      Note{.member = "confirm", .text = "Whoever answers presses 1 to take the call.", .optional = true});
}

struct Profile {
  std::optional<std::string> name;
  std::optional<Company> company;
  std::optional<std::string> greeting;
  std::optional<std::string> closing;
  std::optional<Language> language;
  std::optional<Voice> voice;
  std::optional<Hours> hours;
  std::optional<std::vector<Person>> people;
  std::optional<std::vector<Department>> departments;
  std::optional<std::vector<Service>> services;
  std::optional<std::vector<Faq>> faq;
  std::optional<std::vector<Policy>> policies;
  std::optional<Emergency> emergency;
  std::optional<Phrases> phrases;
  std::optional<Transfers> transfers;
};
BOOST_DESCRIBE_STRUCT(Profile, (),
                      (name, company, greeting, closing, language, voice, hours, people, departments, services, faq,
                       policies, emergency, phrases, transfers))
constexpr auto about(const Profile*) {
  return json::about(
      "Receptionist", "The receptionist's settings; a part that is null is as the file says.",
      Note{.member = "name", .text = "By which she introduces herself; empty: none.", .max_length = 80},
      Note{.member = "greeting", .text = "Her first words; empty: the usual ones.", .max_length = kLongestSaying},
      Note{.member = "closing", .text = "Her last words; empty: the usual ones.", .max_length = kLongestSaying},
      Note{.member = "people", .max_items = kMostEntries}, Note{.member = "departments", .max_items = kMostEntries},
      Note{.member = "services", .text = "With prices.", .max_items = kMostEntries},
      Note{.member = "faq", .max_items = kMostEntries}, Note{.member = "policies", .max_items = kMostEntries});
}

}  // namespace frontdesk::profile
