#include "providers/local_llm/question_index.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace frontdesk::local_llm {
namespace {

/// Cosines of unrelated questions reach about 0.35; that is the floor of meaning.
constexpr double kUnrelatedCosine = 0.35;
/// A word no known question has speaks against all of them, nearly as much as the rarest known word.
constexpr double kUnknownWord = 0.9;

struct Exemplar {
  Topic topic;
  std::string_view text;
};

/// How people ask what every business is asked; the business adds its own questions.
constexpr std::array<Exemplar, 66> kExemplars{{{Topic::hours, "what are your opening hours"},
                                               {Topic::hours, "what time do you open"},
                                               {Topic::hours, "when do you close today"},
                                               {Topic::hours, "are you open on saturday"},
                                               {Topic::hours, "are you open right now"},
                                               {Topic::hours, "how late are you there"},
                                               {Topic::hours, "do you close for lunch"},
                                               {Topic::hours, "are you open at christmas"},
                                               {Topic::hours, "what days do you work"},
                                               {Topic::hours, "when can i come by"},
                                               {Topic::address, "where are you located"},
                                               {Topic::address, "what is your address"},
                                               {Topic::address, "where can i find you"},
                                               {Topic::address, "what is the postcode for my satnav"},
                                               {Topic::directions, "how do i get there"},
                                               {Topic::directions, "which bus goes to you"},
                                               {Topic::directions, "are you near the station"},
                                               {Topic::parking, "where can i park"},
                                               {Topic::parking, "do you have parking"},
                                               {Topic::parking, "is there somewhere to leave my car"},
                                               {Topic::phone, "what is your phone number"},
                                               {Topic::email, "what is your email address"},
                                               {Topic::email, "can i write to you"},
                                               {Topic::website, "what is your website"},
                                               {Topic::website, "are you online"},
                                               {Topic::price, "how much does it cost"},
                                               {Topic::price, "what are your prices"},
                                               {Topic::price, "can you give me a quote"},
                                               {Topic::services, "what services do you offer"},
                                               {Topic::services, "what treatments do you do"},
                                               {Topic::people, "who works there"},
                                               {Topic::people, "who are your staff"},
                                               {Topic::people, "who is in today"},
                                               {Topic::about, "tell me about the business"},
                                               {Topic::about, "what kind of place is this"},
                                               {Topic::book, "i would like to book an appointment"},
                                               {Topic::book, "can i come in next week"},
                                               {Topic::book, "i need to see someone"},
                                               {Topic::book, "have you got anything free on tuesday"},
                                               {Topic::book, "can you fit me in"},
                                               {Topic::change, "i need to move my appointment"},
                                               {Topic::change, "can i come at another time instead"},
                                               {Topic::change, "i can not make it on friday can we do another day"},
                                               {Topic::cancel, "i want to cancel my appointment"},
                                               {Topic::cancel, "i can not come any more"},
                                               {Topic::cancel, "i will not be able to make my appointment"},
                                               {Topic::message, "can i leave a message"},
                                               {Topic::message, "please ask them to call me back"},
                                               {Topic::message, "can someone ring me"},
                                               {Topic::human, "can i speak to a person"},
                                               {Topic::human, "put me through to someone"},
                                               {Topic::human, "i want to talk to a human"},
                                               {Topic::robot, "are you a robot"},
                                               {Topic::robot, "am i talking to a real person"},
                                               {Topic::repeat, "could you say that again"},
                                               {Topic::slower, "please speak more slowly"},
                                               {Topic::own_name, "what is your name"},
                                               {Topic::help, "what can you help me with"},
                                               {Topic::praise, "you are very helpful"},
                                               {Topic::insult, "you are useless"},
                                               {Topic::wait, "hold on a moment"},
                                               {Topic::how_are_you, "how are you today"},
                                               {Topic::thanks, "thank you very much"},
                                               {Topic::bye, "goodbye"},
                                               {Topic::bye, "that is all thanks"},
                                               {Topic::hello, "hello"}}};

bool answerable(Topic topic, const knowledge::Business& business) {
  switch (topic) {
    case Topic::hours:
      return business.hours.stated;
    case Topic::address:
      return !business.address.lines.empty();
    case Topic::directions:
      return !business.address.directions.empty() || !business.address.lines.empty();
    case Topic::parking:
      return !business.address.parking.empty();
    case Topic::phone:
      return !business.phones.empty();
    case Topic::email:
      return !business.email.empty();
    case Topic::website:
      return !business.website.empty();
    case Topic::price:
    case Topic::services:
      return !business.services.empty();
    case Topic::people:
      return !business.people.empty();
    default:
      return true;
  }
}

}  // namespace

