#include "api/message_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/call_queries.hpp"
#include "api/call_views.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using OfMessage = rest::Request<rest::Path<MessagePath>>;

const rest::May kNoMessage{404, "There is no such message."};

std::string word(MessageState state) {
  return std::string(json::write(state).get_string());
}

Answer<MessagesView> list(const MessageSources& sources, const std::string& organisation, const MessagesQuery& query) {
  const auto place = rest::place_of(query, 2);
  if (!place) return tl::unexpected(place.error());
  const auto page = sources.calls.message_page(
      {organisation, query.call.value_or(""), query.status ? word(*query.status) : std::string()},
      static_cast<int>(query.limit), *place);
  if (!page) return tl::unexpected(page.error());
  auto view = messages_of(page->messages);
  if (!page->next.empty()) view.next_cursor = rest::next_cursor(query, page->next);
  return view;
}

base::Result<store::MessageRow> find(const MessageSources& sources, const OfMessage& request) {
  return sources.office->with_connection([&](store::Connection& connection) {
    return store::find_message(connection, sources.calls.words(), request.principal.organisation, request.path.id);
  });
}

audit::Entry entry_of(const rest::Common& request, std::string action, const std::string& id, const std::string& before,
                      const std::string& after) {
  return {accounts::actor_of(request.principal, visitor_of(*request.raw)),
          std::move(action),
          id,
          {{"status", before, after}}};
}

Answer<MessageView> mark(const MessageSources& sources, const rest::Common& request, const std::string& id,
                         MessageState state) {
  const auto& organisation = request.principal.organisation;
  const auto marked = sources.office->change(
      base::wall_now(), [&](store::Connection& connection, audit::Trail& trail) -> base::Result<store::MessageRow> {
        auto message = store::find_message(connection, sources.calls.words(), organisation, id);
        if (!message || message->status == word(state)) return message;
        trail.add(entry_of(request, "message.marked", id, message->status, word(state)));
        message->status = word(state);
        if (auto set = store::set_message_status(connection, organisation, id, message->status); !set)
          return tl::unexpected(set.error());
        return message;
      });
  if (!marked) return tl::unexpected(marked.error());
  return message_of(*marked);
}

Answer<rest::NoContent> remove(const MessageSources& sources, const rest::Common& request, const std::string& id) {
  const auto removed =
      sources.office->change(base::wall_now(), [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
        const auto message = store::find_message(connection, sources.calls.words(), request.principal.organisation, id);
        if (!message) return tl::unexpected(message.error());
        trail.add(entry_of(request, "message.deleted", id, message->status, ""));
        return store::remove_message(connection, request.principal.organisation, id);
      });
  if (!removed) return tl::unexpected(removed.error());
  return rest::NoContent{};
}

void add_changing(rest::Api& api, const MessageSources& sources) {
  const auto write = Access::needs(access::permission::kWriteMessages);
  api.patch(
      "/api/messages/{id}",
      {.id = "markMessage", .tag = "Messages", .access = write, .summary = "Mark a message", .fails = {kNoMessage}},
      [sources](const rest::Request<rest::Path<MessagePath>, rest::Body<MessageChange>>& request) {
        return mark(sources, request, request.path.id, request.body.status);
      });
  api.remove(
      "/api/messages/{id}",
      {.id = "deleteMessage", .tag = "Messages", .access = write, .summary = "Delete a message", .fails = {kNoMessage}},
      [sources](const OfMessage& request) { return remove(sources, request, request.path.id); });
}

}  // namespace

void add_message_routes(rest::Api& api, MessageSources sources) {
  const auto read = Access::needs(access::permission::kReadMessages);
  api.get("/api/messages",
          {.id = "listMessages", .tag = "Messages", .access = read, .summary = "Messages that callers left, in pages"},
          [sources](const rest::Request<rest::Query<MessagesQuery>>& request) {
            return list(sources, request.principal.organisation, request.query);
          });
  if (!sources.office) return;
  api.get("/api/messages/{id}",
          {.id = "showMessage", .tag = "Messages", .access = read, .summary = "One message", .fails = {kNoMessage}},
          [sources](const OfMessage& request) -> Answer<MessageView> {
            const auto message = find(sources, request);
            if (!message) return tl::unexpected(message.error());
            return message_of(*message);
          });
  add_changing(api, sources);
}

}  // namespace frontdesk::api
