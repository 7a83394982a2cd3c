#include "providers/local_llm/topics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace frontdesk::local_llm {
namespace {

using knowledge::Business;

constexpr float kSure = 0.9F;
constexpr float kLikely = 0.75F;
constexpr float kHint = 0.6F;

constexpr std::array<std::pair<Topic, std::string_view>, 39> kNames{{{Topic::none, "none"},
                                                                     {Topic::hours, "hours"},
                                                                     {Topic::price, "price"},
                                                                     {Topic::service, "service"},
                                                                     {Topic::services, "services"},
                                                                     {Topic::address, "address"},
                                                                     {Topic::directions, "directions"},
                                                                     {Topic::parking, "parking"},
                                                                     {Topic::phone, "phone"},
                                                                     {Topic::email, "email"},
                                                                     {Topic::website, "website"},
                                                                     {Topic::person, "person"},
                                                                     {Topic::people, "people"},
                                                                     {Topic::about, "about"},
                                                                     {Topic::faq, "faq"},
                                                                     {Topic::policy, "policy"},
                                                                     {Topic::book, "book"},
                                                                     {Topic::change, "change"},
                                                                     {Topic::cancel, "cancel"},
                                                                     {Topic::message, "message"},
                                                                     {Topic::human, "human"},
                                                                     {Topic::emergency, "emergency"},
                                                                     {Topic::danger, "danger"},
                                                                     {Topic::hello, "hello"},
                                                                     {Topic::how_are_you, "how_are_you"},
                                                                     {Topic::thanks, "thanks"},
                                                                     {Topic::bye, "bye"},
                                                                     {Topic::repeat, "repeat"},
                                                                     {Topic::robot, "robot"},
                                                                     {Topic::slower, "slower"},
                                                                     {Topic::louder, "louder"},
                                                                     {Topic::own_name, "own_name"},
                                                                     {Topic::help, "help"},
                                                                     {Topic::praise, "praise"},
                                                                     {Topic::insult, "insult"},
                                                                     {Topic::wait, "wait"},
                                                                     {Topic::yes, "yes"},
                                                                     {Topic::no, "no"},
                                                                     {Topic::ok, "ok"}}};

/// One question put to the words, with what was named in them.
class Rules {
 public:
  Rules(const Utterance& utterance, const Slots& slots, const Business& business)
      : u_(utterance), s_(slots), b_(business) {}

  std::vector<Reading> read() {
    danger();
    wishes();
    prices();
    hours();
    place();
    people();
    talk();
    std::stable_sort(out_.begin(), out_.end(), [](const Reading& a, const Reading& b) { return a.score > b.score; });
    return std::move(out_);
  }

 private:
  void add(Topic topic, float score) { out_.push_back({topic, score, 0}); }

  bool asks_price() const {
    const bool charge = u_.has({"charge", "charges"}) && !u_.says({"free of charge", "in charge"});
    return (u_.says({"how much"}) && !u_.says({"how much notice", "how much longer", "how much time"})) || charge ||
           u_.has({"price", "prices", "cost", "costs", "fee", "fees", "pricing", "priced", "expensive"});
  }
  bool names_appointment() const {
    return u_.has(
        {"appointment", "appointments", "booking", "bookings", "slot", "consultation", "visit", "reservation"});
  }

  void danger() {
    const bool breathless = (u_.says({"can not breathe", "not breathing", "trouble breathing", "struggling to breathe",
                                      "difficulty breathing", "stopped breathing", "hard to breathe"}));
    if (breathless ||
        u_.says({"heart attack", "chest pain", "chest pains", "having a stroke", "is unconscious", "kill myself",
                 "end my life", "call an ambulance", "need an ambulance", "not conscious", "anaphylactic",
                 "can not swallow", "passed out", "bleeding heavily", "losing a lot of blood"})) {
      add(Topic::danger, 1);
    }
    if (asks_price() || u_.says({"emergency number"})) return;
    for (const auto& word : b_.emergency.words) {
      if (find_name(u_.words, word).count > 0) return add(Topic::emergency, 0.96F);
    }
  }

