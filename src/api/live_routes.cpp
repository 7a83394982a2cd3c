#include "api/live_routes.hpp"

#include "api/live_views.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;

/// A withheld number is null.
std::optional<base::Pii<std::string>> known(const base::Pii<std::string>& number) {
  if (number.expose().empty()) return std::nullopt;
  return number;
}

}  // namespace

LiveCall view_of(const board::Shown& call) {
  LiveCall view;
  view.call_id = call.rang.call;
  view.status = call.status == board::Status::ringing ? LiveStatus::ringing : LiveStatus::active;
  view.speaking = call.speaking == board::Speaking::caller         ? LiveSpeaking::caller
                  : call.speaking == board::Speaking::receptionist ? LiveSpeaking::receptionist
                                                                   : LiveSpeaking::nobody;
  view.caller = known(call.rang.caller);
  view.caller_name = known(call.rang.caller_name);
  view.line = call.rang.line;
  view.called = call.rang.called;
  view.started_at = call.rang.at;
  view.answered_at = call.answered;
  view.listeners = call.listeners;
  for (const auto& line : call.lines)
    view.transcript.push_back({line.speaker == board::Speaker::caller ? LiveSpeaker::caller : LiveSpeaker::receptionist,
                               line.text, line.interrupted, line.at});
  return view;
}

void add_live_routes(rest::Api& api, LiveSources sources) {
  api.get("/api/calls/live",
          {.id = "listLiveCalls",
           .tag = "Calls",
           .access = Access::needs(access::permission::kReadCalls),
           .summary = "The calls that go on",
           .description = "What a WebSocket at `/ws` is told first; it then tells what changes."},
          [running = sources.running](const rest::Request<>& request) -> Answer<LiveCalls> {
            LiveCalls answer;
            if (running)
              for (const auto& call : running(request.principal.organisation)) answer.calls.push_back(view_of(call));
            return answer;
          });
  api.post("/api/live/tickets",
           {.id = "makeLiveTicket",
            .tag = "Calls",
            .access = Access::needs(access::permission::kReadCalls),
            .summary = "A ticket for one WebSocket",
            .description = "For pages, which cannot set headers on WebSockets: connect to `/ws?ticket=...` within half "
                           "a minute. The WebSocket may do what whoever asks here may."},
           [sources](const rest::Request<>& request) -> Answer<LiveTicket> {
             if (!sources.ticket) return tl::unexpected(rest::Problem(503, "there are no WebSockets here"));
             const auto ticket = sources.ticket(request.principal);
             if (!ticket) return tl::unexpected(rest::Problem(ticket.error()));
             return LiveTicket{*ticket, base::to_ms(sources.ticket_good_for) / 1000};
           });
}

}  // namespace frontdesk::api
