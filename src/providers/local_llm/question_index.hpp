// Every question the business can answer, in every phrasing known, to find the one nearest in meaning
// and words to what a caller said.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/local_llm/text_embedder.hpp"
#include "providers/local_llm/topics.hpp"

namespace frontdesk::local_llm {

/// How people ask what every business is asked; only what this one has an answer to.
std::vector<std::string_view> general_questions(const knowledge::Business& business);

class QuestionIndex {
 public:
  QuestionIndex(const knowledge::Business& business, std::shared_ptr<const TextEmbedder> embedder);

  /// One reading per question, best first, at most `limit`. The score is half meaning (cosine), half shared
  /// words weighted by how rare they are.
  std::vector<Reading> nearest(const Utterance& utterance, std::size_t limit) const;
  std::size_t size() const { return phrasings_.size(); }

 private:
  struct Phrasing {
    Topic topic;
    std::size_t entry;
    std::vector<std::string> content;
    Embedding embedding;
  };
  void add(Topic topic, std::size_t entry, std::string_view text);
  void weigh_words();
  double weight(const std::string& word) const;
  double shared_words(const std::vector<std::string>& said, const Phrasing& phrasing) const;

  std::shared_ptr<const TextEmbedder> embedder_;
  std::vector<Phrasing> phrasings_;
  std::map<std::string, double> weights_;
  double unknown_weight_ = 1;
};

}  // namespace frontdesk::local_llm
