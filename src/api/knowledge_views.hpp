// Documents that the receptionist answers from, and what a question finds.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "rest/paging.hpp"
#include "store/documents/knowledge.hpp"

namespace frontdesk::api {

using json::Note;

inline constexpr std::size_t kLongestDocument = 100'000;  ///< characters
inline constexpr std::int64_t kMostPassages = 500;        ///< of all documents: each is compared with every question

struct DocumentBody {
  std::string title;
  std::string source;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(DocumentBody, (), (title, source, text))
constexpr auto about(const DocumentBody*) {
  return json::about(
      "DocumentText", "A text to answer from.", Note{.member = "title", .min_length = 1, .max_length = 200},
      Note{.member = "source",
           .text = "Where it is from: an address or a file's name.",
           .max_length = 500,
           .optional = true},
      Note{.member = "text",
           .text =
               "Plain text or Markdown: a heading (\"# Parking\") or a question above each paragraph, which is read "
               "to callers as it stands.",
           .min_length = 1,
           .max_length = kLongestDocument});
}

struct DocumentSummary {
  std::string id;
  std::string title;
  std::string source;
  std::int64_t bytes = 0;
  std::int64_t passages = 0;
  base::UtcTime created_at;
  base::UtcTime updated_at;
};
BOOST_DESCRIBE_STRUCT(DocumentSummary, (), (id, title, source, bytes, passages, created_at, updated_at))
constexpr auto about(const DocumentSummary*) {
  return json::about("DocumentSummary", "A document without its text.");
}

struct DocumentView : DocumentSummary {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(DocumentView, (DocumentSummary), (text))
constexpr auto about(const DocumentView*) {
  return json::about("Document", "A document, as it was cut into passages.");
}

struct DocumentsView {
  std::vector<DocumentSummary> documents;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(DocumentsView, (), (documents, next_cursor))
constexpr auto about(const DocumentsView*) {
  return json::about("Documents", "A page of documents, the newest first.");
}

struct DocumentsQuery {
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(DocumentsQuery, (), (limit, cursor))
constexpr auto about(const DocumentsQuery*) {
  return json::about("DocumentsQuery", "", rest::kLimitNote, rest::kCursorNote);
}

struct DocumentPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(DocumentPath, (), (id))
constexpr auto about(const DocumentPath*) {
  return json::about("DocumentPath", "", Note{.member = "id", .text = "Of the document.", .max_length = 100});
}

struct KnowledgeQuery {
  std::string q;
  std::int64_t limit = 5;
};
BOOST_DESCRIBE_STRUCT(KnowledgeQuery, (), (q, limit))
constexpr auto about(const KnowledgeQuery*) {
  return json::about(
      "KnowledgeQuery", "",
      Note{.member = "q", .text = "A question, as a caller would ask it.", .min_length = 1, .max_length = 500},
      Note{.member = "limit", .min = 1, .max = 50, .optional = true});
}

struct HitView {
  std::string source;
  std::string text;
  double score = 0;
  bool answers = false;
};
BOOST_DESCRIBE_STRUCT(HitView, (), (source, text, score, answers))
constexpr auto about(const HitView*) {
  return json::about("KnowledgeHit", "What a question comes near to.",
                     Note{.member = "source", .text = "faq:..., policy:..., policy:<document>.<passage>."},
                     Note{.member = "score", .text = "0 to 1, by meaning and words."},
                     Note{.member = "answers", .text = "Near enough to be said in a call."});
}

struct HitsView {
  std::vector<HitView> hits;
};
BOOST_DESCRIBE_STRUCT(HitsView, (), (hits))
constexpr auto about(const HitsView*) {
  return json::about("KnowledgeHits", "The nearest first.");
}

}  // namespace frontdesk::api
