// What a caller said, made comparable: contractions opened, recogniser slips mended, filler words set
// aside. Everything that matches words works on this.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::local_llm {

struct Utterance {
  std::vector<std::string> words;    ///< "what is", "dr", "hours"
  std::vector<std::string> content;  ///< stems of the words that carry meaning
  bool question_mark = false;

  bool has(std::initializer_list<std::string_view> any) const;          ///< one of these words
  bool says(std::initializer_list<std::string_view> any_phrase) const;  ///< words in a row; "*" is any one word
  bool starts(std::initializer_list<std::string_view> any_phrase) const;
  std::size_t size() const { return words.size(); }
  bool looks_like_question() const;
  std::string joined() const;
};

Utterance understand(std::string_view text);

/// Spoken parts that may each be a request: split at sentence ends and at "and", "also", "plus".
std::vector<std::string> clauses(std::string_view text);

/// "cleanings" -> "clean", "children" -> "child".
std::string stem(std::string_view word);
bool is_stop_word(std::string_view word);

/// Same but for a plural or a recogniser's slip (one edit in five letters, two in eight).
bool sounds_like(std::string_view heard, std::string_view wanted);

/// Where `name` occurs in `content`-like words, ignoring spaces ("check up" = "checkup").
struct Occurrence {
  std::size_t first = 0;
  std::size_t count = 0;  ///< words covered; 0: not there
  std::size_t letters = 0;
  bool exact = false;
};
Occurrence find_name(const std::vector<std::string>& words, std::string_view name);

}  // namespace frontdesk::local_llm
