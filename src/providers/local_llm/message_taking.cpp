#include "providers/local_llm/message_taking.hpp"

#include <boost/json.hpp>

#include "reception/messages/message.hpp"
#include "reception/messages/spoken_words.hpp"

namespace frontdesk::local_llm {
namespace {

using messages::NumberProgress;

constexpr int kMaxTries = 3;
constexpr std::size_t kMaxReason = 600;
constexpr std::size_t kReadBackReason = 80;

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return std::string(text.substr(0, kMaxReason));
}

/// A wish that already says what it is about: "i'd like to book a cleaning on tuesday".
bool says_enough(const Utterance& u, std::string_view purpose) {
  std::size_t telling = 0;
  for (const auto& word : u.content) {
    static constexpr std::array<std::string_view, 24> kPlain{
        "book",       "appointment", "make",    "schedule", "arrange", "cancel", "change",  "move",
        "reschedule", "leave",       "message", "take",     "call",    "back",   "speak",   "talk",
        "someone",    "appoint",     "see",     "come",     "team",    "dr",     "dentist", "rebook"};
    if (std::find(kPlain.begin(), kPlain.end(), word) == kPlain.end()) ++telling;
  }
  return purpose != "message" && telling >= 2;
}

std::string_view purpose_title(std::string_view purpose) {
  if (purpose == "book") return "Book an appointment";
  if (purpose == "change") return "Change an appointment";
  if (purpose == "cancel") return "Cancel an appointment";
  return {};
}

bool gives_up(const Utterance& u) {
  return u.says({"never mind", "forget it", "forget about it", "cancel that", "do not want to leave", "do not bother",
                 "leave it", "no message", "stop it", "do not worry about it", "changed my mind", "i will call back",
                 "i will ring back", "i will call later", "do not want to give"}) ||
         (u.size() <= 2 && u.has({"stop", "cancel"}));
}

bool refuses_number(const Utterance& u) {
  return u.says({"rather not", "no number", "do not have a number", "do not have one", "do not want to give",
                 "not giving", "do not have a phone", "you have my number", "have my number", "they have my number",
                 "you have it"});
}

}  // namespace

std::string MessageTaking::grouped(std::string_view number) const {
  return messages::grouped_number(messages::to_national(number, business_.country), business_.country);
}

std::string MessageTaking::team(const MessageForm& form) const {
  return form.person.empty() ? "the team" : form.person;
}

std::string MessageTaking::begin(MessageForm& form, std::string purpose, std::string person, const Heard& heard) const {
  form = {};
  form.purpose = std::move(purpose);
  form.person = std::move(person);
  if (says_enough(heard.utterance, form.purpose)) form.reason = trimmed(heard.text);
  std::string lead;
  if (form.purpose == "book")
    lead =
        "I can't book straight into the diary, but I'll take your details and the team will call you back to arrange "
        "it.";
  else if (form.purpose == "change")
    lead = "I can't change the diary myself, but I'll pass it to the team and they'll call you back.";
  else if (form.purpose == "cancel")
    lead = "I'll pass that to the team, and they'll confirm the cancellation.";
  else if (!form.person.empty())
    lead = "I can take a message for " + form.person + ".";
  else
    lead = "Of course, I can take a message.";
  if (heard.utterance.says({"my name is", "this is", "i am called", "name is"})) {
    if (const auto name = messages::spoken_name(heard.text); name && heard.text.size() < 200) form.name = *name;
  }
  return next(form, lead, heard.caller_number).text;
}

