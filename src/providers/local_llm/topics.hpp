// What a caller may be after, and the words that show it. Rules read the plain cases; paraphrases are left
// to the question index.
#pragma once
#include <string_view>
#include <vector>

#include "providers/local_llm/spoken_dates.hpp"
#include "providers/local_llm/utterance.hpp"
#include "reception/knowledge/business.hpp"

namespace frontdesk::local_llm {

enum class Topic {
  none,
  // facts
  hours,
  price,
  service,
  services,
  address,
  directions,
  parking,
  phone,
  email,
  website,
  person,
  people,
  about,
  faq,
  policy,
  // wishes
  book,
  change,
  cancel,
  message,
  human,
  emergency,
  danger,
  // talk
  hello,
  how_are_you,
  thanks,
  bye,
  repeat,
  robot,
  slower,
  louder,
  own_name,
  help,
  praise,
  insult,
  wait,
  yes,
  no,
  ok,
};

std::string_view name_of(Topic topic);
Topic topic_named(std::string_view name);

bool is_fact(Topic topic);
bool is_wish(Topic topic);

/// What an utterance names.
struct Slots {
  std::vector<std::size_t> services;  ///< indices, most telling first
  std::vector<std::size_t> people;
  std::vector<std::size_t> roles;  ///< people whose role was said
  std::vector<std::size_t> departments;
  SpokenDates dates;
};

Slots read_slots(const Utterance& utterance, const knowledge::Business& business, Date today);

struct Reading {
  Topic topic = Topic::none;
  float score = 0;        ///< 0 to 1
  std::size_t entry = 0;  ///< which FAQ or policy
};

/// Best first; empty when no rule applies.
std::vector<Reading> read_by_rules(const Utterance& utterance, const Slots& slots, const knowledge::Business& business);

/// A message in which a caller says yes or no to a question just asked.
enum class Consent { unclear, yes, no };
Consent read_consent(const Utterance& utterance);

}  // namespace frontdesk::local_llm