  void wishes() {
    const bool appointment = names_appointment();
    const bool wants = u_.has(
        {"book", "make", "schedule", "arrange", "need", "want", "get", "have", "like", "set", "come", "see", "sort"});
    const bool asks_about = u_.says({"how soon", "how long", "what do i need", "do i need", "how quickly", "how often",
                                     "next available", "bring to", "waiting list", "late for", "before my", "after my",
                                     "for my first", "confirm", "how do i", "running late", "be late"}) ||
                            asks_price();
    if (u_.has({"reschedule", "rebook", "postpone", "rearrange", "reshedule"}) ||
        (appointment && u_.has({"change", "move", "swap", "different", "shift", "another"}) &&
         !u_.has({"charge", "fee"}))) {
      add(Topic::change, 0.93F);
    } else if (appointment &&
               u_.says({"can not make", "can not come", "can not attend", "not be able to", "unable to come"})) {
      add(Topic::change, 0.96F);
    } else if (cancels(appointment)) {
      add(Topic::cancel, 0.92F);
    } else if (!asks_about &&
               ((appointment && wants) ||
                u_.says({"book in", "book me", "book a", "book an", "book my", "be seen", "fit me in", "squeeze me in",
                         "see a dentist", "see the dentist", "see dr", "see a dr", "come in for", "can i come in",
                         "could i come in", "come in and see", "make a booking", "to book", "pencil me in"}))) {
      add(Topic::book, u_.says({"do you have any appointments"}) ? kLikely : 0.95F);
    }
    if (u_.says({"leave a message",   "take a message",      "leave message",      "pass on a message",
                 "pass a message",    "give him a message",  "give her a message", "give them a message",
                 "leave * a message", "call me back",        "ring me back",       "phone me back",
                 "a call back",       "a callback",          "to call me",         "to ring me",
                 "to phone me",       "get back to me",      "call back",          "returning a call",
                 "return a call",     "returning your call", "missed a call"})) {
      add(Topic::message, 0.92F);
    }
    ask_for_someone();
  }

  void ask_for_someone() {
    const bool asks_self = u_.says({"am i", "are you", "is this", "is it a", "i am talking", "i am speaking"});
    const bool someone = u_.has({"someone", "somebody", "person", "human", "receptionist", "operator", "staff",
                                 "anyone", "agent", "manager", "team", "people", "representative"});
    const bool talks = u_.says({"speak to", "speak with", "talk to", "talk with", "put me through", "transfer me",
                                "connect me", "pass me to", "put through", "get hold of"});
    if (talks && !asks_self &&
        (someone || !s_.people.empty() || !s_.roles.empty() || !s_.departments.empty() ||
         u_.has({"dr", "mr", "mrs", "ms"}) || u_.says({"put me through", "transfer me", "connect me"})))
      add(Topic::human, 0.94F);
    if (!asks_self && u_.size() <= 6 && u_.has({"operator", "human", "representative"})) add(Topic::human, kSure);
    if (!asks_self && u_.says({"real person", "actual person", "real human"})) add(Topic::human, kSure);
    if (u_.says({"is * there", "is * available", "is * around"}) && !s_.people.empty() && s_.dates.days.empty())
      add(Topic::person, 0.86F);
  }

  bool cancels(bool appointment) const {
    const bool asks_rule = u_.has({"policy", "fee", "fees", "charge", "charged", "notice", "penalty"}) ||
                           u_.says({"what happens", "if i cancel"});
    return u_.has({"cancel", "cancelling", "canceling", "call off"}) && !asks_rule &&
           (appointment || u_.has({"my", "it"}) || u_.size() <= 5);
  }

  void prices() {
    const bool named = !s_.services.empty();
    if (asks_price()) add(Topic::price, named ? 0.93F : kLikely);
    const bool offers = u_.says({"do you do", "do you offer", "do you have", "can you do", "do you provide",
                                 "can i get", "can i have", "do you make", "do you fit", "do you sell",
                                 "does the practice do", "do you guys do", "are you doing", "do you also do"});
    if (named && u_.has({"cheaper", "cheap", "free", "discount", "pay"})) add(Topic::price, 0.8F);
    if (named && offers) add(Topic::service, 0.8F);
    if (named && u_.says({"tell me about", "how long does", "how long is", "what is a", "what does"}))
      add(Topic::service, kLikely);
    if (u_.says({"what services", "which services", "what treatments", "which treatments", "what do you offer",
                 "what do you do there", "what sort of treatments", "what kind of treatments", "list of services",
                 "services do you", "treatments do you", "kind of things do you do"})) {
      add(Topic::services, kSure);
    }
  }

