#include "conversation/reply.hpp"

#include <algorithm>

namespace frontdesk::conversation {
namespace {

bool settled(const Piece& piece) {
  return piece.state == Piece::State::heard || piece.state == Piece::State::cut || piece.state == Piece::State::failed;
}

void append(std::string& text, std::string_view more) {
  if (more.empty()) return;
  if (!text.empty()) text += ' ';
  text += more;
}

constexpr double kCharactersPerSecond = 15;  // of ordinary speech, where the real length is not known yet

/// The words of a piece that were played before the cut, assuming an even pace.
std::string_view heard_part(const Piece& piece) {
  if (piece.state == Piece::State::heard) return piece.text;
  if (piece.state != Piece::State::cut && piece.state != Piece::State::playing) return {};  // playing: by the clock
  const double pace = piece.length > base::Duration{0}
                          ? static_cast<double>(piece.text.size()) / base::to_seconds(piece.length)
                          : kCharactersPerSecond;
  const auto until = static_cast<std::size_t>(pace * base::to_seconds(piece.heard));
  if (until >= piece.text.size()) return piece.text;
  const auto space = std::string_view(piece.text).rfind(' ', until);
  return space == std::string_view::npos ? std::string_view{} : std::string_view(piece.text).substr(0, space);
}

}  // namespace

Piece* Reply::find(base::RequestId id) {
  const auto it = std::find_if(pieces.begin(), pieces.end(), [id](const Piece& piece) { return piece.id == id; });
  return it == pieces.end() ? nullptr : &*it;
}

const Piece* Reply::current() const {
  const auto it = std::find_if_not(pieces.begin(), pieces.end(), settled);
  return it == pieces.end() ? nullptr : &*it;
}

bool Reply::all_pieces_settled() const {
  return std::all_of(pieces.begin(), pieces.end(), settled);
}

std::string Reply::full_text() const {
  std::string text;
  for (const auto& piece : pieces) append(text, piece.text);
  return text;
}

std::string Reply::heard_text() const {
  std::string text;
  for (const auto& piece : pieces) append(text, heard_part(piece));
  return text;
}

bool Reply::got_across() const {
  return heard_text().size() * 2 >= full_text().size() && !pieces.empty();
}

bool Reply::nearly_said() const {
  return text_complete && heard_text().size() * 4 >= full_text().size() * 3 && !pieces.empty();
}

bool Reply::nothing_to_play() const {
  return std::all_of(pieces.begin(), pieces.end(),
                     [](const Piece& piece) { return piece.state == Piece::State::failed; });
}

}  // namespace frontdesk::conversation
