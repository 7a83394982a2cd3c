#include "replay/journal.hpp"

#include <charconv>
#include <cmath>

namespace frontdesk::replay {
namespace {

constexpr std::string_view kRecipe = "#! recipe ";
constexpr std::string_view kClock = "#! clock ";
constexpr std::string_view kRecording = "#! recording ";
constexpr std::string_view kAudioStart = "#! audio_start ";
constexpr std::string_view kEnd = "#! end ";
constexpr std::string_view kFailed = "# failed: ";
constexpr std::string_view kDetail = "#+ ";

/// The word after `key` in "a=1 b=2"; empty if there is none.
std::string_view member(std::string_view words, std::string_view key) {
  for (std::size_t at = 0; (at = words.find(key, at)) != std::string_view::npos; ++at) {
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (!begins || words.size() <= at + key.size() || words[at + key.size()] != '=') continue;
    const auto value = words.substr(at + key.size() + 1);
    return value.substr(0, value.find(' '));
  }
  return {};
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

class Reader {
 public:
  base::Status line(std::string_view line) {
    ++number_;
    if (line.starts_with("#!")) return own(line);
    if (line.starts_with(kDetail)) return command(line);
    if (line.starts_with(kFailed)) return journal_.failed = line.substr(kFailed.size()), base::Status{};
    const auto first = line.find_first_not_of(" 0123456789.");
    if (first != std::string_view::npos && line[first] == '>') return command(line);
    auto event = call::parse_event(line, journal_.origin);
    if (!event) return damaged(event.error().message);
    if (*event) journal_.steps.push_back({number_, std::string(line), std::move(**event), {}});
    return {};
  }
  Journal take() { return std::move(journal_); }

 private:
  base::Status command(std::string_view line) {
    if (journal_.steps.empty()) return damaged("a command before the first event");
    journal_.steps.back().commands.emplace_back(line);
    return {};
  }

  base::Status own(std::string_view line) {
    if (line.starts_with(kRecipe)) return recipe(line.substr(kRecipe.size()));
    if (line.starts_with(kClock)) return clock(line.substr(kClock.size()));
    if (line.starts_with(kRecording)) {
      const auto path = line.substr(kRecording.size());
      journal_.recording = path.substr(0, path.find(' '));
    } else if (line.starts_with(kAudioStart)) {
      double seconds = 0;
      if (!read_number(line.substr(kAudioStart.size()), seconds)) return damaged("expected seconds");
      journal_.audio_start = base::microseconds(std::llround(seconds * 1e6));
    } else if (line.starts_with(kEnd)) {
      auto& end = journal_.end.emplace();
      if (!read_number(member(line, "events"), end.events) || !read_number(member(line, "commands"), end.commands))
        return damaged("expected counts");
      end.digest = member(line, "digest");
    }
    return {};  // what a later version notes besides is its own affair
  }

  base::Status recipe(std::string_view text) {
    auto read = read_recipe(text);
    if (!read) return tl::unexpected(read.error());
    journal_.recipe = std::move(read->recipe);
    journal_.notes = std::move(read->notes);
    return {};
  }

  base::Status clock(std::string_view words) {
    std::int64_t zero = 0;
    if (!read_number(member(words, "zero_us"), zero) ||
        !read_number(member(words, "first_request"), journal_.origin.first_request))
      return damaged("expected zero_us and first_request");
    journal_.origin.zero = base::Instant{base::microseconds(zero)};
    return {};
  }

  base::Status damaged(const std::string& what) const {
    return base::fail(base::ErrorCode::invalid_argument, "replay",
                      "line " + std::to_string(number_) + " of the journal: " + what);
  }

  Journal journal_;
  std::size_t number_ = 0;
};

}  // namespace

base::Result<Journal> read_journal(std::string_view text) {
  Reader reader;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;  // torn
    if (auto read = reader.line(text.substr(0, end)); !read) return tl::unexpected(read.error());
    text.remove_prefix(end + 1);
  }
  return reader.take();
}

}  // namespace frontdesk::replay
