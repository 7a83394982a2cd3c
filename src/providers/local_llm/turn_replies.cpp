#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "providers/local_llm/turn.hpp"

namespace frontdesk::local_llm {
namespace {

std::string iso(Date date) {
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) + "-" +
         two(static_cast<unsigned>(date.day()));
}

std::optional<Date> from_iso(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  const auto read = [&](std::size_t at, std::size_t length, auto& value) {
    const char* end = text.data() + at + length;
    return std::from_chars(text.data() + at, end, value).ptr == end;
  };
  if (text.size() != 10 || !read(0, 4, year) || !read(5, 2, month) || !read(8, 2, day)) return std::nullopt;
  const Date date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return date.ok() ? std::optional(date) : std::nullopt;
}

constexpr std::array<std::string_view, 3> kNotCaught{
    "Sorry, I didn't catch that. Could you say it again?", "Sorry, I missed that. What was it you wanted?",
    "I'm afraid I didn't hear that clearly. Could you say it once more?"};
constexpr std::array<std::string_view, 3> kWelcome{"You're welcome. Is there anything else I can help with?",
                                                   "My pleasure. Anything else I can do for you?",
                                                   "Happy to help. Is there anything else?"};

template <std::size_t N>
std::string vary(const std::array<std::string_view, N>& wordings, int turn) {
  return std::string(wordings[static_cast<std::size_t>(turn) % N]);
}

std::string fixed_words(Topic topic) {
  if (topic == Topic::wait) return "Of course, take your time.";
  if (topic == Topic::yes) return "How can I help?";
  return "I can tell you about our opening hours, prices, people and how to find us, and I can take a message for the "
         "team. What would you like to know?";
}

}  // namespace

std::string not_caught(int turn) {
  return vary(kNotCaught, turn);
}
std::string welcome(int turn) {
  return vary(kWelcome, turn);
}

std::string unknown_person(const Utterance& utterance, const Slots& slots) {
  if (!slots.people.empty()) return {};
  for (std::size_t i = 0; i + 1 < utterance.words.size(); ++i) {
    const std::string& title = utterance.words[i];
    std::string name = utterance.words[i + 1];
    if ((title != "dr" && title != "mr" && title != "mrs" && title != "ms") || is_stop_word(name) || name[0] < 'a' ||
        name[0] > 'z')
      continue;
    name[0] = static_cast<char>(name[0] - 32);
    return static_cast<char>(title[0] - 32) + title.substr(1) + " " + name;
  }
  return {};
}

void Turn::call(std::string name, const boost::json::object& arguments) {
  reply_.tool_calls.push_back(
      {"local_" + std::to_string(state_.turns) + "_" + name, name, boost::json::serialize(arguments)});
}

void Turn::offer_message(const std::string& question) {
  state_.pending = Pending::offer_message;
  if (!question.empty()) state_.question = question;
}

void Turn::ask_anything_else(const std::string& text) {
  say(text);
  state_.pending = Pending::anything_else;
}

void Turn::goodbye() {
  state_.form = {};
  say(business_.closing.empty() ? "Thank you for calling " + business_.name + ". Goodbye!" : business_.closing);
  call("end_call", {{"reason", "the caller said goodbye"}});
}

void Turn::begin_message(const std::string& purpose, const std::string& person) {
  say(brain_.taking.begin(state_.form, purpose, person, heard()));
}

void Turn::danger(Topic topic) {
  const auto& emergency = business_.emergency;
  if (topic == Topic::danger) {
    say("If anyone's life is in danger, please hang up now and call " + emergency.number + ".");
  }
  if (!emergency.text.empty())
    say(emergency.text);
  else if (topic == Topic::emergency)
    say("If it's life-threatening, please hang up and call " + emergency.number + ".");
  say("Would you like me to take a message so that the team can call you back?");
  offer_message(text_);
  reply_.confidence = 1;
  reply_.sources.emplace_back("emergency");
}

