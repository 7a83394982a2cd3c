#include <algorithm>

#include "providers/local_llm/topics.hpp"

namespace frontdesk::local_llm {
namespace {

struct Named {
  std::size_t index = 0;
  Occurrence at;
};

bool overlaps(const Occurrence& a, const Occurrence& b) {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

/// Longest names first; what they cover is not read again.
std::vector<std::size_t> settle(std::vector<Named> found) {
  std::stable_sort(found.begin(), found.end(), [](const Named& a, const Named& b) {
    return std::pair(a.at.letters, a.at.exact) > std::pair(b.at.letters, b.at.exact);
  });
  std::vector<Named> kept;
  for (const Named& candidate : found) {
    const bool clash = std::any_of(kept.begin(), kept.end(), [&](const Named& k) {
      return k.index == candidate.index || overlaps(k.at, candidate.at);
    });
    if (!clash) kept.push_back(candidate);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Named& a, const Named& b) { return a.at.first < b.at.first; });
  std::vector<std::size_t> out;
  for (const Named& one : kept) out.push_back(one.index);
  return out;
}

std::vector<std::string> names_of(const knowledge::Person& person) {
  std::vector<std::string> names = person.aliases;
  names.push_back(person.name);
  const auto first = person.name.find(' ');
  const auto last = person.name.rfind(' ');
  if (first != std::string::npos) {
    const std::string title = person.name.substr(0, first);
    const bool titled =
        title == "Dr" || title == "Mr" || title == "Mrs" || title == "Ms" || title == "Miss" || title == "Prof";
    names.push_back(titled ? title + person.name.substr(last) : title);
  }
  return names;
}

/// Which of these services or departments are named.
template <class Entries>
std::vector<std::size_t> read_names(const Utterance& utterance, const Entries& entries) {
  std::vector<Named> found;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::vector<std::string> names = entries[i].aliases;
    names.push_back(entries[i].name);
    for (const auto& name : names) {
      if (const Occurrence at = find_name(utterance.words, name); at.count > 0) found.push_back({i, at});
    }
  }
  return settle(std::move(found));
}

}  // namespace

Slots read_slots(const Utterance& utterance, const knowledge::Business& business, Date today) {
  Slots slots;
  slots.services = read_names(utterance, business.services);
  slots.departments = read_names(utterance, business.departments);
  std::vector<Named> people, roles;
  for (std::size_t i = 0; i < business.people.size(); ++i) {
    for (const auto& name : names_of(business.people[i])) {
      if (const Occurrence at = find_name(utterance.words, name); at.count > 0) people.push_back({i, at});
    }
    if (const Occurrence at = find_name(utterance.words, business.people[i].role); at.count > 0) {
      slots.roles.push_back(i);
    } else if (const auto last = business.people[i].role.rfind(' '); last != std::string::npos) {
      if (find_name(utterance.words, business.people[i].role.substr(last + 1)).count > 0) slots.roles.push_back(i);
    }
  }
  slots.people = settle(std::move(people));
  slots.dates = spoken_dates(utterance, business.hours, today);
  return slots;
}

}  // namespace frontdesk::local_llm
