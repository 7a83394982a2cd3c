#include "providers/local_tts/pronunciation.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <vector>

extern "C" {
#include <flite/cst_synth.h>
#include <flite/flite.h>
cst_voice* register_cmu_us_kal(const char* directory);
}

namespace frontdesk::local_tts {
namespace {

struct Sound {
  std::string_view arpabet;
  std::string_view ipa;
  bool vowel = false;
};

constexpr Sound kSounds[] = {{"aa", "\xc9\x91\xcb\x90", true},
                             {"ae", "\xc3\xa6", true},
                             {"ah", "\xca\x8c", true},
                             {"ao", "\xc9\x94\xcb\x90", true},
                             {"aw", "a\xca\x8a", true},
                             {"ax", "\xc9\x99", true},
                             {"ay", "a\xc9\xaa", true},
                             {"eh", "\xc9\x9b", true},
                             {"er", "\xc9\x9a", true},
                             {"ey", "e\xc9\xaa", true},
                             {"ih", "\xc9\xaa", true},
                             {"iy", "i", true},
                             {"ow", "o\xca\x8a", true},
                             {"oy", "\xc9\x94\xc9\xaa", true},
                             {"uh", "\xca\x8a", true},
                             {"uw", "u\xcb\x90", true},
                             {"ch", "t\xca\x83"},
                             {"dh", "\xc3\xb0"},
                             {"g", "\xc9\xa1"},
                             {"hh", "h"},
                             {"jh", "d\xca\x92"},
                             {"ng", "\xc5\x8b"},
                             {"r", "\xc9\xb9"},
                             {"sh", "\xca\x83"},
                             {"th", "\xce\xb8"},
                             {"y", "j"},
                             {"zh", "\xca\x92"}};

constexpr std::string_view kPrimaryStress = "\xcb\x88";
constexpr std::string_view kSecondaryStress = "\xcb\x8c";
constexpr std::string_view kLongEr = "\xc9\x9c\xcb\x90";
constexpr std::string_view kLongIy = "i\xcb\x90";
constexpr std::string_view kFlap = "\xc9\xbe";

/// Words that carry no stress in a sentence.
constexpr std::string_view kUnstressed[] = {"a",    "an",   "the", "to",  "of",   "and",  "or",   "at",   "in",    "on",
                                            "for",  "with", "are", "was", "were", "is",   "be",   "it",   "as",    "by",
                                            "he",   "she",  "his", "her", "i",    "you",  "we",   "they", "your",  "my",
                                            "our",  "its",  "me",  "us",  "him",  "them", "can",  "will", "would", "do",
                                            "have", "has",  "had", "but", "if",   "from", "that", "than"};

const Sound* sound_of(std::string_view arpabet) {
  for (const auto& sound : kSounds) {
    if (sound.arpabet == arpabet) return &sound;
  }
  return nullptr;
}

bool is_vowel(std::string_view arpabet) {
  const auto* sound = sound_of(arpabet);
  return sound != nullptr && sound->vowel;
}

bool is_unstressed(std::string_view word) {
  return std::find(std::begin(kUnstressed), std::end(kUnstressed), word) != std::end(kUnstressed);
}

struct Segment {
  std::string arpabet;
  bool stressed = false;  ///< of its syllable
};

std::vector<Segment> segments_of(const cst_item* word) {
  std::vector<Segment> segments;
  const std::string name = item_feat_string(word, "name");
  const bool weak = is_unstressed(name);
  // flite's name for the letter A, which it leaves without stress.
  const bool letter = name == "_a";
  for (const cst_item* syllable = item_daughter(item_as(word, "SylStructure")); syllable != nullptr;
       syllable = item_next(syllable)) {
    const bool stressed = letter || (!weak && std::string_view(item_feat_string(syllable, "stress")) == "1");
    for (const cst_item* segment = item_daughter(syllable); segment != nullptr; segment = item_next(segment)) {
      segments.push_back({item_feat_string(segment, "name"), stressed});
    }
  }
  return segments;
}

/// American t and d between a vowel and an unstressed vowel: "water", "forty".
bool is_flap(const std::vector<Segment>& segments, std::size_t at) {
  if (segments[at].arpabet != "t" || at == 0 || at + 1 >= segments.size()) return false;
  const auto& before = segments[at - 1].arpabet;
  return (is_vowel(before) || before == "r") && is_vowel(segments[at + 1].arpabet) && !segments[at + 1].stressed;
}

std::string ipa_of(const std::vector<Segment>& segments) {
  std::string out;
  // The lexicon marks secondary stress like primary; in most English words the first is the stronger.
  bool primary_given = false;
  const bool one_syllable = std::count_if(segments.begin(), segments.end(),
                                          [](const Segment& segment) { return is_vowel(segment.arpabet); }) == 1;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& [name, stressed] = segments[i];
    const auto* sound = sound_of(name);
    if (sound != nullptr && sound->vowel && stressed) {
      out += primary_given ? kSecondaryStress : kPrimaryStress;
      primary_given = true;
    }
    if (name == "er" && stressed) {
      out += kLongEr;
    } else if (name == "iy" && (stressed || one_syllable || i + 1 < segments.size())) {
      out += kLongIy;  // "we", "seat"; the last sound of "city" is short
    } else if (is_flap(segments, i)) {
      out += kFlap;
    } else {
      out += sound == nullptr ? name : std::string(sound->ipa);
    }
  }
  return out;
}

/// The punctuation after a word, if it is the last word of its token.
std::string pause_after(const cst_item* word) {
  const cst_item* in_token = item_as(word, "Token");
  if (in_token == nullptr || item_next(in_token) != nullptr) return "";
  const cst_item* token = item_parent(in_token);
  if (token == nullptr || item_feat_present(token, "punc") == 0) return "";
  for (const char c : std::string_view(item_feat_string(token, "punc"))) {
    if (std::string_view(",.?!;:").find(c) != std::string_view::npos) return std::string(1, c);
  }
  return "";
}

cst_voice* analysis_voice() {
  // Any English voice does: only its text analysis is used.
  static cst_voice* voice = [] {
    flite_init();
    return register_cmu_us_kal(nullptr);
  }();
  return voice;
}

}  // namespace

std::mutex& flite_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::string phonemes(const std::string& text) {
  const std::lock_guard lock(flite_mutex());
  const std::unique_ptr<cst_utterance, decltype(&delete_utterance)> owner(new_utterance(), &delete_utterance);
  cst_utterance* utterance = owner.get();
  utt_set_input_text(utterance, text.c_str());
  utt_init(utterance, analysis_voice());
  default_tokenization(utterance);
  default_textanalysis(utterance);
  default_pos_tagger(utterance);
  default_phrasing(utterance);
  default_lexical_insertion(utterance);
  std::string out;
  for (const cst_item* word = relation_head(utt_relation(utterance, "Word")); word != nullptr; word = item_next(word)) {
    const auto ipa = ipa_of(segments_of(word));
    const std::string_view name = item_feat_string(word, "name");
    if (!out.empty() && !ipa.empty() && !name.starts_with('\'')) out += ' ';  // 's and 'll belong to the word before
    out += ipa;
    if (!out.empty()) out += pause_after(word);
  }
  return out;
}

}  // namespace frontdesk::local_tts
