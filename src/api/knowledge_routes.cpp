#include "api/knowledge_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/knowledge_views.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "reception/knowledge/passages.hpp"
#include "rest/protocol/entity_tag.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {
namespace {

using documents::Document;
using documents::Knowledge;
using rest::Access;
using rest::Answer;
using rest::Created;
using rest::May;
using rest::Tagged;
using Shared = std::shared_ptr<const ReceptionistSources>;
using OfDocument = rest::Request<rest::Path<DocumentPath>>;

constexpr const char* kTag = "Knowledge";
constexpr std::size_t kLargestBody = 4 * kLongestDocument + 4096;  // bytes of UTF-8
const May kNoDocument{404, "There is no such document."};
const May kConflict{412, "Somebody else has changed it meanwhile."};
const May kElsewhere{409, "Calls are not answered for your organisation here, or there are too many documents."};

struct Saved {
  Document document;
  std::string text;
};

DocumentSummary summary_of(const Document& each) {
  return {each.id, each.title, each.source, each.bytes, each.chunks, each.created_at, each.updated_at};
}

DocumentView view_of(const Saved& saved) {
  DocumentView view;
  static_cast<DocumentSummary&>(view) = summary_of(saved.document);
  view.text = saved.text;
  return view;
}

std::string tag_of(const Document& document) {
  return protocol::entity_tag(document.id + "." + std::to_string(document.version));
}

/// A passage as text that is cut into the same passage again.
std::vector<documents::Chunk> chunks_of(const std::string& text) {
  std::vector<documents::Chunk> chunks;
  for (const auto& passage : knowledge::passages(text))
    chunks.push_back({(passage.heading.empty() ? "" : "# " + passage.heading + "\n") + passage.text, {}});
  return chunks;
}

base::Result<Saved> find(store::Connection& connection, const std::string& organisation, const std::string& id) {
  const Knowledge knowledge(connection);
  auto document = knowledge.find(organisation, id);
  if (!document) return tl::unexpected(document.error());
  auto original = knowledge.original(organisation, id);
  if (!original) return tl::unexpected(original.error());
  if (*original) return Saved{std::move(*document), std::move(**original)};
  const auto chunks = knowledge.chunks(organisation, id);
  if (!chunks) return tl::unexpected(chunks.error());
  Saved saved{std::move(*document), {}};
  for (const auto& chunk : *chunks) saved.text += (saved.text.empty() ? "" : "\n\n") + chunk.text;
  return saved;
}

/// Without the one that is replaced.
base::Status has_room(Knowledge& knowledge, const std::string& organisation, const std::string& replaced,
                      std::size_t passages) {
  const auto all = knowledge.list(organisation, store::kLongestList);
  if (!all) return tl::unexpected(all.error());
  auto sum = static_cast<std::int64_t>(passages);
  std::size_t count = 1;
  for (const auto& each : all->rows) {
    if (each.id == replaced) continue;
    sum += each.chunks;
    ++count;
  }
  if (sum <= kMostPassages && count <= static_cast<std::size_t>(store::kLongestList)) return {};
  return base::fail(base::ErrorCode::failed_precondition, "knowledge",
                    "there is room for " + std::to_string(kMostPassages) + " passages in " +
                        std::to_string(store::kLongestList) + " documents: shorten or delete some");
}

void describe(Document& document, const DocumentBody& body, base::UtcTime now) {
  document.title = body.title;
  document.source = body.source;
  document.media_type = "text/markdown";
  document.sha256 = crypto::hex(crypto::sha256(body.text));
  document.bytes = static_cast<std::int64_t>(body.text.size());
  document.updated_at = now;
}

base::Status set_text(Knowledge& knowledge, const Document& document, const std::string& text,
                      const std::vector<documents::Chunk>& chunks, base::UtcTime now) {
  if (auto set = knowledge.set_chunks(document.organisation, document.id, "", chunks, now); !set) return set;
  return knowledge.set_original(document.organisation, document.id, text);
}

/// The answer of a change that was tried, with what went wrong before or in the database.
class Change {
 public:
  Change(const ReceptionistSources& sources, const rest::Common& request) : sources_(sources), request_(request) {}

