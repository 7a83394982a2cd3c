#include <algorithm>

#include "config/sections.hpp"
#include "config/values.hpp"

namespace frontdesk::config {
namespace {

using knowledge::Business;

constexpr std::size_t kMaxEntries = 2000;
constexpr std::string_view kHoursExample = "write \"08:00-12:00, 13:00-17:30\", \"24 hours\" or \"closed\"";
constexpr std::array<std::string_view, 11> kSections{"business",    "phones",    "hours",    "holidays",
                                                     "departments", "people",    "services", "faq",
                                                     "policies",    "emergency", "phrases"};

bool is_upper_code(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Reads each [[key]] entry with `read` into `out`.
template <class T, class Read>
void read_entries(TableReader& root, Findings& findings, std::string_view key, std::vector<T>& out, Read read) {
  const auto tables = root.tables(key);
  if (tables.size() > kMaxEntries) {
    root.problem(key, "has more than " + std::to_string(kMaxEntries) + " entries: remove some");
    return;
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    TableReader reader(tables[i], root.file(), std::string(key) + "[" + std::to_string(i + 1) + "]", findings);
    out.push_back(read(reader));
    reader.finish();
  }
}

/// The id written, or made from the name; ids must be unique.
template <class T>
void settle_ids(TableReader& root, std::string_view key, std::vector<T>& entries) {
  std::set<std::string> seen;
  for (const T& entry : entries) {
    if (!entry.id.empty() && !seen.insert(entry.id).second) {
      root.problem(key, "two entries have the id \"" + entry.id + "\": give each its own id");
    }
  }
}

void read_identity(TableReader& reader, Business& business) {
  business.name = reader.required("name", "\"Hillside Dental\"");
  business.kind = reader.text("kind").value_or("");
  business.receptionist = reader.text("receptionist").value_or("");
  business.about = reader.text("about").value_or("");
  business.greeting = reader.text("greeting").value_or("");
  business.closing = reader.text("closing").value_or("");
  business.timezone = reader.text("timezone").value_or(business.timezone);
  business.currency = reader.text("currency").value_or(business.currency);
  if (!is_upper_code(business.currency, 3))
    reader.problem("currency", "must be three capital letters, such as \"GBP\"");
  business.country = reader.text("country").value_or(business.country);
  if (!is_upper_code(business.country, 2)) reader.problem("country", "must be two capital letters, such as \"GB\"");
  business.address.lines = reader.text("address").value_or("");
  business.address.directions = reader.text("directions").value_or("");
  business.address.parking = reader.text("parking").value_or("");
  business.email = reader.text("email").value_or("");
  const auto at = business.email.find('@');
  if (!business.email.empty() &&
      (at == 0 || at == std::string::npos || business.email.find('.', at) == std::string::npos)) {
    reader.problem("email", "must be an e-mail address, such as \"hello@example.com\"");
  }
  business.website = reader.text("website").value_or("");
  if (const auto phone = reader.text("phone")) business.phones.push_back({"main", *phone});
  reader.finish();
}

void read_hours(TableReader& root, Findings& findings, Business& business) {
  const toml::table* table = root.table("hours");
  if (table == nullptr) return;
  TableReader reader(table, root.file(), "hours", findings);
  static constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    const auto text = reader.text(kDays[day]);
    if (!text) continue;
    if (const auto hours = parse_day_hours(*text)) {
      business.hours.week[day] = *hours;
    } else {
      reader.problem(kDays[day], "\"" + *text + "\" is not understood: " + std::string(kHoursExample));
    }
  }
  business.hours.stated = true;
  reader.finish();
}

knowledge::SpecialDay read_holiday(TableReader& reader) {
  knowledge::SpecialDay day;
  day.name = reader.required("name", "\"Christmas Day\"");
  day.aliases = reader.texts("aliases");
  const auto read = [&](std::string_view key) -> std::optional<ConfigDate> {
    const auto text = reader.date(key);
    if (!text) return std::nullopt;
    const auto date = parse_date(*text);
    if (!date) reader.problem(key, "\"" + *text + "\" is not a date: write 2026-12-25, or \"12-25\" for every year");
    return date;
  };
  const auto one = read("date");
  const auto from = read("from");
  const auto to = read("to");
  const bool range = reader.has("from") || reader.has("to");
  if (reader.has("date") == range || (range && !(reader.has("from") && reader.has("to")))) {
    reader.problem("", "must have either date, or both from and to");
  }
  if (const auto first = one ? one : from) day.first = first->date, day.yearly = first->yearly;
  if (const auto last = one ? one : to) {
    day.last = last->date;
    if (last->yearly != day.yearly)
      reader.problem("to", "must be written like from: both with a year, or both without");
    else if (!day.yearly && day.last < day.first)
      reader.problem("to", "is before from");
  }
  const std::string hours = reader.text("hours").value_or("closed");
  if (const auto open = parse_day_hours(hours)) {
    day.open = *open;
  } else {
    reader.problem("hours", "\"" + hours + "\" is not understood: " + std::string(kHoursExample));
  }
  return day;
}

std::string read_transfer(TableReader& reader, const std::string& country) {
  const auto text = reader.text("transfer").value_or("");
  if (text.empty()) return text;
  if (auto address = parse_transfer(text, country)) return *address;
  reader.problem("transfer", "\"" + text + "\" is no number to put calls through to: write it as \"" +
                                 "+44 20 7946 0000\", or as \"sip:user@host\"");
  return {};
}

knowledge::Person read_person(TableReader& reader) {
  knowledge::Person person;
  person.name = reader.required("name", "\"Dr Anita Patel\"");
  person.id = reader.text("id").value_or(knowledge::slug(person.name));
  person.aliases = reader.texts("aliases");
  person.role = reader.text("role").value_or("");
  person.department = reader.text("department").value_or("");
  person.bio = reader.text("bio").value_or("");
  for (const std::string& days : reader.texts("days")) {
    if (!add_weekdays(days, person.days_in)) {
      reader.problem("days", "\"" + days + "\" is not understood: write \"mon-fri\" or \"mon, wed\"");
    }
  }
  person.days_stated = reader.has("days");
  return person;
}

knowledge::Service read_service(TableReader& reader) {
  knowledge::Service service;
  service.name = reader.required("name", "\"check-up\"");
  service.id = reader.text("id").value_or(knowledge::slug(service.name));
  service.aliases = reader.texts("aliases");
  service.group = reader.text("group").value_or("");
  service.minutes = static_cast<int>(reader.integer("minutes", 1, 24 * 60).value_or(0));
  service.notes = reader.text("notes").value_or("");
  if (const auto text = reader.scalar("price")) {
    if (const auto price = parse_price(*text)) {
      service.price = *price;
    } else {
      reader.problem(
          "price",
          "\"" + *text + "\" is not understood: write 65, \"45-90\", \"from 320\", \"free\" or \"on request\"");
    }
  }
  return service;
}

knowledge::Faq read_faq(TableReader& reader) {
  knowledge::Faq faq;
  faq.question = reader.required("question", "\"Do you ...?\"");
  faq.id = reader.text("id").value_or(knowledge::slug(faq.question));
  faq.alternatives = reader.texts("alternatives");
  faq.answer = reader.required("answer", "\"...\"");
  return faq;
}

knowledge::Policy read_policy(TableReader& reader) {
  knowledge::Policy policy;
  policy.topic = reader.required("topic", "\"cancellation\"");
  policy.id = reader.text("id").value_or(knowledge::slug(policy.topic));
  policy.questions = reader.texts("questions");
  policy.text = reader.required("text", "\"...\"");
  return policy;
}

void read_sayings(TableReader& root, Findings& findings, Business& business) {
  if (const toml::table* table = root.table("emergency")) {
    TableReader reader(table, root.file(), "emergency", findings);
    business.emergency.number = reader.text("number").value_or(business.emergency.number);
    business.emergency.words = reader.texts("words");
    business.emergency.text = reader.text("text").value_or("");
    reader.finish();
  }
  if (const toml::table* table = root.table("phrases")) {
    TableReader reader(table, root.file(), "phrases", findings);
    business.phrases.after_hours = reader.text("after_hours").value_or("");
    business.phrases.voicemail = reader.text("voicemail").value_or("");
    business.phrases.apology = reader.text("apology").value_or("");
    business.phrases.unsure = reader.text("unsure").value_or("");
    business.phrases.hold = reader.text("hold").value_or("");
    reader.finish();
  }
}

}  // namespace

bool is_business_section(std::string_view key) {
  return std::find(kSections.begin(), kSections.end(), key) != kSections.end();
}

Business read_business(TableReader& root, Findings& findings) {
  Business business;
  if (const toml::table* table = root.table("business")) {
    TableReader reader(table, root.file(), "business", findings);
    read_identity(reader, business);
  } else if (!root.has("business")) {
    root.problem("business", "is missing: write a section [business] with at least name = \"...\"");
  }
  read_hours(root, findings, business);
  read_entries(root, findings, "phones", business.phones, [](TableReader& reader) {
    return knowledge::PhoneNumber{reader.required("label", "\"out of hours\""),
                                  reader.required("number", "\"0333 555 0100\"")};
  });
  read_entries(root, findings, "holidays", business.hours.special, read_holiday);
  read_entries(root, findings, "departments", business.departments, [&business](TableReader& reader) {
    knowledge::Department department;
    department.name = reader.required("name", "\"reception\"");
    department.id = reader.text("id").value_or(knowledge::slug(department.name));
    department.aliases = reader.texts("aliases");
    department.description = reader.text("description").value_or("");
    department.transfer = read_transfer(reader, business.country);
    return department;
  });
  read_entries(root, findings, "people", business.people, [&business](TableReader& reader) {
    auto person = read_person(reader);
    person.transfer = read_transfer(reader, business.country);
    return person;
  });
  read_entries(root, findings, "services", business.services, read_service);
  read_entries(root, findings, "faq", business.faq, read_faq);
  read_entries(root, findings, "policies", business.policies, read_policy);
  settle_ids(root, "people", business.people);
  settle_ids(root, "services", business.services);
  settle_ids(root, "faq", business.faq);
  settle_ids(root, "policies", business.policies);
  read_sayings(root, findings, business);
  return business;
}

}  // namespace frontdesk::config
