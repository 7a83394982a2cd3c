// Cuts a model's growing text into pieces to synthesise: the first one short, so that sound begins
// early, then whole sentences. Abbreviations, times and prices do not end a sentence.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::conversation {

class ClauseSplitter {
 public:
  /// Pieces that are complete now.
  std::vector<std::string> feed(std::string_view delta);
  /// The rest, at the end of the text. What is returned does not depend on how the text was cut into deltas.
  std::vector<std::string> finish();

 private:
  std::size_t next_cut() const;

  std::string pending_;
  bool first_ = true;
};

inline constexpr std::size_t kLongestPiece = 300;        ///< bytes; longer is cut at a space
inline constexpr std::size_t kShortestFirstClause = 12;  ///< a first clause shorter than this joins the next

}  // namespace frontdesk::conversation
