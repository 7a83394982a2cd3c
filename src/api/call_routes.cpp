#include "api/call_routes.hpp"

#include <cmath>

#include "api/auth_routes.hpp"
#include "api/call_queries.hpp"
#include "api/call_views.hpp"
#include "api/recording_file.hpp"
#include "base/clock.hpp"
#include "http/file.hpp"
#include "records/journals/journal_file.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using rest::May;
using OfCall = rest::Request<rest::Path<CallPath>>;

template <class T>
bool crossed(const std::optional<T>& low, const std::optional<T>& high) {
  return low && high && *low > *high;
}

std::optional<std::int64_t> milliseconds(const std::optional<double>& seconds) {
  return seconds ? std::optional<std::int64_t>(std::llround(*seconds * 1000)) : std::nullopt;
}

Answer<store::CallFilter> filter_of(const CallsQuery& query) {
  store::CallFilter filter;
  if (query.from) filter.from = query.from->time;
  if (query.to) filter.to = query.to->time;
  filter.caller = query.caller.value_or("");
  if (query.status) filter.status = static_cast<store::CallStatus>(*query.status);
  filter.min_duration_ms = milliseconds(query.min_duration);
  filter.max_duration_ms = milliseconds(query.max_duration);
  filter.min_confidence = query.min_confidence;
  filter.max_confidence = query.max_confidence;
  if (crossed(filter.from, filter.to))
    return tl::unexpected(rest::invalid_parameter("to", "it must not be before from"));
  if (crossed(filter.min_duration_ms, filter.max_duration_ms))
    return tl::unexpected(rest::invalid_parameter("max_duration", "it must not be less than min_duration"));
  if (crossed(filter.min_confidence, filter.max_confidence))
    return tl::unexpected(rest::invalid_parameter("max_confidence", "it must not be less than min_confidence"));
  return filter;
}

Answer<CallPageView> list_calls(const store::CallLog& log, const CallsQuery& query, const std::string& organisation) {
  auto filter = filter_of(query);
  if (!filter) return tl::unexpected(filter.error());
  filter->organisation = organisation;
  const auto place = rest::place_of(query, 1);
  if (!place) return tl::unexpected(place.error());
  const auto page = log.list(*filter, static_cast<int>(query.limit), place->empty() ? "" : place->front());
  if (!page) return tl::unexpected(page.error());
  auto view = page_of(*page);
  if (view.next_cursor) view.next_cursor = rest::next_cursor(query, {*view.next_cursor});
  return view;
}

Answer<CallView> show_call(const store::CallLog& log, const OfCall& request) {
  const auto call = log.call(request.path.id, request.principal.organisation);
  if (!call) return tl::unexpected(call.error());
  const auto turns = log.turns(call->id);
  if (!turns) return tl::unexpected(turns.error());
  const auto messages = log.messages(call->id, store::kMaxPage, request.principal.organisation);
  if (!messages) return tl::unexpected(messages.error());
  const auto consents = log.consents(call->id);
  if (!consents) return tl::unexpected(consents.error());
  return call_of(*call, *turns, *messages, *consents);
}

Answer<TranscriptView> show_transcript(const store::CallLog& log, const OfCall& request) {
  const auto call = log.call(request.path.id, request.principal.organisation);
  if (!call) return tl::unexpected(call.error());
  const auto turns = log.turns(call->id);
  if (!turns) return tl::unexpected(turns.error());
  return transcript_of(call->id, *turns);
}

Answer<DecisionsView> show_decisions(const CallSources& sources, const OfCall& request) {
  const auto call = sources.calls.call(request.path.id, request.principal.organisation);
  if (!call) return tl::unexpected(call.error());
  const rest::Problem gone(404, "the journal of this call is gone from the data folder");
  const auto path = http::path_below(sources.calls.data_folder(), call->journal);
  if (!path) return tl::unexpected(gone);
  const auto journal = journals::read(*path, sources.keys.get());
  if (!journal && journal.error().code == base::ErrorCode::not_found) return tl::unexpected(gone);
  if (!journal) return tl::unexpected(journal.error());
  return decisions_of(call->id, replay::decisions_of(*journal));
}

