#include "reception/knowledge/business.hpp"

namespace frontdesk::knowledge {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
constexpr std::int64_t kMicrosPerCent = 10'000;

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

std::string days_text(const std::array<bool, 7>& days) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (days[i]) names.emplace_back(weekday_name(static_cast<int>(i)));
  }
  return join_spoken(names);
}

std::string date_text(const SpecialDay& day) {
  const auto one = [&](const Date& date) {
    std::string text =
        std::to_string(static_cast<unsigned>(date.day())) + "/" + std::to_string(static_cast<unsigned>(date.month()));
    if (!day.yearly) text += "/" + std::to_string(static_cast<int>(date.year()));
    return text;
  };
  return day.first == day.last ? one(day.first) : one(day.first) + " to " + one(day.last);
}

void add_hours(const OpeningHours& hours, std::vector<Fact>& out) {
  if (!hours.stated) return;
  for (std::size_t i = 0; i < hours.week.size(); ++i) {
    out.push_back({"hours", std::string(weekday_name(static_cast<int>(i))) + ": " + hours_text(hours.week[i]) + "."});
  }
  for (const SpecialDay& day : hours.special) {
    out.push_back({"hours", day.name + " (" + date_text(day) + "): " + hours_text(day.open) + "."});
  }
}

void add_people(const Business& business, std::vector<Fact>& out) {
  for (const Person& person : business.people) {
    std::string text = person.name;
    if (!person.role.empty()) text += ", " + person.role;
    if (!person.department.empty()) text += ", " + person.department;
    if (person.days_stated) text += ", in on " + days_text(person.days_in);
    text = sentence(text);
    if (!person.bio.empty()) text += " " + sentence(person.bio);
    out.push_back({"person:" + person.id, text});
  }
}

void add_services(const Business& business, std::vector<Fact>& out) {
  for (const Service& service : business.services) {
    std::string text = service.name;
    if (service.price.kind != Price::Kind::none) text += ": " + price_text(service.price, business.currency);
    if (service.minutes > 0) text += ", about " + std::to_string(service.minutes) + " minutes";
    text = sentence(text);
    if (!service.notes.empty()) text += " " + sentence(service.notes);
    out.push_back({"price:" + service.id, text});
  }
}

void add_contact(const Business& business, std::vector<Fact>& out) {
  const auto add = [&](const char* source, const std::string& text) {
    if (!text.empty()) out.push_back({source, sentence(text)});
  };
  add("about", business.about);
  add("address", business.address.lines);
  add("directions", business.address.directions);
  add("parking", business.address.parking);
  for (const PhoneNumber& phone : business.phones) add("phone", phone.label + ": " + phone.number);
  add("email", business.email);
  add("website", business.website);
}

}  // namespace

std::vector<Fact> facts(const Business& business) {
  std::vector<Fact> out;
  add_contact(business, out);
  add_hours(business.hours, out);
  for (const Department& department : business.departments) {
    out.push_back({"department:" + department.id, sentence(department.name + ": " + department.description)});
  }
  add_people(business, out);
  add_services(business, out);
  for (const Policy& policy : business.policies) out.push_back({"policy:" + policy.id, sentence(policy.text)});
  for (const Faq& faq : business.faq) out.push_back({"faq:" + faq.id, faq.question + " " + sentence(faq.answer)});
  if (!business.emergency.text.empty()) out.push_back({"emergency", sentence(business.emergency.text)});
  return out;
}

std::string spoken_email(std::string_view email) {
  std::string out;
  for (const char c : email) {
    switch (c) {
      case '@':
        out += " at ";
        break;
      case '.':
        out += " dot ";
        break;
      case '-':
        out += " dash ";
        break;
      case '_':
        out += " underscore ";
        break;
      case '+':
        out += " plus ";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string money_text(std::int64_t micros, std::string_view currency) {
  std::string number;
  if (micros < 0) number = "-";
  const std::int64_t magnitude = micros < 0 ? -micros : micros;
  number += std::to_string(magnitude / kMicros);
  const std::int64_t cents = magnitude % kMicros / kMicrosPerCent;
  if (cents != 0) number += (cents < 10 ? ".0" : ".") + std::to_string(cents);
  if (currency == "GBP") return "£" + number;
  if (currency == "EUR") return "€" + number;
  if (currency == "USD" || currency == "AUD" || currency == "CAD" || currency == "NZD") return "$" + number;
  return number + " " + std::string(currency);
}

std::string price_text(const Price& price, std::string_view currency) {
  switch (price.kind) {
    case Price::Kind::none:
      return {};
    case Price::Kind::exact:
      return money_text(price.low_micros, currency);
    case Price::Kind::from:
      return "from " + money_text(price.low_micros, currency);
    case Price::Kind::range:
      return money_text(price.low_micros, currency) + " to " + money_text(price.high_micros, currency);
    case Price::Kind::free:
      return "free of charge";
    case Price::Kind::on_request:
      return "priced on request";
  }
  return {};
}

std::string time_text(int minutes) {
  const int minute_of_day = ((minutes % kMinutesPerDay) + kMinutesPerDay) % kMinutesPerDay;
  if (minute_of_day == 0) return "midnight";
  if (minute_of_day == kMinutesPerDay / 2) return "noon";
  const int hour = minute_of_day / 60;
  const int minute = minute_of_day % 60;
  std::string text = std::to_string(hour % 12 == 0 ? 12 : hour % 12);
  if (minute != 0) text += (minute < 10 ? ":0" : ":") + std::to_string(minute);
  return text + (hour < 12 ? " am" : " pm");
}

std::string hours_text(const DayHours& hours) {
  if (hours.empty()) return "closed";
  std::vector<std::string> parts;
  for (const OpenInterval& interval : hours) {
    if (interval.from == 0 && interval.to == kMinutesPerDay) {
      parts.emplace_back("all day");
    } else {
      parts.push_back(time_text(interval.from) + " to " + time_text(interval.to));
    }
  }
  return join_spoken(parts);
}

std::string_view weekday_name(int weekday) {
  static constexpr std::array<std::string_view, 7> kNames{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                          "Friday", "Saturday", "Sunday"};
  return weekday >= 0 && weekday < 7 ? kNames[static_cast<std::size_t>(weekday)] : std::string_view{};
}

std::string join_spoken(const std::vector<std::string>& parts, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? " " + std::string(last) + " " : ", ";
    out += parts[i];
  }
  return out;
}

std::string slug(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool upper = c >= 'A' && c <= 'Z';
    if (plain || upper) {
      out += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

}  // namespace frontdesk::knowledge
