#include "blobs/blob_store.hpp"

#include <algorithm>

namespace frontdesk::blobs {
namespace {

constexpr std::size_t kLongestSegment = 200;

bool valid_segment(std::string_view segment) {
  if (segment.empty() || segment.size() > kLongestSegment || segment.front() == '.') return false;
  return std::all_of(segment.begin(), segment.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.=+@").find(c) != std::string_view::npos;
  });
}

}  // namespace

bool valid_key(std::string_view key) {
  if (key.empty() || key.size() > kLongestKey) return false;
  for (std::size_t at = 0; at <= key.size();) {
    const auto slash = std::min(key.find('/', at), key.size());
    if (!valid_segment(key.substr(at, slash - at))) return false;
    at = slash + 1;
  }
  return true;
}

base::Status check_key(std::string_view key) {
  if (valid_key(key)) return {};
  return base::fail(
      base::ErrorCode::invalid_argument, "blobs",
      "the key is not one: write names of letters, digits and -_.=+@ with / between, none beginning with a dot");
}

base::Result<std::string> TextSource::read(std::size_t room) {
  auto piece = text_.substr(at_, room);
  at_ += piece.size();
  return piece;
}

base::Result<std::string> read_fully(Source& source, std::size_t room) {
  std::string out;
  while (out.size() < room) {
    auto piece = source.read(room - out.size());
    if (!piece) return piece;
    if (piece->empty()) break;
    out += *piece;
  }
  return out;
}

}  // namespace frontdesk::blobs
