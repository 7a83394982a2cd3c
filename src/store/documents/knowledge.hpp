// The documents that answers come from, in pieces small enough to quote, each with the embedding that finds it.
#pragma once
#include <array>

#include "store/table.hpp"

namespace frontdesk::documents {

enum class DocumentState { waiting, ready, failed };
inline std::span<const std::string_view> names_of(DocumentState) {
  static constexpr std::array<std::string_view, 3> kNames{"waiting", "ready", "failed"};
  return kNames;
}

struct Document {
  static constexpr std::string_view kTable = "knowledge_documents";
  static constexpr std::string_view kNoun = "document";

  std::string id;  ///< "doc_..."
  std::string organisation;
  std::string user;
  std::string title;
  std::string source;  ///< a URL, or a file's name
  std::string media_type;
  std::string sha256;
  std::int64_t bytes = 0;
  DocumentState state = DocumentState::waiting;
  std::string error;
  std::int64_t chunks = 0;
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("title", self.title);
    visit("source", self.source);
    visit("media_type", self.media_type);
    visit("sha256", self.sha256);
    visit("bytes", self.bytes);
    visit("state", self.state);
    visit("error", self.error);
    visit("chunks", self.chunks);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
};

using Embedding = std::vector<float>;

struct Chunk {
  std::string text;
  Embedding embedding;  ///< of any length but 0; empty: none yet
};

struct Hit {
  std::string document;
  std::int64_t place = 0;
  std::string text;
  double similarity = 0;  ///< cosine, -1 to 1
};

inline constexpr std::size_t kMostHits = 50;

class Knowledge : public store::Table<Document> {
 public:
  using Table::Table;
  /// All chunks of a document in place of those it had; the document is ready then. `model` says whose embeddings they
  /// are. not_found.
  base::Status set_chunks(const std::string& organisation, const std::string& document, const std::string& model,
                          const std::vector<Chunk>& chunks, base::UtcTime now);
  base::Result<std::vector<Chunk>> chunks(const std::string& organisation, const std::string& document) const;
  /// The document as it was written. not_found if there is no such document.
  base::Status set_original(const std::string& organisation, const std::string& document, const std::string& text);
  /// nullopt: it was kept in pieces only.
  base::Result<std::optional<std::string>> original(const std::string& organisation, const std::string& document) const;
  /// The `count` chunks nearest to `wanted` among those with embeddings of the model and of its dimension, the nearest
  /// first.
  base::Result<std::vector<Hit>> nearest(const std::string& organisation, const std::string& model,
                                         const Embedding& wanted, std::size_t count) const;

 private:
  base::Status texts_of(std::vector<Hit>& hits, const std::string& organisation) const;
};

/// 32-bit floats (IEEE 754), little endian, scaled to the length 1.
store::Blob bytes_of(const Embedding& embedding);
Embedding embedding_of(const store::Blob& bytes);

}  // namespace frontdesk::documents