std::string MessageTaking::prompt(const MessageForm& form, std::string_view caller_number) const {
  switch (form.step) {
    case Step::none:
      return {};
    case Step::name:
      return "May I take your name, please?";
    case Step::number_offer:
      return "Is " + grouped(caller_number) + ", the number you're calling from, the best one to reach you on?";
    case Step::number:
      return form.number.empty() ? "What's the best number to reach you on?"
                                 : "I have " + grouped(form.number) + " so far. What comes next?";
    case Step::number_check:
      return "I have " + grouped(form.number) + ". Is that right?";
    case Step::reason:
      if (form.purpose == "book") return "What would you like to come in for, and which days suit you?";
      if (form.purpose == "change") return "Which appointment is it, and when would suit you instead?";
      if (form.purpose == "cancel") return "Which appointment would you like to cancel?";
      return "And what's the message?";
    case Step::confirm:
      return summary(form) + " Shall I pass that on?";
    case Step::change:
      return "What should I change: the name, the number or the message?";
  }
  return {};
}

std::string MessageTaking::summary(const MessageForm& form) const {
  std::string text =
      "So that's " + form.name + (form.number.empty() ? ", with no number" : ", on " + grouped(form.number));
  if (form.purpose == "book") text += ", to book an appointment";
  if (form.purpose == "change") text += ", to change an appointment";
  if (form.purpose == "cancel") text += ", to cancel an appointment";
  const bool short_enough = form.reason.size() <= kReadBackReason;
  if (form.purpose == "message" && short_enough) text += ", and the message is: " + form.reason;
  if (text.back() != '.' && text.back() != '?' && text.back() != '!') text += '.';
  return text;
}

FormReply MessageTaking::next(MessageForm& form, std::string_view lead, std::string_view caller_number) const {
  form.tries = 0;
  if (form.name.empty())
    form.step = Step::name;
  else if (!form.number_settled && form.number.empty() && !caller_number.empty())
    form.step = Step::number_offer;
  else if (!form.number_settled && form.number.empty())
    form.step = Step::number;
  else if (!form.number_settled)
    form.step = Step::number_check;
  else if (form.reason.empty())
    form.step = Step::reason;
  else
    form.step = Step::confirm;
  const std::string question = prompt(form, caller_number);
  return {FormReply::Kind::asked, lead.empty() ? question : std::string(lead) + " " + question, {}};
}

FormReply MessageTaking::again(MessageForm& form, std::string text) const {
  ++form.tries;
  return {FormReply::Kind::asked, std::move(text), {}};
}

FormReply MessageTaking::hear(MessageForm& form, const Heard& heard) const {
  const bool no_name =
      form.step == Step::name && heard.utterance.size() <= 2 && read_consent(heard.utterance) == Consent::no;
  if ((gives_up(heard.utterance) || no_name) && form.step != Step::reason) {
    form = {};
    return {FormReply::Kind::abandoned,
            "No problem, I won't pass anything on. Is there anything else I can help with?",
            {}};
  }
  switch (form.step) {
    case Step::name:
      return name(form, heard);
    case Step::number_offer:
      return number_offer(form, heard);
    case Step::number:
      return number(form, heard);
    case Step::number_check:
      return number_check(form, heard);
    case Step::reason:
      return reason(form, heard);
    case Step::confirm:
      return confirm(form, heard);
    case Step::change:
      return change(form, heard);
    case Step::none:
      break;
  }
  return {};
}

FormReply MessageTaking::name(MessageForm& form, const Heard& heard) const {
  const std::string digits = messages::spoken_digits(heard.text);
  if (digits.size() >= messages::kMinNumberDigits) form.number = digits;
  const auto said = messages::spoken_name(heard.text);
  if (said) {
    form.name = *said;
    const auto space = form.name.find(' ');
    const bool title = form.name.starts_with("Mr") || form.name.starts_with("Ms") || form.name.starts_with("Dr");
    return next(form, "Thank you, " + (title ? form.name : form.name.substr(0, space)) + ".", heard.caller_number);
  }
  if (form.tries + 1 < kMaxTries) return again(form, "Sorry, I didn't get that. Could you tell me just your name?");
  form.name = "the caller";
  return next(form, "Never mind.", heard.caller_number);
}