  /// `work(knowledge, now, trail)` returns base::Result<std::string>: the document's id.
  template <class Work>
  Answer<Saved> run(Work work) {
    if (request_.principal.organisation != store::kLocalOrganisation)
      return tl::unexpected(rest::Problem(409, "calls are not answered for your organisation here"));
    const auto now = base::wall_now();
    auto saved =
        sources_.office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Saved> {
          problem_.reset();
          Knowledge knowledge(connection);
          const auto id = work(knowledge, now, trail);
          if (!id) return tl::unexpected(id.error());
          if (id->empty()) return Saved{};
          return find(connection, request_.principal.organisation, *id);
        });
    if (problem_) return tl::unexpected(*problem_);
    if (!saved && saved.error().code == base::ErrorCode::failed_precondition)
      return tl::unexpected(rest::Problem(409, saved.error().message));
    if (!saved) return tl::unexpected(saved.error());
    if (sources_.settings_changed)
      if (const auto taken = sources_.settings_changed(); !taken)
        return tl::unexpected(rest::Problem(503, "it is saved, but not in force yet: " + taken.error().message));
    return std::move(*saved);
  }
  base::Status expects(const Document& document) {
    if (auto seen = request_.expects(tag_of(document)); !seen) {
      problem_ = seen.error();
      return base::fail(base::ErrorCode::aborted, "knowledge", "another version was seen");
    }
    return {};
  }
  audit::Entry entry(std::string action, const std::string& id, const std::string& before,
                     const std::string& after) const {
    return {accounts::actor_of(request_.principal, visitor_of(*request_.raw)),
            std::move(action),
            id,
            {{"title", before, after}}};
  }

 private:
  const ReceptionistSources& sources_;
  const rest::Common& request_;
  std::optional<rest::Problem> problem_;
};

Answer<std::vector<documents::Chunk>> passages_of(const DocumentBody& body) {
  auto chunks = chunks_of(body.text);
  if (!chunks.empty()) return chunks;
  rest::Problem problem(422, "there is nothing to answer from", "validation");
  problem.errors.push_back({"/text", {}, "write at least a sentence"});
  return tl::unexpected(std::move(problem));
}

Answer<Created<DocumentView>> create(const ReceptionistSources& sources, const rest::Common& request,
                                     const DocumentBody& body) {
  const auto chunks = passages_of(body);
  if (!chunks) return tl::unexpected(chunks.error());
  Change change(sources, request);
  const auto& organisation = request.principal.organisation;
  const auto saved =
      change.run([&](Knowledge& knowledge, base::UtcTime now, audit::Trail& trail) -> base::Result<std::string> {
        if (auto room = has_room(knowledge, organisation, {}, chunks->size()); !room)
          return tl::unexpected(room.error());
        Document document;
        document.id = base::new_id("doc");
        document.organisation = organisation;
        document.user = request.principal.id;
        document.created_at = now;
        describe(document, body, now);
        if (auto added = knowledge.add(document); !added) return tl::unexpected(added.error());
        if (auto set = set_text(knowledge, document, body.text, *chunks, now); !set) return tl::unexpected(set.error());
        trail.add(change.entry("knowledge.document_added", document.id, "", document.title));
        return document.id;
      });
  if (!saved) return tl::unexpected(saved.error());
  return Created<DocumentView>{view_of(*saved), "/api/knowledge/documents/" + saved->document.id,
                               tag_of(saved->document)};
}

Answer<Tagged<DocumentView>> replace(const ReceptionistSources& sources, const rest::Common& request,
                                     const std::string& id, const DocumentBody& body) {
  const auto chunks = passages_of(body);
  if (!chunks) return tl::unexpected(chunks.error());
  Change change(sources, request);
  const auto& organisation = request.principal.organisation;
  const auto saved =
      change.run([&](Knowledge& knowledge, base::UtcTime now, audit::Trail& trail) -> base::Result<std::string> {
        auto document = knowledge.find(organisation, id);
        if (!document) return tl::unexpected(document.error());
        if (auto seen = change.expects(*document); !seen) return tl::unexpected(seen.error());
        if (auto room = has_room(knowledge, organisation, id, chunks->size()); !room)
          return tl::unexpected(room.error());
        trail.add(change.entry("knowledge.document_changed", id, document->title, body.title));
        describe(*document, body, now);
        if (auto replaced = knowledge.replace(*document); !replaced) return tl::unexpected(replaced.error());
        if (auto set = set_text(knowledge, *document, body.text, *chunks, now); !set)
          return tl::unexpected(set.error());
        return id;
      });
  if (!saved) return tl::unexpected(saved.error());
  return Tagged<DocumentView>{view_of(*saved), tag_of(saved->document)};
}

