#include "api/api.hpp"

#include "api/call_json.hpp"
#include "api/call_query.hpp"
#include "api/health_json.hpp"
#include "api/recording_file.hpp"
#include "api/web_assets.hpp"
#include "http/file.hpp"

namespace frontdesk::api {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kLongestJournal = 32U << 20U;  // bytes read of one: days of talk

Response bad_parameter(const BadParameter& bad) {
  return http::problem(400, bad.name + ": " + bad.detail, bad.name);
}

/// Answers with `respond(call)` if the call of the path exists and the query is empty.
template <class Function>
Response with_call(const store::CallLog& log, const Request& request, Function respond) {
  if (const auto none = no_parameters(request.query); !none) return bad_parameter(none.error());
  const auto call = log.call(request.parameters.at("id"));
  if (!call) return http::problem(call.error());
  return respond(*call);
}

Response list_calls(const store::CallLog& log, const Request& request) {
  const auto query = parse_call_query(request.query);
  if (!query) return bad_parameter(query.error());
  const auto page = log.list(query->filter, query->limit, query->cursor);
  if (page) return http::json(calls_json(*page));
  if (page.error().code == base::ErrorCode::invalid_argument)
    return bad_parameter({"cursor", "write the next_cursor of the page before, or leave it out"});
  return http::problem(page.error());
}

Response show_call(const store::CallLog& log, const store::CallRow& call) {
  const auto turns = log.turns(call.id);
  if (!turns) return http::problem(turns.error());
  const auto messages = log.messages(call.id);
  if (!messages) return http::problem(messages.error());
  const auto consents = log.consents(call.id);
  if (!consents) return http::problem(consents.error());
  return http::json(call_json(call, *turns, *messages, nullptr, *consents));
}

Response show_transcript(const store::CallLog& log, const store::CallRow& call) {
  const auto turns = log.turns(call.id);
  if (!turns) return http::problem(turns.error());
  return http::json(transcript_json(call.id, *turns));
}

Response play_recording(const store::CallLog& log, const store::CallRow& call, const vault::KeyRing* keys) {
  if (call.recording.empty()) return http::problem(404, "this call was not recorded");
  const auto path = http::path_below(log.data_folder(), call.recording);
  if (!path || !std::filesystem::is_regular_file(*path))
    return http::problem(404, "the recording of this call is gone from the data folder");
  const auto recording = recording::open_recording(*path, keys);
  if (!recording) return http::problem(recording.error());
  auto response = http::file(recording_file(*recording, *path), (*recording)->content_type());
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  response.headers.push_back(
      {"Content-Disposition", "inline; filename=\"" + call.id + (*recording)->extension() + "\""});
  if (!(*recording)->complete()) response.headers.push_back({"X-Recording-Complete", "false"});
  return response;
}

Response pause_recording(const Sources& sources, const Request& request, bool paused) {
  return with_call(sources.calls, request, [&](const store::CallRow& call) {
    const bool running = call.status == store::CallStatus::in_progress && sources.pause_recording;
    if (!running || !sources.pause_recording(call.id, paused)) return http::problem(409, "the call is over");
    auto response = http::json(recording_wish_json(call.id, paused));
    response.status = 202;
    return response;
  });
}

Response show_decisions(const store::CallLog& log, const store::CallRow& call) {
  const auto file = http::open_below(log.data_folder(), call.journal);
  if (!file) return http::problem(404, "the journal of this call is gone from the data folder");
  const auto journal = (*file)->read(0, kLongestJournal);
  if (!journal) return http::problem(journal.error());
  return http::json(decisions_json(call.id, replay::decisions_of(*journal)));
}

Response list_messages(const store::CallLog& log, const Request& request) {
  const auto query = parse_message_query(request.query);
  if (!query) return bad_parameter(query.error());
  const auto messages = log.messages(query->call, query->limit);
  if (!messages) return http::problem(messages.error());
  return http::json(messages_json(*messages));
}

void add_page(http::Router& router) {
  for (const auto& asset : web_assets())
    router.add("GET", asset.path, [asset](const Request&) {
      auto response = http::text(std::string(asset.content), asset.content_type);
      response.headers.push_back({"ETag", std::string(asset.entity_tag)});
      response.headers.push_back({"Cache-Control", "no-cache"});
      return response;
    });
}

}  // namespace

http::Router routes(const Sources& sources) {
  const auto* log = &sources.calls;
  http::Router router;
  router.add("GET", "/api/calls/logs", [log](const Request& request) { return list_calls(*log, request); });
  router.add("GET", "/api/calls/{id}", [log](const Request& request) {
    return with_call(*log, request, [log](const store::CallRow& call) { return show_call(*log, call); });
  });
  router.add("GET", "/api/calls/{id}/transcript", [log](const Request& request) {
    return with_call(*log, request, [log](const store::CallRow& call) { return show_transcript(*log, call); });
  });
  router.add("GET", "/api/calls/{id}/decisions", [log](const Request& request) {
    return with_call(*log, request, [log](const store::CallRow& call) { return show_decisions(*log, call); });
  });
  router.add("GET", "/api/calls/{id}/recording", [log, keys = sources.keys](const Request& request) {
    return with_call(*log, request, [&](const store::CallRow& call) { return play_recording(*log, call, keys.get()); });
  });
  for (const bool paused : {true, false})
    router.add("POST", paused ? "/api/calls/{id}/recording/pause" : "/api/calls/{id}/recording/resume",
               [sources, paused](const Request& request) { return pause_recording(sources, request, paused); });
  router.add("GET", "/api/messages", [log](const Request& request) { return list_messages(*log, request); });
  router.add("GET", "/api/health", [health = sources.health](const Request& request) {
    if (const auto none = no_parameters(request.query); !none) return bad_parameter(none.error());
    return http::json(health_json(health()));
  });
  auto lines = sources.lines;
  lines.statuses = [health = sources.health] { return health().lines; };
  add_line_routes(router, lines);
  add_page(router);
  return router;
}

}  // namespace frontdesk::api