FormReply MessageTaking::number_offer(MessageForm& form, const Heard& heard) const {
  const Consent consent = read_consent(heard.utterance);
  messages::NumberDictation dictation(business_.country);
  const auto progress = dictation.hear(heard.text);
  if (dictation.digits().size() >= 4 && progress != NumberProgress::too_long) {
    form.number = dictation.digits();
    form.step = progress == NumberProgress::complete ? Step::number_check : Step::number;
    return {FormReply::Kind::asked, prompt(form, heard.caller_number), {}};
  }
  if (consent == Consent::yes ||
      heard.utterance.says({"this number", "this one", "the one i am calling", "same number", "that one"})) {
    form.number = heard.caller_number;
    form.number_settled = true;
    return next(form, "Great.", heard.caller_number);
  }
  if (consent == Consent::no || heard.utterance.has({"another", "different"})) {
    form.step = Step::number;
    form.tries = 0;
    return {FormReply::Kind::asked, "No problem. What number should we use instead?", {}};
  }
  if (form.tries + 1 < kMaxTries)
    return again(
        form, "Sorry, " + std::string("is ") + grouped(heard.caller_number) + " the best number for you, yes or no?");
  form.number = heard.caller_number;
  form.number_settled = true;
  return next(form, "I'll use that number.", heard.caller_number);
}

FormReply MessageTaking::number(MessageForm& form, const Heard& heard) const {
  const Utterance& u = heard.utterance;
  if (refuses_number(u)) {
    form.number = std::string(heard.caller_number);
    form.number_settled = true;
    return next(form, "That's fine.", heard.caller_number);
  }
  messages::NumberDictation dictation(business_.country, form.number);
  const auto progress = dictation.hear(heard.text);
  form.number = dictation.digits();
  const bool ends = u.says({"that is it", "that is all", "that is the number", "the whole number"}) ||
                    read_consent(u) == Consent::yes;
  const bool enough = form.number.size() >= messages::kMinNumberDigits;
  if (progress == NumberProgress::complete || (progress != NumberProgress::too_long && enough && ends)) {
    form.step = Step::number_check;
    form.tries = 0;
    return {FormReply::Kind::asked, prompt(form, heard.caller_number), {}};
  }
  if (progress == NumberProgress::partial) {
    form.tries = 0;
    return {FormReply::Kind::asked, prompt(form, heard.caller_number), {}};
  }
  if (form.tries + 1 >= kMaxTries) {
    form.number = heard.caller_number;
    form.number_settled = true;
    return next(form,
                form.number.empty() ? "Never mind, I'll leave the number out."
                                    : "Never mind, I'll use the number you're calling from.",
                heard.caller_number);
  }
  if (progress == NumberProgress::too_long) {
    form.number.clear();
    return again(form, "That's more digits than I expected. Could you say the whole number again, slowly?");
  }
  return again(form, "Sorry, I didn't catch a number. Could you say it digit by digit?");
}

FormReply MessageTaking::number_check(MessageForm& form, const Heard& heard) const {
  const Consent consent = read_consent(heard.utterance);
  const bool digits = messages::spoken_digits(heard.text).size() >= 2;
  if (consent == Consent::yes && !digits && !heard.utterance.has({"not", "wrong"})) {
    form.number_settled = true;
    return next(form, "Thank you.", heard.caller_number);
  }
  if (!digits && consent == Consent::unclear && form.tries + 1 < kMaxTries)
    return again(form, "Sorry, " + std::string("I have ") + grouped(form.number) + ". Is that right, yes or no?");
  if (!digits && consent == Consent::unclear) {
    form.number_settled = true;
    return next(form, "I'll keep that number.", heard.caller_number);
  }
  messages::NumberDictation dictation(business_.country, form.number);
  const auto progress = dictation.correct(heard.text);
  form.number = progress == NumberProgress::too_long ? std::string() : dictation.digits();
  form.tries = 0;
  if (progress == NumberProgress::complete)
    return {FormReply::Kind::asked, "Sorry about that. " + prompt(form, heard.caller_number), {}};
  form.step = Step::number;
  if (form.number.empty())
    return {FormReply::Kind::asked, "Sorry about that. Could you say the number again, please?", {}};
  return {FormReply::Kind::asked, "Sorry about that. " + prompt(form, heard.caller_number), {}};
}

