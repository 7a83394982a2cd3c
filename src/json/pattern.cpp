#include "json/pattern.hpp"

#include <algorithm>
#include <bitset>
#include <limits>
#include <vector>

#include "base/assert.hpp"

namespace frontdesk::json {
namespace {

using Class = std::bitset<256>;
constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

struct Element {
  Class characters;
  std::size_t least = 1;
  std::size_t most = 1;
};

std::size_t index_of(char c) {
  return static_cast<unsigned char>(c);
}

class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  std::vector<Element> read() {
    std::vector<Element> elements;
    while (!text_.empty()) {
      Element element{characters()};
      repetition(element);
      elements.push_back(element);
    }
    return elements;
  }

 private:
  char next() {
    FRONTDESK_ASSERT(!text_.empty());
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  Class escaped() {
    Class found;
    const char c = next();
    if (c == 'd') {
      for (char digit = '0'; digit <= '9'; ++digit) found.set(index_of(digit));
    } else {
      FRONTDESK_ASSERT(std::string_view("\\.[]{}()*+?^$|/-").find(c) != std::string_view::npos);
      found.set(index_of(c));
    }
    return found;
  }
  Class characters() {
    const char c = next();
    if (c == '\\') return escaped();
    if (c == '.') return ~Class();
    if (c == '[') return set();
    FRONTDESK_ASSERT(std::string_view("(){}|^$*+?]").find(c) == std::string_view::npos);
    Class one;
    one.set(index_of(c));
    return one;
  }
  Class set() {
    Class found;
    const bool negated = skip('^');
    while (!skip(']')) {
      const char first = next();
      if (first == '\\') {
        found |= escaped();
      } else if (text_.size() > 1 && text_[0] == '-' && text_[1] != ']') {
        text_.remove_prefix(1);
        const char last = next();
        for (std::size_t each = index_of(first); each <= index_of(last); ++each) found.set(each);
      } else {
        found.set(index_of(first));
      }
    }
    return negated ? ~found : found;
  }
  std::size_t number() {
    std::size_t value = 0;
    FRONTDESK_ASSERT(!text_.empty() && text_.front() >= '0' && text_.front() <= '9');
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9')
      value = value * 10 + static_cast<std::size_t>(next() - '0');
    return value;
  }
  void repetition(Element& element) {
    if (skip('?')) {
      element.least = 0;
    } else if (skip('*')) {
      element.least = 0;
      element.most = kUnbounded;
    } else if (skip('+')) {
      element.most = kUnbounded;
    } else if (skip('{')) {
      element.least = number();
      element.most = !skip(',') ? element.least : text_.starts_with('}') ? kUnbounded : number();
      const bool closed = skip('}');
      FRONTDESK_ASSERT(closed && element.least <= element.most);
    }
  }

  std::string_view text_;
};

/// From where the text can go on after `element`, if it could stand before at any of `from`.
std::vector<bool> after(const Element& element, std::string_view text, const std::vector<bool>& from) {
  std::vector<bool> reached(text.size() + 1, false);
  for (std::size_t start = 0; start <= text.size(); ++start) {
    if (!from[start]) continue;
    std::size_t count = 0;
    while (true) {
      if (count >= element.least) reached[start + count] = true;
      if (count == element.most || start + count == text.size()) break;
      if (!element.characters.test(index_of(text[start + count]))) break;
      ++count;
    }
  }
  return reached;
}

}  // namespace

bool matches_pattern(std::string_view text, std::string_view pattern) {
  std::vector<bool> places(text.size() + 1, false);
  places[0] = true;
  for (const auto& element : PatternReader(pattern).read()) {
    places = after(element, text, places);
    if (std::none_of(places.begin(), places.end(), [](bool each) { return each; })) return false;
  }
  return places.back();
}

std::string schema_pattern(std::string_view pattern) {
  std::string anchored("^");
  anchored.append(pattern).append("$");
  return anchored;
}

}  // namespace frontdesk::json
