#include "api/call_control_routes.hpp"

#include "accounts/users.hpp"
#include "api/auth_routes.hpp"
#include "api/call_control_views.hpp"
#include "api/call_queries.hpp"
#include "base/clock.hpp"

namespace frontdesk::api {
namespace {

using rest::Answer;
using rest::May;
using OfCall = rest::Request<rest::Path<CallPath>>;
using Words = rest::Request<rest::Path<CallPath>, rest::Body<WordsToSay>>;
using PutThrough = rest::Request<rest::Path<CallPath>, rest::Body<PutThroughOrder>>;
using Told = Answer<rest::Accepted<CallOrder>>;

rest::Problem over() {
  return {409, "the call is over"};
}

/// The action in the audit log.
std::string action_of(CallOrderKind order) {
  switch (order) {
    case CallOrderKind::hangup:
      return "call.hung_up";
    case CallOrderKind::say:
      return "call.had_said";
    case CallOrderKind::whisper:
      return "call.whispered";
    case CallOrderKind::takeover:
      return "call.taken_over";
    case CallOrderKind::giveback:
      return "call.given_back";
    case CallOrderKind::hold:
      return "call.held";
    case CallOrderKind::unhold:
      return "call.unheld";
    case CallOrderKind::transfer:
      return "call.put_through";
  }
  return "call.ordered";
}

/// For those who read the call later.
std::string name_of(store::Connection& connection, const access::Principal& who) {
  if (who.kind == access::Principal::Kind::token) return "A program";
  const auto user = accounts::find_user(connection, who.id);
  return user && *user && !(*user)->name.empty() ? (*user)->name : "Somebody";
}

/// What is said stays out of the audit log: it is the caller's business, and in the transcript.
base::Result<std::string> note(const CallControlSources& sources, const rest::Common& request, const std::string& call,
                               CallOrderKind order) {
  if (sources.office == nullptr) return std::string("Somebody");
  return sources.office->change(
      base::wall_now(), [&](store::Connection& connection, audit::Trail& trail) -> base::Result<std::string> {
        trail.add({accounts::actor_of(request.principal, visitor_of(*request.raw)), action_of(order), call, {}});
        return name_of(connection, request.principal);
      });
}

/// `event` of a name is what the call is told.
Told tell(const CallControlSources& sources, const rest::Common& request, const std::string& id, CallOrderKind order,
          const std::function<call::Event(std::string who)>& event) {
  const auto call = sources.calls.call(id, request.principal.organisation);
  if (!call) return tl::unexpected(call.error());
  if (call->status != store::CallStatus::in_progress || !sources.control.tell) return tl::unexpected(over());
  const auto who = note(sources, request, call->id, order);
  if (!who) return tl::unexpected(who.error());
  const auto outcome = sources.control.tell(call->id, event(*who));
  if (outcome.over) return tl::unexpected(over());
  if (!outcome.refusal.empty()) return tl::unexpected(rest::Problem(409, outcome.refusal));
  return rest::Accepted<CallOrder>{{call->id, order}};
}

Told whisper(const CallControlSources& sources, const Words& request) {
  if (sources.control.minds_instructions && !sources.control.minds_instructions())
    return tl::unexpected(rest::Problem(409,
                                        "the built-in model answers from what it knows of the business and minds no "
                                        "instructions: have her say it instead"));
  return tell(sources, request, request.path.id, CallOrderKind::whisper, [&](std::string who) {
    return call::OperatorWhispered{std::move(who), request.body.text};
  });
}

call::PutThroughKind kind_of(const std::optional<PutThroughHow>& how) {
  if (!how) return call::PutThroughKind::usual;
  return *how == PutThroughHow::warm ? call::PutThroughKind::warm : call::PutThroughKind::cold;
}

Told put_through(const CallControlSources& sources, const PutThrough& request) {
  if (sources.control.takes_calls && !sources.control.takes_calls(request.body.to)) {
    rest::Problem problem(422, "callers are put through only to those whom the settings name", "validation");
    problem.errors.push_back(
        {"/to", {}, "nobody of this name takes calls: see departments and people in the settings"});
    return tl::unexpected(std::move(problem));
  }
  return tell(sources, request, request.path.id, CallOrderKind::transfer, [&](std::string who) {
    return call::OperatorPutThrough{std::move(who), request.body.to, kind_of(request.body.how)};
  });
}

const std::vector<May> kFails{{404, "There is no such call."},
                              {409, "The call is over, or this does not fit the moment: the answer says why."}};

rest::Operation operation(std::string id, std::string summary, std::string description) {
  return {.id = std::move(id),
          .tag = "Calls",
          .access = rest::Access::needs(access::permission::kControlCalls),
          .summary = std::move(summary),
          .description = std::move(description),
          .fails = kFails};
}

/// An order without words.
void add_plain(rest::Api& api, const CallControlSources& sources, CallOrderKind order, rest::Operation operation,
               std::function<call::Event(std::string who)> event) {
  const auto path = "/api/calls/{id}/" + std::string(boost::describe::enum_to_string(order, ""));
  api.post(path, std::move(operation), [sources, order, event = std::move(event)](const OfCall& request) {
    return tell(sources, request, request.path.id, order, event);
  });
}

void add_steps(rest::Api& api, const CallControlSources& sources) {
  add_plain(api, sources, CallOrderKind::takeover,
            operation("takeOver", "Answer the caller yourself",
                      "The receptionist falls silent at once and writes down what the caller says. Answer with `say`, "
                      "or by voice over `/ws`."),
            [](std::string who) { return call::OperatorTookOver{std::move(who)}; });
  add_plain(api, sources, CallOrderKind::giveback,
            operation("giveBack", "Let the receptionist go on",
                      "She says a sentence and answers again, knowing what the caller said meanwhile."),
            [](std::string who) { return call::OperatorGaveBack{std::move(who)}; });
  add_plain(api, sources, CallOrderKind::hold,
            operation("holdCaller", "Put the caller on hold", "The caller hears hold music; nobody answers."),
            [](std::string who) {
              return call::OperatorHeld{std::move(who), true};
            });
  add_plain(api, sources, CallOrderKind::unhold, operation("unholdCaller", "Take the caller off hold", ""),
            [](std::string who) {
              return call::OperatorHeld{std::move(who), false};
            });
  add_plain(api, sources, CallOrderKind::hangup,
            operation("hangUp", "End a call", "At once, without a word to the caller."),
            [](const std::string& who) { return call::HangUpRequested{who + " ended the call"}; });
}

}  // namespace

void add_call_control_routes(rest::Api& api, const CallControlSources& sources) {
  add_steps(api, sources);
  api.post(
      "/api/calls/{id}/say",
      operation(
          "sayInCall", "Have the receptionist say something",
          "Exactly so, in place of what she is saying; a caller who speaks is let finish first. While you have taken "
          "over, too."),
      [sources](const Words& request) {
        return tell(sources, request, request.path.id, CallOrderKind::say, [&](std::string who) {
          return call::OperatorSaid{std::move(who), request.body.text};
        });
      });
  api.post("/api/calls/{id}/whisper",
           operation("whisperInCall", "Tell the receptionist something that the caller does not hear",
                     "The model minds it from its next answer on. 409 with the built-in model, which minds no "
                     "instructions."),
           [sources](const Words& request) { return whisper(sources, request); });
  api.post(
      "/api/calls/{id}/transfer",
      operation("transferCall", "Put the caller through",
                "To a person or department that takes calls, under the same rules as when callers ask for it, once "
                "the caller has finished speaking. If nobody answers, the receptionist takes the caller back."),
      [sources](const PutThrough& request) { return put_through(sources, request); });
}

}  // namespace frontdesk::api