  void hours() {
    const bool open = u_.has(
        {"open", "opens", "opening", "close", "closes", "closing", "closed", "shut", "shuts", "hours", "shutting"});
    const bool near =
        u_.says({"close to", "close by", "how close", "open wide", "open your", "open new", "opening up a"});
    const bool day = !s_.dates.days.empty() || s_.dates.now || !s_.dates.unlisted_holiday.empty();
    const bool hours_word = u_.says({"what hours", "your hours", "opening hours", "business hours", "office hours",
                                     "opening times", "opening time", "closing time", "out of hours"});
    if (hours_word || (open && !near && s_.services.empty()))
      add(Topic::hours, hours_word || u_.size() <= 14 ? 0.92F : kLikely);
    else if (open && !near)
      add(Topic::hours, kLikely);
    if (day && s_.people.empty() &&
        u_.says({"are you there", "are you in", "are you working", "are you around", "you guys in", "anyone there",
                 "anyone in", "you available", "are you on"}))
      add(Topic::hours, 0.85F);
    if (day && u_.size() <= 8 &&
        u_.says({"do you work", "work on", "what time", "what times", "until when", "how late"}))
      add(Topic::hours, 0.85F);
    if (day && u_.has({"latest", "earliest"})) add(Topic::hours, 0.86F);
    if (u_.has({"lunch", "lunchtime"}) && s_.services.empty()) add(Topic::hours, 0.82F);
    if (u_.says({"how late are you", "how early", "what days are you", "what time can i come", "what time can i call",
                 "when can i come", "when are you there", "what time do you start", "what time do you finish",
                 "what time do you stop", "evening appointments", "weekend appointments", "saturday appointments",
                 "late appointments", "late night", "when can i visit"}))
      add(Topic::hours, 0.88F);
  }

  void place() {
    if (u_.says({"where are you", "where is the", "where is your", "your address", "the address", "what address",
                 "where exactly", "located", "what street", "your location", "the postcode", "your postcode",
                 "zip code", "where abouts", "whereabouts", "where do i go", "where do i come", "what is the location",
                 "where can i find you"})) {
      add(Topic::address, u_.says({"where is the toilet", "where are you from"}) ? 0.3F : 0.92F);
    }
    if (u_.says({"how do i get to",
                 "how do i get there",
                 "directions",
                 "how to get to",
                 "how can i get to",
                 "how do i find you",
                 "which bus",
                 "what bus",
                 "nearest station",
                 "get there by",
                 "by train",
                 "by bus",
                 "the train station",
                 "close to the station",
                 "near the station",
                 "closest station",
                 "how do i reach you",
                 "public transport",
                 "how would i get to you",
                 "get to you",
                 "landmark",
                 "opposite what",
                 "how far are you",
                 "far from the station"})) {
      add(Topic::directions, 0.93F);
    }
    if (u_.has({"parking", "park", "carpark"}) || u_.says({"car park", "leave my car", "leave the car"}))
      add(Topic::parking, 0.9F);
    contact();
  }

  void contact() {
    if (u_.says({"phone number", "telephone number", "your number", "call you on", "number for", "emergency number",
                 "contact number", "number to call"}) &&
        !u_.says({"my phone number", "my number"}))
      add(Topic::phone, kSure);
    if (u_.has({"email", "emails"}) || u_.says({"e mail", "e mails"}))
      add(Topic::email, u_.has({"address", "your", "you", "what", "the", "send"}) ? 0.92F : kLikely);
    if (u_.has({"website", "webpage", "url"}) || u_.says({"web site", "web address", "your site"}))
      add(Topic::website, kSure);
  }