Answer<rest::NoContent> remove(const ReceptionistSources& sources, const rest::Common& request, const std::string& id) {
  Change change(sources, request);
  const auto& organisation = request.principal.organisation;
  const auto done =
      change.run([&](Knowledge& knowledge, base::UtcTime, audit::Trail& trail) -> base::Result<std::string> {
        const auto document = knowledge.find(organisation, id);
        if (!document) return tl::unexpected(document.error());
        if (auto seen = change.expects(*document); !seen) return tl::unexpected(seen.error());
        if (auto removed = knowledge.remove(organisation, id); !removed) return tl::unexpected(removed.error());
        trail.add(change.entry("knowledge.document_deleted", id, document->title, ""));
        return std::string();
      });
  if (!done) return tl::unexpected(done.error());
  return rest::NoContent{};
}

Answer<DocumentsView> list(const ReceptionistSources& sources, const access::Principal& who,
                           const DocumentsQuery& query) {
  const auto place = rest::place_of(query, 1);
  if (!place) return tl::unexpected(place.error());
  const auto page = sources.office.with_connection([&](store::Connection& connection) {
    return Knowledge(connection)
        .list(who.organisation, static_cast<int>(query.limit), place->empty() ? "" : place->front());
  });
  if (!page) return tl::unexpected(page.error());
  DocumentsView view;
  for (const auto& each : page->rows) view.documents.push_back(summary_of(each));
  if (!page->next.empty()) view.next_cursor = rest::next_cursor(query, {page->next});
  return view;
}

Answer<HitsView> search(const ReceptionistSources& sources, const access::Principal& who, const KnowledgeQuery& query) {
  HitsView view;
  if (who.organisation != store::kLocalOrganisation) return view;  // it has no calls answered here
  const auto found = sources.desk.search(query.q, static_cast<std::size_t>(query.limit));
  if (!found) return tl::unexpected(found.error());
  for (const auto& each : *found) view.hits.push_back({each.source, each.text, each.score, each.answers});
  return view;
}

void add_reading(rest::Api& api, const Shared& shared) {
  const auto read = Access::needs(access::permission::kReadReceptionist);
  api.get("/api/knowledge/documents",
          {.id = "listDocuments", .tag = kTag, .access = read, .summary = "The documents, in pages"},
          [shared](const rest::Request<rest::Query<DocumentsQuery>>& request) {
            return list(*shared, request.principal, request.query);
          });
  api.get("/api/knowledge/documents/{id}",
          {.id = "showDocument", .tag = kTag, .access = read, .summary = "One document", .fails = {kNoDocument}},
          [shared](const OfDocument& request) -> Answer<Tagged<DocumentView>> {
            const auto saved = shared->office.with_connection([&](store::Connection& connection) {
              return find(connection, request.principal.organisation, request.path.id);
            });
            if (!saved) return tl::unexpected(saved.error());
            return Tagged<DocumentView>{view_of(*saved), tag_of(saved->document)};
          });
  api.get("/api/knowledge/search",
          {.id = "searchKnowledge",
           .tag = kTag,
           .access = read,
           .summary = "What a question would be answered with",
           .description = "Searches the questions, rules and documents in force, as in a call."},
          [shared](const rest::Request<rest::Query<KnowledgeQuery>>& request) {
            return search(*shared, request.principal, request.query);
          });
}

void add_writing(rest::Api& api, const Shared& shared) {
  const auto write = Access::needs(access::permission::kWriteReceptionist);
  api.post("/api/knowledge/documents",
           {.id = "addDocument",
            .tag = kTag,
            .access = write,
            .summary = "Add a document",
            .description = "New callers are answered from it at once.",
            .fails = {kElsewhere},
            .body_bytes = kLargestBody,
            .keyed = true},
           [shared](const rest::Request<rest::Body<DocumentBody>>& request) {
             return create(*shared, request, request.body);
           });
  api.put("/api/knowledge/documents/{id}",
          {.id = "replaceDocument",
           .tag = kTag,
           .access = write,
           .summary = "Replace a document",
           .fails = {kNoDocument, kConflict, kElsewhere},
           .body_bytes = kLargestBody,
           .conditional = true},
          [shared](const rest::Request<rest::Path<DocumentPath>, rest::Body<DocumentBody>>& request) {
            return replace(*shared, request, request.path.id, request.body);
          });
  api.remove("/api/knowledge/documents/{id}",
             {.id = "deleteDocument",
              .tag = kTag,
              .access = write,
              .summary = "Delete a document",
              .fails = {kNoDocument, kConflict, kElsewhere},
              .conditional = true},
             [shared](const OfDocument& request) { return remove(*shared, request, request.path.id); });
}

}  // namespace

void add_knowledge_routes(rest::Api& api, ReceptionistSources sources) {
  const auto shared = std::make_shared<const ReceptionistSources>(std::move(sources));
  add_reading(api, shared);
  add_writing(api, shared);
}

}  // namespace frontdesk::api
