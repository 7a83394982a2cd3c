#include "meter/word_error_rate.hpp"

#include <algorithm>

namespace frontdesk::meter {
namespace {

/// The counts of the cheapest alignment of two prefixes.
struct Alignment {
  std::size_t matches = 0;
  std::size_t substitutions = 0;
  std::size_t deletions = 0;
  std::size_t insertions = 0;
  std::size_t errors() const { return substitutions + deletions + insertions; }
};

Alignment cheapest(Alignment diagonal, Alignment above, Alignment left, bool same) {
  ++(same ? diagonal.matches : diagonal.substitutions);
  ++above.deletions;
  ++left.insertions;
  const Alignment& one = diagonal.errors() <= above.errors() ? diagonal : above;
  return one.errors() <= left.errors() ? one : left;
}

}  // namespace

double WordErrors::rate() const {
  const std::size_t errors = substitutions + deletions + insertions;
  if (reference_words == 0) return errors == 0 ? 0 : 1;
  return static_cast<double>(errors) / static_cast<double>(reference_words);
}

WordErrors& WordErrors::operator+=(const WordErrors& other) {
  reference_words += other.reference_words;
  matches += other.matches;
  substitutions += other.substitutions;
  deletions += other.deletions;
  insertions += other.insertions;
  return *this;
}

WordErrors word_errors(std::string_view reference, std::string_view transcript) {
  const auto said = normalise_words(reference);
  const auto heard = normalise_words(transcript);
  std::vector<Alignment> row(heard.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i].insertions = i;
  std::vector<Alignment> next(row.size());
  for (const std::string& word : said) {
    next[0] = row[0];
    ++next[0].deletions;
    for (std::size_t i = 0; i < heard.size(); ++i)
      next[i + 1] = cheapest(row[i], row[i + 1], next[i], word == heard[i]);
    std::swap(row, next);
  }
  const Alignment& best = row.back();
  return {said.size(), best.matches, best.substitutions, best.deletions, best.insertions};
}

}  // namespace frontdesk::meter
