#include "providers/local_llm/turn.hpp"

#include <utility>

#include "reception/messages/message.hpp"

namespace frontdesk::local_llm {

void Turn::not_heard() {
  understood_ = false;
  if (state_.form.active()) {
    say("Sorry, I didn't catch that. " + brain_.taking.prompt(state_.form, input_.caller_number));
  } else if (state_.misses + 1 >= kMissesBeforeOffer) {
    say("I'm sorry, I'm having trouble hearing you. Shall I take a message so that the team can call you back?");
    offer_message({});
  } else {
    say(not_caught(state_.misses));
  }
}

void Turn::unsure(const Request& whole) {
  understood_ = false;
  reply_.confidence = whole.reading.score;
  const bool askable =
      whole.reading.score >= kAskScore && (is_fact(whole.reading.topic) || is_wish(whole.reading.topic));
  const std::string label = askable ? brain_.interpreter.label(whole.reading) : std::string();
  if (!label.empty() && state_.misses < kMissesBeforeOffer - 1) {
    say("Just to check, did you mean: " + label);
    state_.pending = Pending::clarify;
    state_.clarify_topic = whole.reading.topic;
    state_.clarify_entry = static_cast<int>(whole.reading.entry);
    return;
  }
  const bool unclear =
      whole.utterance.content.empty() ||
      (whole.reading.score < kNoise && whole.utterance.size() <= 4 && !whole.utterance.looks_like_question());
  if (unclear && state_.misses + 1 < kMissesBeforeOffer) {
    say(not_caught(state_.misses));
    return;
  }
  if (const std::string stranger = unknown_person(whole.utterance, whole.slots); !stranger.empty()) {
    say("I don't have anyone called " + stranger + " on my list. Would you like me to take a message for the team?");
    return offer_message(text_);
  }
  const std::string words =
      business_.phrases.unsure.empty() ? "I'm sorry, I don't have that information." : business_.phrases.unsure;
  say(words + " Would you like me to take a message for the team?");
  offer_message(text_);
}

/// An answer to what was asked last turn; false when the caller went on to something else.
bool Turn::answer_pending(const Request& whole) {
  const Pending pending = std::exchange(state_.pending, Pending::none);
  const Consent consent = read_consent(utterance_);
  const bool strong = whole.reading.score >= kAnswerScore && whole.reading.topic != Topic::yes &&
                      whole.reading.topic != Topic::no && whole.reading.topic != Topic::thanks;
  if (pending == Pending::clarify && consent == Consent::yes && !strong) {
    Request request = whole;
    request.reading = {state_.clarify_topic, kAnswerScore, static_cast<std::size_t>(state_.clarify_entry)};
    if (wish(request) || answer_facts({request})) return true;
    return unsure(whole), true;
  }
  if (pending == Pending::clarify && consent == Consent::no && !strong && utterance_.content.size() <= 2) {
    say("Sorry about that. Could you put it another way?");
    understood_ = false;
    return true;
  }
  if (strong || pending == Pending::none) return false;
  if (pending == Pending::offer_message && consent == Consent::yes) {
    const std::string person = state_.topic == Topic::human && state_.person >= 0
                                   ? business_.people.at(static_cast<std::size_t>(state_.person)).name
                                   : std::string();
    const std::string question = std::exchange(state_.question, {});
    begin_message("message", person);
    if (!question.empty()) state_.form.reason = question;
    return true;
  }
  if (pending == Pending::offer_message && consent == Consent::no)
    return ask_anything_else("No problem. Is there anything else I can help with?"), true;
  if (pending == Pending::anything_else && consent == Consent::no) return goodbye(), true;
  if (pending == Pending::anything_else && consent == Consent::yes && utterance_.size() <= 4)
    return say("Go ahead, how can I help?"), true;
  return false;
}

bool Turn::in_form(const Request& whole) {
  const Topic topic = whole.reading.topic;
  const float score = whole.reading.score;
  const bool reason_step = state_.form.step == Step::reason;
  const bool digits = messages::spoken_digits(text_).size() >= 3;
  const auto prompt = [&] { return brain_.taking.prompt(state_.form, input_.caller_number); };
  if (topic == Topic::danger ||
      (topic == Topic::emergency && score >= kAnswerScore && !reason_step && whole.utterance.size() > 1)) {
    state_.form = {};
    return danger(topic), true;
  }
  if (topic == Topic::repeat && score >= kPlain && !reason_step) return say(prompt()), true;
  if (topic == Topic::bye && !reason_step && score >= 0.95F && state_.form.step != Step::confirm)
    return goodbye(), true;
  const bool asks_name = topic == Topic::own_name && utterance_.has({"your", "who"});
  const bool aside = asks_name || topic == Topic::robot || topic == Topic::wait || topic == Topic::insult ||
                     topic == Topic::slower || topic == Topic::how_are_you;
  if (aside && score >= kPlain && !reason_step && !digits) {
    if (topic == Topic::slower) return say("Of course. " + prompt()), true;
    talk(whole);
    state_.pending = Pending::none;
    if (topic != Topic::wait) say(prompt());
    return true;
  }
  if (whole.utterance.says({"why do you need", "why do you want", "what for", "why do you ask"}))
    return say("It's so that the team can call you back. " + prompt()), true;
  const bool about_me = utterance_.has({"i", "my", "me"});
  const bool question = utterance_.looks_like_question() && is_fact(topic) &&
                        score >= (reason_step ? kPlain : kAnswerScore) && !(reason_step && about_me);
  if (!question && state_.form.step == Step::name &&
      utterance_.starts({"what", "when", "where", "how", "why", "do you", "does", "are you"})) {
    say("I'm afraid I can't say. " + prompt());
    return true;
  }
  if (!question || digits) return false;
  const MessageForm kept = state_.form;
  if (!answer_facts(brain_.interpreter.requests(whole, state_, answers_.today()))) return false;
  state_.form = kept;
  say((state_.form.step == Step::confirm ? "Now, back to your message. " : "Now, for your message: ") + prompt());
  return true;
}

void Turn::free(const std::vector<Request>& requests, const Request& whole) {
  const auto strong = [](const Request& r) { return r.reading.score >= kAnswerScore; };
  for (const Request& request : requests) {
    if (strong(request) && (request.reading.topic == Topic::danger || request.reading.topic == Topic::emergency))
      return static_cast<void>(wish(request));
  }
  std::vector<Request> facts;
  const Request* action = nullptr;
  const Request* chat = nullptr;
  for (const Request& request : requests) {
    if (!strong(request)) continue;
    if (is_fact(request.reading.topic))
      facts.push_back(request);
    else if (is_wish(request.reading.topic))
      action = action == nullptr ? &request : action;
    else
      chat = &request;
  }
  const bool answered = !facts.empty() && answer_facts(facts);
  if (action != nullptr) {
    if (reply_.confidence == 0) reply_.confidence = action->reading.score;
    wish(*action);
  } else if (!answered && facts.empty() && chat != nullptr) {
    reply_.confidence = chat->reading.score;
    talk(*chat);
  } else if (!answered) {
    Request unknown = whole;
    if (!facts.empty()) unknown.reading.score = 0;  // asked plainly, but the business has no such fact
    unsure(unknown);
  } else if (chat != nullptr && chat->reading.topic == Topic::bye) {
    goodbye();
  }
}

Reply Turn::finish() {
  if (understood_ && reply_.confidence == 0) reply_.confidence = 1;
  state_.misses = understood_ ? 0 : state_.misses + 1;
  ++state_.turns;
  if (!keeps_last_reply_) state_.last_reply = reply_.text;
  reply_.state = write_state(state_);
  return std::move(reply_);
}

Reply Turn::run() {
  if (utterance_.words.empty()) {
    not_heard();
    return finish();
  }
  const Request whole = brain_.interpreter.read(text_, state_, answers_.today());
  if (state_.form.active()) {
    if (in_form(whole)) return finish();
    FormReply form = brain_.taking.hear(state_.form, heard());
    say(form.text);
    reply_.confidence = 1;
    reply_.sources.clear();
    if (form.kind == FormReply::Kind::finished)
      reply_.tool_calls.push_back(
          {"local_" + std::to_string(state_.turns) + "_take_message", "take_message", form.arguments});
    if (form.kind != FormReply::Kind::asked) state_.pending = Pending::anything_else;
    if (form.kind == FormReply::Kind::finished && utterance_.has({"bye"})) {
      reply_.text = "Lovely, I've passed that on.";
      goodbye();
    }
    return finish();
  }
  if (!answer_pending(whole)) free(brain_.interpreter.requests(whole, state_, answers_.today()), whole);
  return finish();
}

}  // namespace frontdesk::local_llm
