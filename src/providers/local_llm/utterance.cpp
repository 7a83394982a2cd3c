#include "providers/local_llm/utterance.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "reception/messages/spoken_words.hpp"

namespace frontdesk::local_llm {
namespace {

struct Mend {
  std::string_view heard;
  std::string_view meant;
};

/// Without apostrophes, so that "whats" and "what's" are one.
constexpr std::array<Mend, 62> kMends{{{"whats", "what is"},
                                       {"wheres", "where is"},
                                       {"whos", "who is"},
                                       {"hows", "how is"},
                                       {"whens", "when is"},
                                       {"im", "i am"},
                                       {"ive", "i have"},
                                       {"id", "i would"},
                                       {"ill", "i will"},
                                       {"youre", "you are"},
                                       {"youve", "you have"},
                                       {"theyre", "they are"},
                                       {"its", "it is"},
                                       {"thats", "that is"},
                                       {"isnt", "is not"},
                                       {"arent", "are not"},
                                       {"dont", "do not"},
                                       {"doesnt", "does not"},
                                       {"didnt", "did not"},
                                       {"cant", "can not"},
                                       {"cannot", "can not"},
                                       {"couldnt", "could not"},
                                       {"wont", "will not"},
                                       {"wouldnt", "would not"},
                                       {"wasnt", "was not"},
                                       {"hasnt", "has not"},
                                       {"havent", "have not"},
                                       {"theres", "there is"},
                                       {"shes", "she is"},
                                       {"hes", "he is"},
                                       {"doctor", "dr"},
                                       {"docter", "dr"},
                                       {"mister", "mr"},
                                       {"misses", "mrs"},
                                       {"okay", "ok"},
                                       {"hiya", "hi"},
                                       {"wanna", "want to"},
                                       {"gonna", "going to"},
                                       {"gotta", "have to"},
                                       {"till", "until"},
                                       {"til", "until"},
                                       {"hrs", "hours"},
                                       {"appt", "appointment"},
                                       {"apointment", "appointment"},
                                       {"tomorow", "tomorrow"},
                                       {"tmrw", "tomorrow"},
                                       {"yep", "yes"},
                                       {"yeah", "yes"},
                                       {"yup", "yes"},
                                       {"yah", "yes"},
                                       {"aye", "yes"},
                                       {"nope", "no"},
                                       {"nah", "no"},
                                       {"prize", "price"},
                                       {"prizes", "prices"},
                                       {"goodbye", "bye"},
                                       {"thankyou", "thank you"},
                                       {"aint", "is not"},
                                       {"dya", "do you"},
                                       {"ya", "you"},
                                       {"whens", "when is"},
                                       {"centre", "center"}}};

constexpr std::array<std::string_view, 91> kStopWords{
    "a",      "an",   "the",       "is",    "are",   "am",      "was",    "be",   "been",  "do",   "does",  "did",
    "i",      "you",  "we",        "it",    "he",    "she",     "they",   "me",   "my",    "your", "our",   "us",
    "them",   "to",   "of",        "for",   "in",    "on",      "at",     "by",   "with",  "from", "and",   "or",
    "so",     "if",   "can",       "could", "would", "will",    "should", "may",  "might", "have", "has",   "had",
    "there",  "here", "that",      "this",  "what",  "which",   "please", "just", "um",    "uh",   "er",    "erm",
    "well",   "like", "know",      "ok",    "hi",    "hello",   "hey",    "also", "any",   "some", "got",   "get",
    "want",   "need", "wondering", "tell",  "about", "thanks",  "as",     "then", "not",   "up",   "going", "actually",
    "really", "yes",  "oh",        "s",     "offer", "provide", "dear"};

constexpr std::array<Mend, 22> kIrregular{
    {{"children", "child"}, {"kids", "child"},     {"kid", "child"},    {"son", "child"},        {"daughter", "child"},
     {"toddler", "child"},  {"toddlers", "child"}, {"baby", "child"},   {"babies", "child"},     {"teeth", "tooth"},
     {"women", "woman"},    {"lady", "woman"},     {"female", "woman"}, {"dentists", "dentist"}, {"prices", "price"},
     {"costs", "cost"},     {"opening", "open"},   {"opens", "open"},   {"closing", "close"},    {"closes", "close"},
     {"closed", "close"},   {"drs", "dr"}}};

constexpr std::size_t kLongName = 8;

void append_words(std::vector<std::string>& out, std::string_view phrase) {
  for (auto& word : messages::words_of(phrase)) out.push_back(std::move(word));
}

std::string without_apostrophe(std::string word) {
  std::erase(word, '\'');
  return word;
}

bool is(std::string_view word, std::initializer_list<std::string_view> any) {
  return std::find(any.begin(), any.end(), word) != any.end();
}

/// Words that sound the same and that only their neighbours tell apart.
void mend_by_neighbours(std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string before = i > 0 ? words[i - 1] : "";
    const std::string after = i + 1 < words.size() ? words[i + 1] : "";
    if (is(words[i], {"our", "ours", "hour", "owers", "ours"}) &&
        is(before, {"your", "opening", "business", "office", "working", "closing", "open", "the", "weekend", "holiday",
                    "saturday", "sunday"}) &&
        (words[i] != "our" || i + 1 == words.size() ||
         is(after, {"on", "for", "today", "tomorrow", "please", "at", "is", "are"}))) {
      words[i] = "hours";
    } else if (is(words[i], {"clothes", "clothed", "clothe"}) &&
               is(before, {"you", "are", "do", "office", "place", "is"})) {
      words[i] = "close";
    } else if (is(words[i], {"wear", "ware"}) && is(after, {"are", "is", "do", "can"})) {
      words[i] = "where";
    } else if (words[i] == "by" && is(before, {"good", "by", "bye", "thanks", "ok"})) {
      words[i] = "bye";
    } else if (words[i] == "are" && is(before, {"what", "opening"}) && is(after, {"on"})) {
      words[i] = "hours";
    }
  }
}

bool matches_at(const std::vector<std::string>& words, std::size_t at, const std::vector<std::string>& phrase) {
  if (at + phrase.size() > words.size()) return false;
  for (std::size_t i = 0; i < phrase.size(); ++i) {
    if (phrase[i] != "*" && phrase[i] != words[at + i]) return false;
  }
  return true;
}

std::vector<std::string> phrase_words(std::string_view phrase) {
  std::vector<std::string> out;
  while (!phrase.empty()) {
    const auto space = phrase.find(' ');
    out.emplace_back(phrase.substr(0, space));
    phrase.remove_prefix(space == std::string_view::npos ? phrase.size() : space + 1);
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

bool is_stop_word(std::string_view word) {
  return std::find(kStopWords.begin(), kStopWords.end(), word) != kStopWords.end();
}

std::string stem(std::string_view word) {
  for (const auto& [from, to] : kIrregular) {
    if (word == from) return std::string(to);
  }
  const auto ends = [&](std::string_view tail, std::size_t least) {
    return word.size() >= least && word.ends_with(tail);
  };
  std::string out(word);
  if (ends("ies", 5)) return out.substr(0, out.size() - 3) + "y";
  if (ends("ings", 7)) return out.substr(0, out.size() - 4);
  if (ends("ing", 6)) return out.substr(0, out.size() - 3);
  if (ends("ed", 6)) return out.substr(0, out.size() - 2);
  if (ends("s", 4) && !ends("ss", 4) && !ends("us", 4)) out.pop_back();
  return out;
}

bool sounds_like(std::string_view heard, std::string_view wanted) {
  if (heard == wanted) return true;
  const std::string a = stem(heard);
  const std::string b = stem(wanted);
  if (a == b) return true;
  const std::size_t shorter = std::min(a.size(), b.size());
  const std::size_t longer = std::max(a.size(), b.size());
  if (shorter < 5 || longer > shorter + 2 || a.front() != b.front()) return false;
  return edit_distance(a, b) <= (shorter >= 8 ? 2U : 1U);
}

Occurrence find_name(const std::vector<std::string>& words, std::string_view name) {
  std::string wanted;
  std::size_t parts = 0;
  for (const auto& word : understand(name).words) {
    if (is_stop_word(word) && word != "up") continue;
    wanted += stem(word);
    ++parts;
  }
  Occurrence best;
  if (wanted.empty()) return best;
  for (std::size_t first = 0; first < words.size(); ++first) {
    if (is_stop_word(words[first]) && words[first] != "up") continue;
    std::string joined;
    for (std::size_t count = 1; count <= 7 && first + count <= words.size(); ++count) {
      const std::string& word = words[first + count - 1];
      if (is_stop_word(word) && word != "up") continue;
      joined += stem(word);
      if (joined.size() > wanted.size() + 2) break;
      const bool exact = joined == wanted;
      // Slips are forgiven within one word; across words only a single letter of a long name.
      const bool close = count == 1 && parts == 1 ? sounds_like(joined, wanted)
                                                  : wanted.size() >= kLongName && edit_distance(joined, wanted) <= 1;
      if ((exact || close) && (best.count == 0 || (exact && !best.exact))) {
        best = {first, count, wanted.size(), exact};
      }
    }
  }
  return best;
}

Utterance understand(std::string_view text) {
  Utterance utterance;
  utterance.question_mark = text.find('?') != std::string_view::npos;
  for (const auto& raw : messages::words_of(text)) {
    std::string word = without_apostrophe(raw);
    // "i'll" and "we're" open up; the words "ill" and "id" without an apostrophe stay.
    const bool ambiguous = (word == "ill" || word == "id" || word == "its") && raw == word && word != "its";
    const auto mend = std::find_if(kMends.begin(), kMends.end(), [&](const Mend& m) { return m.heard == word; });
    if (mend != kMends.end() && !ambiguous) {
      append_words(utterance.words, mend->meant);
    } else if (raw.ends_with("'s") && raw.size() > 3) {
      utterance.words.push_back(raw.substr(0, raw.size() - 2));
    } else if (raw == "we're") {
      append_words(utterance.words, "we are");
    } else if (!word.empty()) {
      utterance.words.push_back(word);
    }
  }
  mend_by_neighbours(utterance.words);
  for (const auto& word : utterance.words) {
    if (!is_stop_word(word)) utterance.content.push_back(stem(word));
  }
  return utterance;
}

bool Utterance::has(std::initializer_list<std::string_view> any) const {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is(word, any); });
}

bool Utterance::says(std::initializer_list<std::string_view> any_phrase) const {
  for (const auto text : any_phrase) {
    const auto phrase = phrase_words(text);
    for (std::size_t at = 0; at < words.size(); ++at) {
      if (matches_at(words, at, phrase)) return true;
    }
  }
  return false;
}

bool Utterance::starts(std::initializer_list<std::string_view> any_phrase) const {
  return std::any_of(any_phrase.begin(), any_phrase.end(),
                     [&](std::string_view text) { return matches_at(words, 0, phrase_words(text)); });
}

bool Utterance::looks_like_question() const {
  static constexpr std::array<std::string_view, 18> kOpeners{"what",  "when", "where", "who", "which", "how",
                                                             "why",   "is",   "are",   "do",  "does",  "can",
                                                             "could", "will", "would", "did", "have",  "am"};
  static constexpr std::array<std::string_view, 14> kLead{"hi",  "hello", "hey", "um",    "uh",       "er",   "so",
                                                          "and", "ok",    "oh",  "sorry", "actually", "wait", "well"};
  std::size_t first = 0;
  while (first < words.size() && std::find(kLead.begin(), kLead.end(), words[first]) != kLead.end()) ++first;
  return question_mark ||
         (first < words.size() && std::find(kOpeners.begin(), kOpeners.end(), words[first]) != kOpeners.end());
}

std::string Utterance::joined() const {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::vector<std::string> clauses(std::string_view text) {
  std::vector<std::string> out;
  std::string current;
  const auto flush = [&] {
    if (!messages::words_of(current).empty()) out.push_back(current);
    current.clear();
  };
  std::string word;
  const auto end_word = [&] {
    const auto plain = messages::words_of(word);
    const bool joint = plain.size() == 1 && is(plain[0], {"and", "also", "plus"});
    if (joint)
      flush();
    else if (!word.empty())
      current += (current.empty() ? "" : " ") + word;
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool inside_number = i + 1 < text.size() && text[i + 1] != ' ';
    if (c == ' ') {
      end_word();
    } else if ((c == '.' || c == '?' || c == '!' || c == ',' || c == ';') && !inside_number) {
      if (c == '?') word += c;
      end_word();
      flush();
    } else {
      word += c;
    }
  }
  end_word();
  flush();
  return out;
}

}  // namespace frontdesk::local_llm
