#include "providers/local_llm/answers.hpp"

#include <algorithm>

#include "reception/messages/message.hpp"

namespace frontdesk::local_llm {
namespace {

using knowledge::join_spoken;
using knowledge::Price;

constexpr std::size_t kServicesNamed = 6;

std::string finished(std::string text) {
  if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

std::string with_article(const std::string& name) {
  static constexpr std::string_view kVowels = "aeiouAEIOU";
  const bool plain = name.ends_with("ening") || name.ends_with("s") || name.ends_with("treatment");
  if (plain || name.starts_with("a ") || name.starts_with("the ")) return name;
  return (kVowels.find(name.front()) != std::string_view::npos ? "an " : "a ") + name;
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string price_sentence(const knowledge::Service& service, const std::string& currency) {
  const std::string price = knowledge::price_text(service.price, currency);
  const bool plural = service.name.ends_with("s") && !service.name.ends_with("ss");
  const std::string verb = plural ? " are " : " is ";
  return capital(with_article(service.name)) + verb + price;
}

std::vector<std::string> day_names(const knowledge::Person& person) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < person.days_in.size(); ++i) {
    if (person.days_in[i]) out.emplace_back(knowledge::weekday_name(static_cast<int>(i)));
  }
  return out;
}

}  // namespace

Answers::Answers(const knowledge::Business& business, const business_hours::TimeZone& zone, base::UtcTime now)
    : b_(business), zone_(zone), now_(now), local_(business_hours::to_local(zone, now)) {}

Answer Answers::prices(const std::vector<std::size_t>& services) const {
  Answer answer;
  std::vector<std::string> unpriced;
  for (const std::size_t index : services) {
    const auto& service = b_.services.at(index);
    if (service.price.kind == Price::Kind::none) {
      unpriced.push_back(service.name);
      continue;
    }
    std::string text = price_sentence(service, b_.currency) + ".";
    if (!service.notes.empty() && services.size() == 1) text += " " + finished(service.notes);
    answer.text += (answer.text.empty() ? "" : " ") + text;
    answer.sources.push_back("price:" + service.id);
  }
  if (answer.known() && !unpriced.empty()) answer.text += " I don't have a price for " + join_spoken(unpriced) + ".";
  return answer;
}

Answer Answers::service(std::size_t index, const Utterance& u) const {
  const auto& service = b_.services.at(index);
  std::string text;
  const bool duration = u.says({"how long", "how many minutes", "how much time"});
  if (duration) {
    if (service.minutes == 0) return {};
    return {capital(with_article(service.name)) + " takes about " + std::to_string(service.minutes) + " minutes.",
            {"price:" + service.id}};
  }
  text = "Yes, we do. ";
  if (!u.looks_like_question()) text.clear();
  if (service.price.kind != Price::Kind::none)
    text += price_sentence(service, b_.currency) + ".";
  else if (text.empty())
    text = "We do " + service.name + ".";
  if (!service.notes.empty()) text += " " + finished(service.notes);
  return {text, {"price:" + service.id}};
}

Answer Answers::services() const {
  if (b_.services.empty()) return {};
  std::vector<std::string> names;
  Answer answer;
  for (const auto& service : b_.services) {
    if (names.size() == kServicesNamed) break;
    names.push_back(service.name);
    answer.sources.push_back("price:" + service.id);
  }
  const bool more = b_.services.size() > names.size();
  answer.text = std::string(more ? "Among other things, we offer " : "We offer ") + join_spoken(names) +
                ". Which one would you like to know about?";
  return answer;
}

bool Answers::in_on(const knowledge::Person& person, const DayMention& day) const {
  const bool open = !b_.hours.stated || !business_hours::plan_for(b_.hours, day.date).open.empty();
  return open && person.days_in[static_cast<std::size_t>(business_hours::weekday_of(day.date))];
}

Answer Answers::person(std::size_t index, const Utterance& u, const SpokenDates& dates) const {
  const auto& person = b_.people.at(index);
  const std::vector<std::string> sources{"person:" + person.id};
  const bool about =
      u.says({"who is", "tell me about", "what does", "what is", "is * a", "what do"}) && dates.days.empty();
  if (!about && !person.days_stated) return {};
  if (about) {
    std::string text = person.name + (person.role.empty() ? "" : " is our " + person.role) + ".";
    if (person.role.empty()) text = person.name + " works here.";
    if (!person.bio.empty()) text += " " + finished(person.bio);
    return {text, sources};
  }
  const std::string usual = join_spoken(day_names(person));
  std::vector<DayMention> days = dates.days;
  if (days.empty() &&
      u.says({"is * in", "in now", "is * there", "is * available", "is * around", "is * * in", "is * * there",
              "is * * available"}) &&
      !u.has({"when", "days"}))
    days.push_back({local_.date, {}});
  if (days.empty()) return {person.name + " is in on " + usual + ".", sources};
  std::string text;
  for (const auto& day : days) {
    const std::string label = day.holiday.empty() ? day_label(day.date, local_.date) : day.holiday;
    const std::string where = label == "today" || label == "tomorrow" ? label : "on " + label;
    text += (text.empty() ? "" : " ");
    if (in_on(person, day)) {
      text += "Yes, " + person.name + " is in " + where + ".";
    } else {
      const bool closed = b_.hours.stated && business_hours::plan_for(b_.hours, day.date).open.empty();
      text += "No, " + (closed ? "we're closed " + where : person.name + " isn't in " + where) + ".";
    }
  }
  if (text.find("No,") != std::string::npos) text += " The usual days are " + usual + ".";
  std::vector<std::string> all = sources;
  if (text.find("closed") != std::string::npos) all.emplace_back("hours");
  return {text, all};
}

Answer Answers::people(const std::vector<std::size_t>& roles, const Utterance& u, const SpokenDates& dates) const {
  std::vector<std::string> names;
  Answer answer;
  const bool all = roles.empty();
  const bool present =
      !dates.days.empty() || dates.now || u.says({"who is in", "who is on", "who is there", "who is working"});
  const DayMention day = dates.days.empty() ? DayMention{local_.date, {}} : dates.days.front();
  for (std::size_t i = 0; i < b_.people.size(); ++i) {
    const auto& person = b_.people[i];
    if (!all && std::find(roles.begin(), roles.end(), i) == roles.end()) continue;
    answer.sources.push_back("person:" + person.id);
    if (present && !(person.days_stated && in_on(person, day))) continue;
    names.push_back(person.name + (all || present ? (person.role.empty() ? "" : ", " + person.role) : ""));
  }
  const std::string label = day_label(day.date, local_.date);
  const std::string where = label == "today" || label == "tomorrow" ? label : "on " + label;
  if (present) {
    answer.text = names.empty() ? "Nobody of that team is listed as in " + where + "."
                                : "In " + where + (names.size() == 1 ? " is " : " are ") + join_spoken(names) + ".";
    if (names.empty() && all) answer.text = "Nobody is listed as in " + where + ".";
    if (!names.empty()) answer.text = capital(where) + " we have " + join_spoken(names) + ".";
    return answer;
  }
  if (names.empty()) return {};
  if (all)
    answer.text = "On our team are " + join_spoken(names) + ".";
  else if (names.size() == 1)
    answer.text = "Our " + b_.people[roles.front()].role + " is " + names.front() + ".";
  else
    answer.text = "They are " + join_spoken(names) + ".";
  return answer;
}

Answer Answers::faq(std::size_t index) const {
  const auto& faq = b_.faq.at(index);
  return {finished(faq.answer), {"faq:" + faq.id}};
}

Answer Answers::policy(std::size_t index) const {
  const auto& policy = b_.policies.at(index);
  return {finished(policy.text), {"policy:" + policy.id}};
}

Answer Answers::plain(Topic topic) const {
  const auto& address = b_.address;
  const auto say = [](const std::string& text, const std::string& source) {
    return text.empty() ? Answer{} : Answer{finished(text), {source}};
  };
  switch (topic) {
    case Topic::address:
      return address.lines.empty() ? say(address.directions, "directions")
                                   : say("We're at " + address.lines, "address");
    case Topic::directions:
      return address.directions.empty() ? plain(Topic::address) : say(address.directions, "directions");
    case Topic::parking:
      return say(address.parking, "parking");
    case Topic::email:
      return b_.email.empty() ? Answer{} : say("Our e-mail address is " + knowledge::spoken_email(b_.email), "email");
    case Topic::website:
      return b_.website.empty() ? Answer{} : say("Our website is " + knowledge::spoken_email(b_.website), "website");
    case Topic::about:
      return b_.about.empty() ? say("This is " + b_.name, "about")
                              : say("Yes, this is " + b_.name + ". " + b_.about, "about");
    case Topic::phone: {
      std::string text;
      for (const auto& phone : b_.phones) {
        text += (text.empty() ? "Our number is " : " For " + phone.label + ", it's ") +
                messages::grouped_number(messages::spoken_digits(phone.number), b_.country) + ".";
      }
      return say(text, "phone");
    }
    default:
      return {};
  }
}

}  // namespace frontdesk::local_llm
