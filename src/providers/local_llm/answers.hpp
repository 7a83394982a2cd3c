// Facts put into spoken sentences. Each answer names its sources; without a fact there is no answer.
#pragma once
#include <string>
#include <vector>

#include "providers/local_llm/topics.hpp"
#include "reception/business_hours/business_hours.hpp"

namespace frontdesk::local_llm {

struct Answer {
  std::string text;
  std::vector<std::string> sources;
  bool known() const { return !sources.empty(); }
};

class Answers {
 public:
  Answers(const knowledge::Business& business, const business_hours::TimeZone& zone, base::UtcTime now);

  Answer hours(const Utterance& utterance, const SpokenDates& dates) const;
  Answer prices(const std::vector<std::size_t>& services) const;
  Answer service(std::size_t index, const Utterance& utterance) const;
  Answer services() const;
  /// Is this person in on that day, or which days; what the person does when neither day nor attendance is asked.
  Answer person(std::size_t index, const Utterance& utterance, const SpokenDates& dates) const;
  Answer people(const std::vector<std::size_t>& roles, const Utterance& utterance, const SpokenDates& dates) const;
  Answer faq(std::size_t index) const;
  Answer policy(std::size_t index) const;
  /// address, directions, parking, phone, email, website, about.
  Answer plain(Topic topic) const;

  Date today() const { return local_.date; }

 private:
  Answer now_open() const;
  Answer week() const;
  Answer lunch(const SpokenDates& dates) const;
  Answer holidays() const;
  std::string day_sentence(const DayMention& day) const;
  std::string at_time(const DayMention& day, int minute) const;
  std::string break_sentence() const;
  bool in_on(const knowledge::Person& person, const DayMention& day) const;

  const knowledge::Business& b_;
  const business_hours::TimeZone& zone_;
  base::UtcTime now_;
  business_hours::LocalTime local_;
};

/// "8 am to 5:30 pm, closing for lunch from 12:30 pm to 1:30 pm": a short gap is a lunch break.
std::string spoken_hours(const knowledge::DayHours& hours, bool with_break);

}  // namespace frontdesk::local_llm