/// The last reply again, or a first one when there is none.
void Turn::repeat(const std::string& lead) {
  if (!lead.empty()) say(lead);
  if (!state_.last_reply.empty()) {
    say(state_.last_reply);
  } else if (lead.empty()) {
    say(business_.greeting.empty() ? "This is " + business_.name + ". How can I help?" : business_.greeting);
  }
  keeps_last_reply_ = !state_.last_reply.empty();
}

bool Turn::talk(const Request& request) {
  switch (request.reading.topic) {
    case Topic::hello:
      say(state_.turns == 0 ? "Hello! How can I help you today?" : "Hello! How can I help?");
      return true;
    case Topic::how_are_you:
      say("I'm very well, thank you for asking. How can I help you today?");
      return true;
    case Topic::thanks:
      ask_anything_else(welcome(state_.turns));
      return true;
    case Topic::bye:
      goodbye();
      return true;
    case Topic::repeat:
      repeat({});
      return true;
    case Topic::robot:
      say("I'm an automated assistant for " + business_.name +
          ", not a person. I can answer questions, or take a message for the team.");
      return true;
    case Topic::slower:
      repeat("Of course, I'll keep it short and clear.");
      return true;
    case Topic::louder:
      repeat("I'm sorry it's hard to hear. I'll say it again.");
      return true;
    case Topic::own_name:
      say((business_.receptionist.empty() ? "I'm the automated assistant"
                                          : "I'm " + business_.receptionist + ", the automated assistant") +
          " at " + business_.name + ". How can I help?");
      return true;
    case Topic::help:
    case Topic::wait:
    case Topic::yes:
      say(fixed_words(request.reading.topic));
      return true;
    case Topic::praise:
      say("That's kind of you, thank you. Is there anything else I can help with?");
      state_.pending = Pending::anything_else;
      return true;
    case Topic::insult:
      say("I'm sorry this is frustrating. I can try again, or take a message so that someone calls you back. Which "
          "would you prefer?");
      offer_message({});
      return true;
    case Topic::no:
      ask_anything_else("All right. Is there anything else I can help with?");
      return true;
    default:
      return false;
  }
}

bool Turn::wish(const Request& request) {
  const Topic topic = request.reading.topic;
  std::string name;
  if (!request.slots.people.empty())
    name = business_.people[request.slots.people.front()].name;
  else if (topic == Topic::human && request.slots.roles.size() == 1)
    name = business_.people[request.slots.roles.front()].name;
  switch (topic) {
    case Topic::danger:
    case Topic::emergency:
      danger(topic);
      return true;
    case Topic::book:
      begin_message("book", {});
      return true;
    case Topic::change:
      begin_message("change", {});
      return true;
    case Topic::cancel:
      begin_message("cancel", {});
      return true;
    case Topic::message:
      begin_message("message", name);
      return true;
    case Topic::human:
      human(request, name);
      return true;
    default:
      return false;
  }
}

bool Turn::can_put_through(const std::string& name) const {
  const auto& names = input_.transfer_to;
  return input_.can_transfer &&
         (name.empty() || names.empty() || std::find(names.begin(), names.end(), name) != names.end());
}

void Turn::human(const Request& request, const std::string& person) {
  const auto& departments = request.slots.departments;
  const std::string name =
      person.empty() && !departments.empty() ? business_.departments[departments.front()].name : person;
  if (name.empty() && !unknown_person(request.utterance, request.slots).empty()) return unsure(request);
  if (can_put_through(name)) {
    say("Of course, I'll put you through" + (name.empty() ? std::string() : " to " + name) +
        " now. One moment, please.");
    return call("transfer_call", {{"to", name}, {"reason", text_}});
  }
  if (!unknown_person(request.utterance, request.slots).empty()) return unsure(request);
  const std::string refusal = input_.can_transfer ? "I can't put you through to " + name : "I can't put calls through";
  say(refusal + ", but I can take a message" + (name.empty() ? " and someone will call you back" : " for " + name) +
      ". Would you like that?");
  offer_message({});
  state_.person = request.slots.people.empty() ? -1 : static_cast<int>(request.slots.people.front());
  state_.topic = Topic::human;
}