  void people() {
    const bool named = !s_.people.empty();
    const bool day = !s_.dates.days.empty();
    const bool attendance = u_.has(
        {"in", "working", "work", "works", "available", "there", "on", "around", "days", "when", "today", "off"});
    if (named && (attendance || day))
      add(Topic::person,
          day || u_.says({"what days", "which days", "when is", "when does", "is in", "in on"}) ? 0.92F : kLikely);
    if (named && u_.says({"who is", "tell me about", "what does", "what is * like", "is * a"}))
      add(Topic::person, 0.9F);
    const bool who = u_.has({"who", "which"});
    if (who && (!s_.roles.empty() ||
                u_.says({"who works", "who is in", "who is on", "who is working", "who is there", "who do you have",
                         "who will i see", "who are the", "which dr", "which dentist", "which dentists", "who is your",
                         "who runs", "who owns", "who is the boss", "in charge"}))) {
      add(Topic::people, 0.9F);
    }
    if (!s_.roles.empty() && (u_.says({"do you have", "is there", "have you got", "when is", "what days", "which days",
                                       "name of", "are the", "how many"}) ||
                              (day && attendance)))
      add(Topic::people, 0.82F);
    if (u_.says({"your staff", "your team", "your dentists", "your doctors", "the dentists", "the team",
                 "how many dentists"}) &&
        u_.looks_like_question())
      add(Topic::people, 0.8F);
  }

  void talk() {
    const std::size_t n = u_.size();
    small_courtesies(n);
    if (u_.says({"say that again",     "say it again",   "repeat that",      "repeat please",    "please repeat",
                 "repeat it",          "can you repeat", "could you repeat", "what did you say", "come again",
                 "what was that",      "did not catch",  "did not hear",     "did not get that", "could not hear",
                 "once more",          "one more time",  "again please",     "i missed that",    "say again",
                 "not understand you", "pardon"}) ||
        (n <= 2 && u_.has({"sorry", "what", "huh", "eh", "pardon", "repeat", "again"}))) {
      add(Topic::repeat, 0.95F);
    }
    about_itself(n);
  }

  void about_itself(std::size_t n) {
    const bool self = u_.says({"are you", "is this", "am i", "is it", "you are", "i am talking", "i am speaking",
                               "this is", "you a", "talking to a"});
    if (self && (u_.has({"robot", "bot", "machine", "computer", "automated", "ai", "recording", "human", "chatbot",
                         "siri", "alexa", "artificial"}) ||
                 u_.says({"real person", "a person", "a real", "actual person", "voice mail", "answering machine"})))
      add(Topic::robot, 0.95F);
    if (u_.says({"slow down", "slower", "too fast", "more slowly", "speak slowly"})) add(Topic::slower, 0.95F);
    if (u_.says({"speak up", "louder", "can not hear you", "very quiet", "too quiet"})) add(Topic::louder, 0.94F);
    if (u_.says({"your name", "who am i speaking", "who am i talking", "who is this", "who are you", "who is speaking",
                 "who is that"}))
      add(Topic::own_name, 0.9F);
    if (u_.says({"what can you do", "what can you help", "how can you help", "what can i ask", "what do you know",
                 "what can you tell me"}))
      add(Topic::help, 0.9F);
    if (u_.says({"is this " + lower(b_.name), "have i reached", "have i got through", "is that " + lower(b_.name),
                 "have i called", "what is this place", "what company", "which company", "what business",
                 "the right number", "what kind of business", "tell me about " + lower(b_.name)}))
      add(Topic::about, 0.88F);
    if (u_.says({"you are great", "you are very good", "you are amazing", "you are brilliant", "you are so",
                 "you are lovely", "well done", "good job", "great job", "very helpful", "so helpful", "you sound nice",
                 "you are good", "impressive", "you are nice", "love your voice", "lovely voice", "nice voice",
                 "beautiful voice"}) &&
        n <= 10)
      add(Topic::praise, 0.9F);
    if (u_.has({"stupid", "idiot", "useless", "rubbish", "fuck", "fucking", "shit", "crap", "moron", "dumb", "bloody",
                "hell", "bullshit", "pathetic", "shut"}) &&
        !u_.has({"open", "closed", "office"}) && (n <= 8 || u_.has({"fuck", "fucking", "idiot", "moron"})))
      add(Topic::insult, u_.says({"shut up"}) ? 0.95F : 0.85F);
    if (n <= 8 && u_.says({"hold on", "hang on", "one moment", "one second", "a second", "just a minute", "one minute",
                           "a moment", "bear with me", "wait a", "let me think", "just a sec"}))
      add(Topic::wait, 0.9F);
  }