FormReply MessageTaking::reason(MessageForm& form, const Heard& heard) const {
  const Utterance& u = heard.utterance;
  const bool empty_words = u.content.empty() && u.size() <= 3;
  if (empty_words && form.tries + 1 < kMaxTries)
    return again(form, "Go ahead, I'm listening. " + prompt(form, heard.caller_number));
  form.reason = trimmed(heard.text);
  return next(form, "Thank you.", heard.caller_number);
}

FormReply MessageTaking::confirm(MessageForm& form, const Heard& heard) const {
  const Utterance& u = heard.utterance;
  const Consent consent = read_consent(u);
  if (consent == Consent::yes && !u.has({"not", "but", "except"})) return finish(form);
  const bool detail =
      messages::spoken_digits(heard.text).size() >= 3 || u.has({"name", "number", "message", "reason", "called"});
  if (detail) return change(form, heard);
  if (consent == Consent::no && u.size() > 2) {
    if (const auto said = messages::spoken_name(u.joined().substr(u.words.front().size())); said) {
      form.name = *said;
      return next(form, "Sorry about that.", heard.caller_number);
    }
  }
  if (consent == Consent::no || form.tries + 1 >= kMaxTries) {
    if (form.tries + 1 >= kMaxTries && consent != Consent::no) return finish(form);
    form.step = Step::change;
    form.tries = 0;
    return {FormReply::Kind::asked, prompt(form, heard.caller_number), {}};
  }
  return again(form, "Sorry, shall I pass that on, yes or no?");
}

FormReply MessageTaking::change(MessageForm& form, const Heard& heard) const {
  const Utterance& u = heard.utterance;
  const std::string digits = messages::spoken_digits(heard.text);
  if (digits.size() >= 3) {
    form.number_settled = false;
    return number_check(form, heard);
  }
  const auto restart = [&](Step step, std::string text) {
    form.step = step;
    form.tries = 0;
    return FormReply{FormReply::Kind::asked, std::move(text), {}};
  };
  if (u.has({"number", "phone", "digits"})) {
    form.number.clear();
    form.number_settled = false;
    return restart(Step::number, "What's the right number?");
  }
  if (u.has({"message", "reason", "appointment"})) {
    form.reason.clear();
    return restart(Step::reason, "What should the message say?");
  }
  if (u.has({"name", "called", "spelled"}) || u.starts({"it is", "no it is"})) {
    const auto said = u.says({"name is", "it is", "called"}) ? messages::spoken_name(heard.text) : std::nullopt;
    form.name = said.value_or("");
    if (!said) return restart(Step::name, "What's the right name?");
    return next(form, "Sorry about that.", heard.caller_number);
  }
  if (u.has({"nothing", "correct", "fine"})) return next(form, "All right.", heard.caller_number);
  if (form.tries + 1 < kMaxTries) return again(form, prompt(form, heard.caller_number));
  return next(form, "Let me read it again.", heard.caller_number);
}

FormReply MessageTaking::finish(MessageForm& form) const {
  const std::string_view title = purpose_title(form.purpose);
  std::string reason = title.empty() ? form.reason : std::string(title) + ": " + form.reason;
  if (!form.person.empty()) reason = "For " + form.person + ". " + reason;
  const boost::json::object arguments{
      {"name", form.name}, {"number", messages::to_e164(form.number, business_.country)}, {"reason", reason}};
  FormReply reply{FormReply::Kind::finished,
                  "Lovely, I've passed that on to " + team(form) + ". Is there anything else I can help with?",
                  boost::json::serialize(arguments)};
  form = {};
  return reply;
}

}  // namespace frontdesk::local_llm
