#include "store/backup/manifest.hpp"

#include <algorithm>
#include <charconv>

#include "store/backup/file_copy.hpp"

namespace frontdesk::backup {
namespace {

constexpr std::string_view kFirstLine = "frontdesk backup 1\n";
constexpr std::size_t kDigestLength = 64;

tl::unexpected<base::Error> damaged(const std::string& how) {
  return base::fail(base::ErrorCode::data_loss, "backup", "the backup's manifest " + how + ": use another backup");
}

/// The text up to `end`, which goes too.
std::string_view cut(std::string_view& text, char end) {
  const auto at = std::min(text.find(end), text.size());
  const auto part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.find_first_of(std::string_view("\n\r\\\0", 4)) != std::string_view::npos) return false;
  while (true) {
    const auto slash = path.find('/');
    const auto name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string to_text(const Manifest& manifest) {
  std::string text(kFirstLine);
  text += "made " + std::to_string(manifest.made_at.unix_ms) + "\n";
  for (const auto& entry : manifest.entries)
    text += entry.sha256 + " " + std::to_string(entry.bytes) + " " + entry.path + "\n";
  return text + "end " + sha256_of(text) + "\n";
}

base::Result<Manifest> read_manifest(std::string_view text) {
  if (!text.starts_with(kFirstLine)) return damaged("is none");
  const auto last = text.rfind("end ");
  if (last == std::string_view::npos || text.substr(last) != "end " + sha256_of(text.substr(0, last)) + "\n")
    return damaged("was cut off or changed");
  auto lines = text.substr(kFirstLine.size(), last - kFirstLine.size());
  Manifest manifest;
  auto made = cut(lines, '\n');
  if (cut(made, ' ') != "made" || !read_number(made, manifest.made_at.unix_ms)) return damaged("has no time");
  while (!lines.empty()) {
    auto line = cut(lines, '\n');
    Entry entry;
    entry.sha256 = cut(line, ' ');
    const bool sized = read_number(cut(line, ' '), entry.bytes);
    entry.path = line;
    if (!sized || entry.sha256.size() != kDigestLength || !is_safe_path(entry.path))
      return damaged("has a strange line");
    manifest.entries.push_back(std::move(entry));
  }
  return manifest;
}

}  // namespace frontdesk::backup
