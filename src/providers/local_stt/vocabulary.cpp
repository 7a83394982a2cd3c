#include "providers/local_stt/vocabulary.hpp"

#include <charconv>
#include <fstream>

namespace frontdesk::local_stt {
namespace {

constexpr std::int64_t kFirstRealToken = 3;  // after <unk>, <s>, </s>
constexpr std::string_view kSpaceMark = "\xe2\x96\x81";
constexpr std::size_t kPieces = 32000;
constexpr std::size_t kLongestPattern = 8;
constexpr std::size_t kRepeats = 5;

/// The byte that a piece like <0x0A> stands for, or -1.
int byte_of(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>') return -1;
  int value = -1;
  const auto* end = piece.data() + 5;
  return std::from_chars(piece.data() + 3, end, value, 16).ptr == end ? value : -1;
}

std::size_t utf8_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

/// Drops bytes that do not belong to a whole character: byte pieces may come alone.
std::string valid_utf8(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = utf8_length(static_cast<unsigned char>(text[at]));
    bool whole = length > 0 && at + length <= text.size();
    for (std::size_t i = 1; whole && i < length; ++i) whole = (static_cast<unsigned char>(text[at + i]) & 0xc0) == 0x80;
    if (whole) out += text.substr(at, length);
    at += whole ? length : 1;
  }
  return out;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \n\t");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \n\t") - first + 1));
}

}  // namespace

base::Result<Vocabulary> Vocabulary::load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> pieces;
  for (std::string line; std::getline(file, line);) pieces.push_back(line);
  if (pieces.size() != kPieces) {
    return base::fail(base::ErrorCode::data_loss, "stt.moonshine",
                      path.string() + " does not hold " + std::to_string(kPieces) + " lines: run ./dev setup");
  }
  return Vocabulary(std::move(pieces));
}

std::string Vocabulary::text(std::span<const std::int64_t> tokens) const {
  std::string joined;
  for (const auto token : tokens) {
    if (token < kFirstRealToken || token >= static_cast<std::int64_t>(pieces_.size())) continue;
    std::string_view piece = pieces_[static_cast<std::size_t>(token)];
    if (const int byte = byte_of(piece); byte >= 0) {
      joined += static_cast<char>(byte);
      continue;
    }
    for (auto mark = piece.find(kSpaceMark); mark != std::string_view::npos; mark = piece.find(kSpaceMark)) {
      joined += piece.substr(0, mark);
      joined += ' ';
      piece.remove_prefix(mark + kSpaceMark.size());
    }
    joined += piece;
  }
  return trimmed(valid_utf8(joined));
}

bool repeats_itself(std::span<const std::int64_t> tokens) {
  for (std::size_t length = 1; length <= kLongestPattern && length * kRepeats <= tokens.size(); ++length) {
    const auto tail = tokens.last(length * kRepeats);
    bool same = true;
    for (std::size_t i = length; same && i < tail.size(); ++i) same = tail[i] == tail[i - length];
    // Digits do repeat: "nought nought nought" is not a loop until it is very long.
    if (same && (length > 1 || tokens.size() >= 3 * kRepeats)) return true;
  }
  return false;
}

}  // namespace frontdesk::local_stt
