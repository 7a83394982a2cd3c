// Everything the receptionist may say about a business: structured facts, each with a source name
// ("hours", "price:cleaning", "person:patel", "faq:parking", "policy:insurance"). No source, no answer.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reception/knowledge/opening_hours.hpp"

namespace frontdesk::knowledge {

/// Money is whole micros (millionths) of the business's currency.
struct Price {
  enum class Kind { none, exact, from, range, free, on_request };
  Kind kind = Kind::none;  ///< none: the owner states no price
  std::int64_t low_micros = 0;
  std::int64_t high_micros = 0;  ///< range only
  friend bool operator==(const Price&, const Price&) = default;
};

struct Service {
  std::string id;    ///< "cleaning"; sources are "price:" + id
  std::string name;  ///< "hygienist clean", as said in a sentence
  std::vector<std::string> aliases;
  std::string group;  ///< follow-ups prefer a sibling: "children", "cosmetic"
  Price price;
  int minutes = 0;    ///< 0: not stated
  std::string notes;  ///< one spoken sentence
};

struct Person {
  std::string id;    ///< "patel"; sources are "person:" + id
  std::string name;  ///< "Dr Anita Patel"
  std::vector<std::string> aliases;
  std::string role;  ///< "dentist"
  std::string department;
  std::array<bool, 7> days_in{};  ///< [0] is Monday
  bool days_stated = false;
  std::string bio;       ///< one or two spoken sentences
  std::string transfer;  ///< E.164 or "sip:...": calls may be put through there; empty: they may not
};

struct Department {
  std::string id;
  std::string name;
  std::vector<std::string> aliases;
  std::string description;
  std::string transfer;  ///< as a person's
};

struct Faq {
  std::string id;  ///< sources are "faq:" + id
  std::string question;
  std::vector<std::string> alternatives;  ///< other ways to ask it
  std::string answer;
};

/// A rule of the house; asked about like an FAQ.
struct Policy {
  std::string id;  ///< sources are "policy:" + id
  std::string topic;
  std::vector<std::string> questions;
  std::string text;
};

struct Address {
  std::string lines;  ///< "12 Mill Lane, Hillside, HS1 4AB"
  std::string directions;
  std::string parking;
};

struct PhoneNumber {
  std::string label;  ///< "main", "out of hours"
  std::string number;
};

struct Emergency {
  std::string number = "999";      ///< for danger to life
  std::vector<std::string> words;  ///< "knocked out tooth", "severe pain"
  std::string text;                ///< what to tell such a caller
};

/// Sentences the owner may reword. Empty ones are left to the speaker's own wording.
struct Phrases {
  std::string after_hours;
  std::string voicemail;
  std::string apology;
  std::string unsure;
  std::string hold;
};

struct Business {
  std::string name;
  std::string kind;          ///< "dental practice"
  std::string receptionist;  ///< the name it answers to
  std::string about;
  std::string greeting;
  std::string closing;
  std::string timezone = "Europe/London";  ///< IANA
  std::string currency = "GBP";            ///< ISO 4217
  std::string country = "GB";              ///< ISO 3166; how national numbers are read
  Address address;
  std::vector<PhoneNumber> phones;
  std::string email;
  std::string website;
  std::vector<Department> departments;
  std::vector<Person> people;
  std::vector<Service> services;
  OpeningHours hours;
  std::vector<Faq> faq;
  std::vector<Policy> policies;
  Emergency emergency;
  Phrases phrases;
};

/// One sentence with its source, for a console or for a remote model's prompt.
struct Fact {
  std::string source;
  std::string text;
  friend bool operator==(const Fact&, const Fact&) = default;
};

/// Every fact of the business in a fixed order.
std::vector<Fact> facts(const Business& business);

/// "hello@hillside.example" -> "hello at hillside dot example".
std::string spoken_email(std::string_view email);

/// 65000000, "GBP" -> "£65"; 12500000 -> "£12.50"; currencies without a symbol: "65 CHF".
std::string money_text(std::int64_t micros, std::string_view currency);

/// "£65", "from £320", "£45 to £90", "free of charge", "priced on request". Empty for Kind::none.
std::string price_text(const Price& price, std::string_view currency);

/// 480 -> "8 am", 1050 -> "5:30 pm", 720 -> "noon", 1440 -> "midnight".
std::string time_text(int minutes);

/// "8 am to noon and 1 pm to 5:30 pm"; "closed" for no interval.
std::string hours_text(const DayHours& hours);

/// "Monday" to "Sunday" for 0 to 6.
std::string_view weekday_name(int weekday);

/// {"a", "b", "c"} -> "a, b and c".
std::string join_spoken(const std::vector<std::string>& parts, std::string_view last = "and");

/// "Dr Anita Patel" -> "dr-anita-patel": an id made from a name.
std::string slug(std::string_view name);

}  // namespace frontdesk::knowledge