std::vector<std::string_view> general_questions(const knowledge::Business& business) {
  std::vector<std::string_view> questions;
  for (const auto& [topic, text] : kExemplars)
    if (answerable(topic, business)) questions.push_back(text);
  return questions;
}

QuestionIndex::QuestionIndex(const knowledge::Business& business, std::shared_ptr<const TextEmbedder> embedder)
    : embedder_(std::move(embedder)) {
  for (const auto& [topic, text] : kExemplars) {
    if (answerable(topic, business)) add(topic, 0, text);
  }
  for (std::size_t i = 0; i < business.faq.size(); ++i) {
    add(Topic::faq, i, business.faq[i].question);
    for (const auto& text : business.faq[i].alternatives) add(Topic::faq, i, text);
  }
  for (std::size_t i = 0; i < business.policies.size(); ++i) {
    add(Topic::policy, i, business.policies[i].topic);
    for (const auto& text : business.policies[i].questions) add(Topic::policy, i, text);
  }
  weigh_words();
}

void QuestionIndex::add(Topic topic, std::size_t entry, std::string_view text) {
  const Utterance utterance = understand(text);
  Phrasing phrasing{topic, entry, utterance.content, {}};
  if (embedder_) phrasing.embedding = embedder_->embed(utterance.joined());
  phrasings_.push_back(std::move(phrasing));
}

void QuestionIndex::weigh_words() {
  std::map<std::string, int> counts;
  for (const auto& phrasing : phrasings_) {
    for (const auto& word : std::set<std::string>(phrasing.content.begin(), phrasing.content.end())) ++counts[word];
  }
  const double total = static_cast<double>(phrasings_.size()) + 1;
  for (const auto& [word, count] : counts) weights_[word] = std::log(total / count);
  unknown_weight_ = std::log(total) * kUnknownWord;
}

double QuestionIndex::weight(const std::string& word) const {
  const auto found = weights_.find(word);
  return found == weights_.end() ? unknown_weight_ : found->second;
}

double QuestionIndex::shared_words(const std::vector<std::string>& said, const Phrasing& phrasing) const {
  double common = 0, of_said = 0, of_phrasing = 0;
  for (const auto& word : said) {
    of_said += weight(word);
    const bool shared = std::any_of(phrasing.content.begin(), phrasing.content.end(), [&](const std::string& known) {
      return known == word || sounds_like(word, known);
    });
    if (shared) common += weight(word);
  }
  for (const auto& word : phrasing.content) of_phrasing += weight(word);
  const double all = 0.5 * of_said + 0.5 * of_phrasing;
  return all <= 0 ? 0 : std::min(1.0, common / all);
}

std::vector<Reading> QuestionIndex::nearest(const Utterance& utterance, std::size_t limit) const {
  std::vector<Reading> out;
  if (utterance.words.empty()) return out;
  const Embedding said = embedder_ ? embedder_->embed(utterance.joined()) : Embedding{};
  std::map<std::pair<Topic, std::size_t>, double> best;
  for (const auto& phrasing : phrasings_) {
    const double words = shared_words(utterance.content, phrasing);
    double score = 0.85 * words;
    if (embedder_) {
      const double meaning = std::max(
          0.0, (static_cast<double>(dot(said, phrasing.embedding)) - kUnrelatedCosine) / (1 - kUnrelatedCosine));
      score = 0.5 * meaning + 0.5 * words;
    }
    double& known = best[{phrasing.topic, phrasing.entry}];
    known = std::max(known, score);
  }
  for (const auto& [question, score] : best)
    out.push_back({question.first, static_cast<float>(score), question.second});
  std::stable_sort(out.begin(), out.end(), [](const Reading& a, const Reading& b) { return a.score > b.score; });
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace frontdesk::local_llm
