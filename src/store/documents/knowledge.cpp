#include "store/documents/knowledge.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace frontdesk::documents {
namespace {

static_assert(std::endian::native == std::endian::little, "embeddings are stored as this machine has them");

Embedding unit(Embedding embedding) {
  double square = 0;
  for (const float each : embedding) square += static_cast<double>(each) * static_cast<double>(each);
  if (square <= 0) return embedding;
  const auto scale = static_cast<float>(1 / std::sqrt(square));
  for (float& each : embedding) each *= scale;
  return embedding;
}

/// Of two of length 1; several sums at once, so that the compiler can vectorise them.
double cosine(const float* a, const float* b, std::size_t dimension) {
  constexpr std::size_t kLanes = 8;
  std::array<float, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= dimension; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  float sum = 0;
  for (; i < dimension; ++i) sum += a[i] * b[i];
  for (const float each : sums) sum += each;
  return static_cast<double>(sum);
}

bool nearer(const Hit& a, const Hit& b) {
  return a.similarity > b.similarity;
}

/// Keeps the `count` nearest, as a heap with the farthest at the front.
void offer(std::vector<Hit>& nearest, std::size_t count, Hit hit) {
  if (nearest.size() == count) {
    if (!nearer(hit, nearest.front())) return;
    std::pop_heap(nearest.begin(), nearest.end(), nearer);
    nearest.pop_back();
  }
  nearest.push_back(std::move(hit));
  std::push_heap(nearest.begin(), nearest.end(), nearer);
}

}  // namespace

store::Blob bytes_of(const Embedding& embedding) {
  const auto scaled = unit(embedding);
  store::Blob bytes(scaled.size() * sizeof(float));
  if (!bytes.empty()) std::memcpy(bytes.data(), scaled.data(), bytes.size());
  return bytes;
}

Embedding embedding_of(const store::Blob& bytes) {
  Embedding embedding(bytes.size() / sizeof(float));
  if (!embedding.empty()) std::memcpy(embedding.data(), bytes.data(), embedding.size() * sizeof(float));
  return embedding;
}

base::Status Knowledge::set_chunks(const std::string& organisation, const std::string& document,
                                   const std::string& model, const std::vector<Chunk>& chunks, base::UtcTime now) {
  return connection_.transaction([&]() -> base::Status {
    const auto marked = connection_.write(
        "UPDATE knowledge_documents SET state = 'ready', error = '', chunks = ?, updated_at = ? WHERE organisation = ? "
        "AND id = ?",
        {static_cast<std::int64_t>(chunks.size()), now.unix_ms, organisation, document});
    if (auto done = changed_one(marked, store::no_such(Document::kNoun)); !done) return done;
    if (auto done = connection_.write("DELETE FROM knowledge_chunks WHERE document = ?", {document}); !done)
      return done;
    std::int64_t place = 0;
    for (const auto& chunk : chunks) {
      const auto done = connection_.write(
          "INSERT INTO knowledge_chunks (document, place, organisation, text, model, embedding) VALUES (?, ?, ?, ?, ?, "
          "?)",
          {document, place++, organisation, chunk.text, chunk.embedding.empty() ? std::string() : model,
           bytes_of(chunk.embedding)});
      if (!done) return done;
    }
    return {};
  });
}

base::Result<std::vector<Chunk>> Knowledge::chunks(const std::string& organisation, const std::string& document) const {
  const auto rows = connection_.run(
      "SELECT text, embedding FROM knowledge_chunks WHERE organisation = ? AND document = ? ORDER BY place",
      {organisation, document});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Chunk> chunks;
  for (const auto& row : *rows) chunks.push_back({row.text(0), embedding_of(row.bytes(1))});
  return chunks;
}

base::Status Knowledge::set_original(const std::string& organisation, const std::string& document,
                                     const std::string& text) {
  return connection_.transaction([&]() -> base::Status {
    if (const auto found = find(organisation, document); !found) return tl::unexpected(found.error());
    return connection_.write(
        "INSERT INTO knowledge_originals (document, organisation, text) VALUES (?, ?, ?) ON CONFLICT (document) DO "
        "UPDATE SET text = excluded.text",
        {document, organisation, text});
  });
}

base::Result<std::optional<std::string>> Knowledge::original(const std::string& organisation,
                                                             const std::string& document) const {
  const auto rows = connection_.run("SELECT text FROM knowledge_originals WHERE organisation = ? AND document = ?",
                                    {organisation, document});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return std::optional<std::string>();
  return std::optional(rows->front().text(0));
}

base::Result<std::vector<Hit>> Knowledge::nearest(const std::string& organisation, const std::string& model,
                                                  const Embedding& wanted, std::size_t count) const {
  const auto query = unit(wanted);
  count = std::clamp<std::size_t>(count, 1, kMostHits);
  std::vector<Hit> hits;
  std::string document;
  std::int64_t place = -1;
  while (true) {
    const auto rows = connection_.run(
        "SELECT document, place, embedding FROM knowledge_chunks WHERE organisation = ? AND model = ? AND (document, "
        "place) > (?, ?) ORDER BY document, place LIMIT ?",
        {organisation, model, document, place, static_cast<std::int64_t>(store::kMaxRows)});
    if (!rows) return tl::unexpected(rows.error());
    for (const auto& row : *rows) {
      const auto embedding = embedding_of(row.bytes(2));
      if (embedding.size() != query.size() || embedding.empty()) continue;
      offer(hits, count, {row.text(0), row.integer(1), {}, cosine(embedding.data(), query.data(), query.size())});
    }
    if (rows->size() < store::kMaxRows) break;
    document = rows->back().text(0);
    place = rows->back().integer(1);
  }
  std::sort_heap(hits.begin(), hits.end(), nearer);
  if (auto done = texts_of(hits, organisation); !done) return tl::unexpected(done.error());
  return hits;
}

base::Status Knowledge::texts_of(std::vector<Hit>& hits, const std::string& organisation) const {
  for (auto& hit : hits) {
    const auto rows =
        connection_.run("SELECT text FROM knowledge_chunks WHERE document = ? AND place = ? AND organisation = ?",
                        {hit.document, hit.place, organisation});
    if (!rows) return tl::unexpected(rows.error());
    if (!rows->empty()) hit.text = rows->front().text(0);
  }
  return {};
}

}  // namespace frontdesk::documents