  void small_courtesies(std::size_t n) {
    if (n <= 12 &&
        (u_.has({"bye"}) ||
         u_.says({"that is all", "that is it", "that is everything", "that will be all", "see you", "have a nice day",
                  "have a good day", "have a great day", "nothing else", "speak soon", "take care", "all i needed",
                  "no that is fine", "that was all", "i am done", "i am all set", "all good thanks"})) &&
        !u_.looks_like_question()) {
      add(Topic::bye, u_.has({"bye"}) ? 0.95F : 0.9F);
    }
    if (n <= 9 && (u_.says({"thank you", "thanks", "cheers"})) && u_.content.size() <= 3 && !u_.looks_like_question())
      add(Topic::thanks, 0.82F);
    if (n <= 5 &&
        (u_.starts({"hi", "hello", "hey", "good morning", "good afternoon", "good evening", "morning", "afternoon"})) &&
        u_.content.size() <= 2)
      add(Topic::hello, 0.8F);
    if (n <= 9 &&
        u_.says({"how are you", "how are things", "how is it going", "you alright", "how you doing", "are you well",
                 "how do you do"}) &&
        !u_.has({"open", "closed", "different"}))
      add(Topic::how_are_you, 0.9F);
    const Consent consent = read_consent(u_);
    if (n <= 5 && consent == Consent::yes) add(Topic::yes, kHint);
    if (n <= 5 && consent == Consent::no) add(Topic::no, kHint + 0.1F);
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
  }

  const Utterance& u_;
  const Slots& s_;
  const Business& b_;
  std::vector<Reading> out_;
};

}  // namespace

std::string_view name_of(Topic topic) {
  for (const auto& [known, name] : kNames) {
    if (known == topic) return name;
  }
  return "none";
}

Topic topic_named(std::string_view name) {
  for (const auto& [topic, known] : kNames) {
    if (known == name) return topic;
  }
  return Topic::none;
}

bool is_fact(Topic topic) {
  return topic >= Topic::hours && topic <= Topic::policy;
}
bool is_wish(Topic topic) {
  return topic >= Topic::book && topic <= Topic::danger;
}

std::vector<Reading> read_by_rules(const Utterance& utterance, const Slots& slots, const Business& business) {
  return Rules(utterance, slots, business).read();
}

Consent read_consent(const Utterance& u) {
  const bool no =
      u.starts({"no", "not", "never mind", "nothing", "do not", "incorrect", "wrong", "sorry no", "um no", "er no",
                "actually no", "oh no", "well no", "i do not", "leave it", "forget it", "ok no"}) ||
      u.says({"that is wrong", "is not right", "not correct", "is wrong", "no thank", "no thanks", "not right",
              "rather not"});
  if (no && !u.starts({"no problem", "not a problem", "no worries", "do not worry"})) return Consent::no;
  const bool yes = u.has({"yes", "correct", "sure", "definitely", "absolutely", "certainly", "perfect", "exactly",
                          "indeed", "right", "affirmative", "uhhuh", "mhm"}) ||
                   u.starts({"ok",
                             "please",
                             "go ahead",
                             "no problem",
                             "no worries",
                             "sounds good",
                             "that is it",
                             "that is fine",
                             "that would be",
                             "of course",
                             "why not",
                             "go on",
                             "that is the one",
                             "if you could",
                             "it is",
                             "fine",
                             "great",
                             "lovely",
                             "i would",
                             "i do",
                             "that is good",
                             "all good",
                             "alright",
                             "uh huh",
                             "mm hmm",
                             "mm"}) ||
                   u.says({"yes please", "please do", "spot on", "that is right", "that would be"});
  return yes ? Consent::yes : Consent::unclear;
}

}  // namespace frontdesk::local_llm