Answer<rest::Media> play_recording(const CallSources& sources, const OfCall& request) {
  const auto call = sources.calls.call(request.path.id, request.principal.organisation);
  if (!call) return tl::unexpected(call.error());
  if (call->recording.empty()) return tl::unexpected(rest::Problem(404, "this call was not recorded"));
  const auto path = http::path_below(sources.calls.data_folder(), call->recording);
  if (!path || !std::filesystem::is_regular_file(*path))
    return tl::unexpected(rest::Problem(404, "the recording of this call is gone from the data folder"));
  const auto recording = recording::open_recording(*path, sources.keys.get());
  if (!recording) return tl::unexpected(recording.error());
  auto response = http::file(recording_file(*recording, *path), (*recording)->content_type());
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  response.headers.push_back(
      {"Content-Disposition", "inline; filename=\"" + call->id + (*recording)->extension() + "\""});
  if (!(*recording)->complete()) response.headers.push_back({"X-Recording-Complete", "false"});
  return rest::Media{std::move(response)};
}

Answer<rest::Accepted<RecordingWish>> order_recording(const CallSources& sources, const OfCall& request,
                                                      RecordingOrder order) {
  const auto call = sources.calls.call(request.path.id, request.principal.organisation);
  if (!call) return tl::unexpected(call.error());
  const bool running = call->status == store::CallStatus::in_progress && sources.pause_recording;
  if (!running || !sources.pause_recording(call->id, order == RecordingOrder::pause))
    return tl::unexpected(rest::Problem(409, "the call is over"));
  return rest::Accepted<RecordingWish>{{call->id, order}};
}

const May kNoCall{404, "There is no such call."};

void add_reading(rest::Api& api, const CallSources& sources) {
  const auto* log = &sources.calls;
  const auto access = Access::needs(access::permission::kReadCalls);
  api.get("/api/calls/logs", {.id = "listCalls", .tag = "Calls", .access = access, .summary = "Calls, in pages"},
          [log](const rest::Request<rest::Query<CallsQuery>>& request) {
            return list_calls(*log, request.query, request.principal.organisation);
          });
  api.get(
      "/api/calls/{id}",
      {.id = "showCall", .tag = "Calls", .access = access, .summary = "One call with its turns", .fails = {kNoCall}},
      [log](const OfCall& request) { return show_call(*log, request); });
  api.get("/api/calls/{id}/transcript",
          {.id = "showTranscript",
           .tag = "Calls",
           .access = access,
           .summary = "What was said in a call",
           .fails = {kNoCall}},
          [log](const OfCall& request) { return show_transcript(*log, request); });
  api.get("/api/calls/{id}/decisions",
          {.id = "showDecisions",
           .tag = "Calls",
           .access = access,
           .summary = "What was decided in a call, and why",
           .fails = {{404, "There is no such call, or its journal is gone."}}},
          [sources](const OfCall& request) { return show_decisions(sources, request); });
}

void add_recording(rest::Api& api, const CallSources& sources) {
  api.get(
      "/api/calls/{id}/recording",
      {.id = "playRecording",
       .tag = "Calls",
       .access = Access::needs(access::permission::kReadCalls),
       .summary = "The recording of a call",
       .description = "Caller on the left, receptionist on the right. Takes Range. `X-Recording-Complete: false` says "
                      "that the call goes on.",
       .fails = {{206, "The part that Range asked for."},
                 {404, "There is no such call, or no recording of it."},
                 {416, "Range lies beyond the end."}},
       .media = {"audio/wav", "audio/ogg"}},
      [sources](const OfCall& request) { return play_recording(sources, request); });
  const auto control = Access::needs(access::permission::kControlCalls);
  const std::vector<May> fails{kNoCall, {409, "The call is over."}};
  api.post(
      "/api/calls/{id}/recording/pause",
      {.id = "pauseRecording", .tag = "Calls", .access = control, .summary = "Pause the recording", .fails = fails},
      [sources](const OfCall& request) { return order_recording(sources, request, RecordingOrder::pause); });
  api.post("/api/calls/{id}/recording/resume",
           {.id = "resumeRecording", .tag = "Calls", .access = control, .summary = "Go on recording", .fails = fails},
           [sources](const OfCall& request) { return order_recording(sources, request, RecordingOrder::resume); });
}

}  // namespace

void add_call_routes(rest::Api& api, const CallSources& sources) {
  add_reading(api, sources);
  add_recording(api, sources);
}

}  // namespace frontdesk::api
