// The model's pieces of words and how they become text (SentencePiece conventions: U+2581 stands for
// a space, <0x41> for one byte). https://github.com/google/sentencepiece
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace frontdesk::local_stt {

inline constexpr std::int64_t kBeginToken = 1;
inline constexpr std::int64_t kEndToken = 2;

class Vocabulary {
 public:
  /// One piece a line; the line number from 0 is the token.
  static base::Result<Vocabulary> load(const std::filesystem::path& path);
  explicit Vocabulary(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

  /// Valid UTF-8 without leading or trailing space. Control and unknown tokens are left out.
  std::string text(std::span<const std::int64_t> tokens) const;

 private:
  std::vector<std::string> pieces_;
};

/// True if the last pieces repeat one pattern so often that the model is stuck in a loop.
bool repeats_itself(std::span<const std::int64_t> tokens);

}  // namespace frontdesk::local_stt