Answer Turn::price(const Request& request) {
  const auto& slots = request.slots;
  if (!slots.services.empty()) return answers_.prices(slots.services);
  const bool refers =
      request.utterance.has({"it", "that", "they", "one", "them", "those"}) || request.utterance.size() <= 3;
  if (refers && state_.service >= 0 && static_cast<std::size_t>(state_.service) < business_.services.size()) {
    return answers_.prices({static_cast<std::size_t>(state_.service)});
  }
  static constexpr std::array<std::string_view, 12> kGeneral{
      "much", "cost", "price", "charge", "fee", "quote", "thing", "pay", "treatment", "service", "expensive", "pric"};
  const auto& content = request.utterance.content;
  const bool names_something = std::any_of(content.begin(), content.end(), [&](const std::string& word) {
    return std::find(kGeneral.begin(), kGeneral.end(), word) == kGeneral.end();
  });
  if (names_something && request.utterance.says({"how much", "price of", "cost of", "price for", "cost for"}))
    return {};
  for (const auto& service : business_.services) {
    if (service.price.kind == knowledge::Price::Kind::none) continue;
    Answer answer = answers_.prices({static_cast<std::size_t>(&service - business_.services.data())});
    std::string example = answer.text.substr(0, answer.text.find(". "));
    if (example.back() == '.') example.pop_back();
    example[0] = static_cast<char>(example[0] | 0x20);
    answer.text = "It depends on the treatment. For example, " + example + ". Which one would you like the price of?";
    return answer;
  }
  return {};
}

Answer Turn::person(const Request& request) {
  std::size_t index = 0;
  if (!request.slots.people.empty())
    index = request.slots.people.front();
  else if (state_.person >= 0 && static_cast<std::size_t>(state_.person) < business_.people.size())
    index = static_cast<std::size_t>(state_.person);
  else
    return {};
  SpokenDates dates = request.slots.dates;
  if (dates.days.empty() && request.follow_up && !request.utterance.looks_like_question()) {
    if (const auto date = from_iso(state_.date)) dates.days.push_back({*date, {}});
  }
  return answers_.person(index, request.utterance, dates);
}

Answer Turn::answer(const Request& request) {
  const auto& slots = request.slots;
  switch (request.reading.topic) {
    case Topic::hours:
      return answers_.hours(request.utterance, slots.dates);
    case Topic::price:
      return price(request);
    case Topic::service:
      if (slots.services.empty() && state_.service >= 0)
        return answers_.service(static_cast<std::size_t>(state_.service), request.utterance);
      return slots.services.empty() ? answers_.services() : answers_.service(slots.services.front(), request.utterance);
    case Topic::services:
      return answers_.services();
    case Topic::person:
      return person(request);
    case Topic::people:
      if (slots.roles.size() == 1 && request.utterance.says({"when is", "what days", "which days", "when does"})) {
        return answers_.person(slots.roles.front(), request.utterance, slots.dates);
      }
      return answers_.people(slots.roles, request.utterance, slots.dates);
    case Topic::faq:
      return answers_.faq(request.reading.entry);
    case Topic::policy:
      return answers_.policy(request.reading.entry);
    default:
      return answers_.plain(request.reading.topic);
  }
}

void Turn::remember(const Request& request) {
  state_.topic = request.reading.topic;
  if (!request.slots.services.empty()) state_.service = static_cast<int>(request.slots.services.front());
  if (!request.slots.people.empty()) state_.person = static_cast<int>(request.slots.people.front());
  if (!request.slots.dates.days.empty()) state_.date = iso(request.slots.dates.days.front().date);
}

/// Says what is known; false when none of them could be answered.
bool Turn::answer_facts(const std::vector<Request>& requests) {
  bool any = false;
  float confidence = 1;
  for (const Request& request : requests) {
    if (!is_fact(request.reading.topic)) continue;
    const Answer found = answer(request);
    if (!found.known()) continue;
    if (reply_.text.find(found.text) == std::string::npos) say(found.text);
    for (const auto& source : found.sources) reply_.sources.push_back(source);
    confidence = std::min(confidence, request.reading.score);
    remember(request);
    any = true;
  }
  if (any) reply_.confidence = confidence;
  return any;
}

}  // namespace frontdesk::local_llm
