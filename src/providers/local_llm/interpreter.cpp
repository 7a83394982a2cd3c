#include "providers/local_llm/interpreter.hpp"

#include <algorithm>

namespace frontdesk::local_llm {
namespace {

constexpr float kFaqBeatsRule = 0.80F;
constexpr std::size_t kNearest = 6;
constexpr std::size_t kLongestFollowUp = 8;

/// "a crown": nothing but the name of the service was said.
bool only_names(const Utterance& utterance, const knowledge::Service& service) {
  const auto joined = [](const std::vector<std::string>& content) {
    std::string out;
    for (const auto& word : content) out += word;
    return out;
  };
  const std::string said = joined(utterance.content);
  const auto same = [&](const std::string& name) { return sounds_like(said, joined(understand(name).content)); };
  return same(service.name) || std::any_of(service.aliases.begin(), service.aliases.end(), same);
}

}  // namespace

void Interpreter::forget_impossible(DialogueState& state) const {
  if (state.service >= static_cast<int>(business_.services.size())) state.service = -1;
  if (state.person >= static_cast<int>(business_.people.size())) state.person = -1;
  const auto entries = state.clarify_topic == Topic::policy ? business_.policies.size() : business_.faq.size();
  const bool listed = state.clarify_topic == Topic::faq || state.clarify_topic == Topic::policy;
  if (state.pending == Pending::clarify && listed && state.clarify_entry >= static_cast<int>(entries))
    state.pending = Pending::none;
}

Reading Interpreter::decide(const Request& request) const {
  const auto rules = read_by_rules(request.utterance, request.slots, business_);
  const auto nearest = index_.nearest(request.utterance, kNearest);
  Reading best;
  const auto offer = [&](Reading reading) {
    if (reading.score > best.score) best = reading;
  };
  const float rule = rules.empty() ? 0 : rules.front().score;
  for (const Reading& reading : rules) offer(reading);
  for (Reading reading : nearest) {
    const bool own = reading.topic == Topic::faq || reading.topic == Topic::policy;
    if (own && reading.score >= kFaqBeatsRule)
      reading.score = std::max(reading.score, std::min(1.0F, reading.score + 0.12F));
    else if (!own)
      reading.score *= 0.95F;
    const bool agrees =
        std::any_of(rules.begin(), rules.end(), [&](const Reading& r) { return r.topic == reading.topic; });
    if (own && rule >= 0.9F && reading.score < kFaqBeatsRule) continue;
    if (agrees) reading.score = std::min(1.0F, reading.score + 0.1F);
    offer(reading);
  }
  return best;
}

void Interpreter::read_follow_up(Request& request, const DialogueState& state) const {
  const Utterance& u = request.utterance;
  const Slots& slots = request.slots;
  if (u.size() > kLongestFollowUp || request.reading.score >= 0.8F) return;
  const bool continues = u.starts({"and", "what about", "how about", "or", "also", "ok and", "what if", "but", "how is",
                                   "ok what about", "ok how about"});
  const auto take = [&](Topic topic) {
    request.reading = {topic, 0.85F, 0};
    request.follow_up = true;
  };
  const bool pronoun = u.has({"she", "he", "her", "him", "they"});
  const bool person_before =
      state.person >= 0 && (state.topic == Topic::person || state.topic == Topic::people || pronoun);
  const bool bare = u.content.size() <= 3;
  if (!slots.people.empty() && (continues || bare)) return take(Topic::person);
  if (!slots.dates.days.empty() && person_before && (continues || pronoun || bare)) return take(Topic::person);
  if (slots.services.size() == 1 && only_names(u, business_.services[slots.services.front()]))
    return take(Topic::price);
  const bool asks_own = request.reading.topic == Topic::faq && request.reading.score >= kAskScore && !continues;
  if (!slots.services.empty() && !asks_own && (continues || (bare && !u.looks_like_question())))
    return take(state.topic == Topic::service ? Topic::service : Topic::price);
  if (state.service >= 0 && u.says({"how long"}) && slots.services.empty()) return take(Topic::service);
  if (!slots.dates.days.empty() && (continues || (bare && state.topic == Topic::hours) || u.content.size() <= 1))
    return take(Topic::hours);
}

Request Interpreter::read(std::string_view text, const DialogueState& state, Date today) const {
  Request request{std::string(text), understand(text), {}, {}, false};
  request.slots = read_slots(request.utterance, business_, today);
  request.reading = decide(request);
  read_follow_up(request, state);
  return request;
}

std::vector<Request> Interpreter::requests(const Request& whole, const DialogueState& state, Date today) const {
  const auto parts = clauses(whole.text);
  const bool faq = whole.reading.topic == Topic::faq || whole.reading.topic == Topic::policy;
  if (parts.size() < 2 || (faq && whole.reading.score >= 0.9F)) return {whole};
  std::vector<Request> out;
  DialogueState so_far = state;
  for (const auto& part : parts) {
    Request request = read(part, so_far, today);
    if (request.reading.score < kAnswerScore && !out.empty() && !out.back().slots.services.empty() &&
        !request.slots.services.empty()) {
      request.reading = {out.back().reading.topic, 0.8F, 0};
    }
    if (request.reading.score < kAnswerScore) continue;
    const bool known = std::any_of(out.begin(), out.end(), [&](const Request& r) {
      return r.reading.topic == request.reading.topic && r.reading.entry == request.reading.entry &&
             r.slots.services == request.slots.services && r.slots.dates.days == request.slots.dates.days &&
             r.slots.people == request.slots.people;
    });
    if (known) continue;
    so_far.topic = request.reading.topic;
    if (!request.slots.services.empty()) so_far.service = static_cast<int>(request.slots.services.front());
    if (!request.slots.people.empty()) so_far.person = static_cast<int>(request.slots.people.front());
    out.push_back(std::move(request));
  }
  const auto useful = std::count_if(
      out.begin(), out.end(), [](const Request& r) { return is_fact(r.reading.topic) || is_wish(r.reading.topic); });
  const bool one_is_better = useful == 1 && std::any_of(out.begin(), out.end(), [&](const Request& r) {
                               return r.reading.score >= whole.reading.score + 0.05F;
                             });
  if (useful >= 2 || one_is_better || (whole.reading.score < kAnswerScore && !out.empty())) return out;
  return {whole};
}

std::string Interpreter::label(const Reading& reading) const {
  switch (reading.topic) {
    case Topic::faq:
      return business_.faq.at(reading.entry).question;
    case Topic::policy:
      return "our " + business_.policies.at(reading.entry).topic + " policy?";
    case Topic::hours:
      return "our opening hours?";
    case Topic::price:
      return "our prices?";
    case Topic::service:
    case Topic::services:
      return "which services we offer?";
    case Topic::address:
      return "our address?";
    case Topic::directions:
      return "how to get here?";
    case Topic::parking:
      return "where to park?";
    case Topic::phone:
      return "our phone number?";
    case Topic::email:
      return "our e-mail address?";
    case Topic::website:
      return "our website?";
    case Topic::people:
      return "who works here?";
    default:
      return {};
  }
}

std::vector<Reading> Interpreter::nearest(std::string_view text, std::size_t limit) const {
  auto all = index_.nearest(understand(text), index_.size());
  std::erase_if(all, [](const Reading& each) { return each.topic != Topic::faq && each.topic != Topic::policy; });
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace frontdesk::local_llm
