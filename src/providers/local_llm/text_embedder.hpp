// Sentence meanings as vectors: the Universal Sentence Encoder Lite for English (Cer et al. 2018,
// arXiv:1803.11175; SentencePiece vocabulary of 8000, two transformer layers), in plain C++.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace frontdesk::local_llm {

inline constexpr int kEmbeddingSize = 512;

/// Unit length; dot() of two is their cosine.
using Embedding = std::vector<float>;

float dot(std::span<const float> a, std::span<const float> b);

/// Immutable once loaded: any number of threads may embed.
class TextEmbedder {
 public:
  /// `directory` holds weights.bin, manifest.tsv and vocab.tsv as scripts/models writes them.
  /// Errors: not_found, data_loss, each naming the file and the command that repairs it.
  static base::Result<std::shared_ptr<const TextEmbedder>> load(const std::string& directory);
  ~TextEmbedder();

  Embedding embed(std::string_view text) const;
  /// SentencePiece ids, at most 128.
  std::vector<int> tokens(std::string_view text) const;

 private:
  struct Model;
  explicit TextEmbedder(std::unique_ptr<const Model> model);
  std::unique_ptr<const Model> model_;
};

}  // namespace frontdesk::local_llm
