#include "reception/knowledge/passages.hpp"

namespace frontdesk::knowledge {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool ends_sentence(std::string_view text, std::size_t at) {
  const char c = text[at];
  return (c == '.' || c == '!' || c == '?') && (at + 1 == text.size() || text[at + 1] == ' ');
}

/// Not inside a character of several bytes.
std::size_t cut_at_word(std::string_view text, std::size_t most) {
  const auto space = text.rfind(' ', most);
  if (space != std::string_view::npos && space > 0) return space;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return most;
}

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!ends_sentence(text, at)) continue;
    out.emplace_back(trimmed(text.substr(from, at + 1 - from)));
    from = at + 1;
  }
  auto rest = trimmed(text.substr(from));
  while (rest.size() > kLongestSentence) {
    const auto cut = cut_at_word(rest, kLongestSentence);
    out.emplace_back(rest.substr(0, cut));
    rest = trimmed(rest.substr(cut));
  }
  if (!rest.empty()) out.emplace_back(rest);
  return out;
}

class Cutter {
 public:
  void line(std::string_view raw) {
    const auto text = trimmed(raw);
    if (text.starts_with('#')) {
      end_paragraph();
      heading_ = trimmed(text.substr(std::min(text.find_first_not_of('#'), text.size())));
    } else if (text.empty()) {
      end_paragraph();
    } else if (paragraph_.empty() && text.ends_with('?')) {
      heading_ = text;
    } else {
      paragraph_ += (paragraph_.empty() ? "" : " ") + std::string(text);
    }
  }
  std::vector<Passage> finish() {
    end_paragraph();
    return std::move(out_);
  }

 private:
  void end_paragraph() {
    std::string text;
    for (const auto& sentence : sentences(paragraph_)) {
      if (!text.empty() && text.size() + 1 + sentence.size() > kLongestPassage) add(std::exchange(text, {}));
      text += (text.empty() ? "" : " ") + sentence;
    }
    add(std::move(text));
    paragraph_.clear();
  }
  void add(std::string text) {
    if (!text.empty()) out_.push_back({heading_, std::move(text)});
  }

  std::string heading_;
  std::string paragraph_;
  std::vector<Passage> out_;
};

}  // namespace

std::vector<Passage> passages(std::string_view text) {
  Cutter cutter;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    cutter.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return cutter.finish();
}

Policy policy_of(const Passage& passage, const std::string& document, std::size_t place) {
  auto phrasings = sentences(passage.text);
  Policy policy;
  policy.id = document + "." + std::to_string(place);
  policy.topic = passage.heading.empty() ? phrasings.front() : passage.heading;
  policy.questions = std::move(phrasings);
  policy.text = passage.text;
  return policy;
}

}  // namespace frontdesk::knowledge
