#include "api/inbound_routes.hpp"

#include <algorithm>

#include "base/clock.hpp"

namespace frontdesk::api {

using json::Note;

struct InboundCall {
  std::string from;
  std::string to;
  std::optional<std::string> name;
  std::optional<std::string> line;
};
BOOST_DESCRIBE_STRUCT(InboundCall, (), (from, to, name, line))
constexpr auto about(const InboundCall*) {
  return json::about("InboundCall", "A call that is on its way.",
                     Note{.member = "from",
                          .text = "The caller's number, national or with +; empty or \"anonymous\": withheld.",
                          .max_length = 64,
                          .example = "\"+443335550100\""},
                     Note{.member = "to", .text = "The number that was dialled.", .max_length = 64},
                     Note{.member = "name", .text = "The caller's name, as the network shows it.", .max_length = 64},
                     Note{.member = "line",
                          .text = "Which of the lines it comes by; left out: the one with the number dialled.",
                          .max_length = 100});
}

enum class InboundAction { accept, reject };
BOOST_DESCRIBE_ENUM(InboundAction, accept, reject)

struct InboundAnswer {
  InboundAction action = InboundAction::reject;
  std::string reason;
  std::string route;
  std::string line;
  std::string caller;
  bool priority = false;
  std::optional<std::int64_t> sip_status;
};
BOOST_DESCRIBE_STRUCT(InboundAnswer, (), (action, reason, route, line, caller, priority, sip_status))
constexpr auto about(const InboundAnswer*) {
  return json::about("InboundAnswer", "What will be done with the call.",
                     Note{.member = "reason", .text = "Why, in words."},
                     Note{.member = "route", .text = "Where the call is to be sent; empty if it is rejected."},
                     Note{.member = "line", .text = "By whose rules it was decided; empty: it comes by none."},
                     Note{.member = "caller", .text = "The caller's number in E.164, if it can be read."},
                     Note{.member = "sip_status", .text = "What a rejected call would be answered with."});
}

namespace {

using rest::Answer;

bool withheld(const std::string& from) {
  return from.empty() || from == "anonymous";
}

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '<' || c == '>';
  });
}

/// The line of the number that was dialled; else the first.
Answer<std::string> line_of(const InboundCall& call, const screening::Rules& rules) {
  if (call.line) {
    const auto named = std::find_if(rules.lines.begin(), rules.lines.end(),
                                    [&](const auto& line) { return line.trunk == *call.line; });
    if (named == rules.lines.end()) return tl::unexpected(rest::Problem(404, "no line of this name is configured"));
    return named->trunk;
  }
  const auto number = screening::read_number(call.to, rules.country);
  for (const auto& line : rules.lines)
    if (!number.empty() && line.number == number) return line.trunk;
  return rules.lines.empty() ? std::string() : rules.lines.front().trunk;
}

/// As the INVITE of that call would say it (RFC 3261, section 20.20; RFC 3323, section 4.1.1.3).
std::string from_header(const InboundCall& call) {
  if (withheld(call.from)) return "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
  std::string user;
  for (const char c : call.from)
    if (c == '+' || (c >= '0' && c <= '9')) user += c;
  return "\"" + call.name.value_or("") + "\" <sip:" + user + "@caller.invalid>";
}

Answer<InboundAnswer> decide(const InboundSources& sources, const InboundCall& call) {
  if (!sources.rules) return tl::unexpected(rest::Problem(503, "calls are not screened here"));
  if (!printable(call.name.value_or("")))
    return tl::unexpected(rest::Problem(400, "name: write it without control characters, quotes and brackets"));
  const auto rules = sources.rules();
  const auto line = line_of(call, rules);
  if (!line) return tl::unexpected(line.error());
  const auto from = from_header(call);
  screening::CallRequest request;
  request.headers.from = from;
  request.called = line->empty() ? "reception" : std::string_view(call.to);  // without a line: what `route` says
  request.to = call.to;
  request.source = *base::parse_endpoint("127.0.0.1:5060");  // who may ask here may also call
  request.trunk = *line;
  request.now = base::wall_now();
  const auto verdict = screening::judge(request, rules);
  const bool draining = sources.draining && sources.draining();
  InboundAnswer answer;
  answer.line = verdict.trunk;
  answer.caller = screening::shown_number(verdict.caller);
  answer.priority = verdict.priority;
  answer.reason = draining ? "the receptionist is being stopped" : verdict.decision.reason;
  if (verdict.decision.accepted && !draining) {
    answer.action = InboundAction::accept;
    answer.route = sources.route ? sources.route() : std::string();
  } else {
    constexpr int kUnavailable = 503;
    answer.sip_status = draining ? kUnavailable : verdict.decision.status;
  }
  return answer;
}

}  // namespace

void add_inbound_routes(rest::Api& api, InboundSources sources) {
  api.post("/api/calls/inbound",
           {.id = "askForCall",
            .tag = "Calls",
            .access = rest::Access::needs(access::permission::kStartCalls),
            .summary = "Would this caller be answered?",
            .description = "For a switchboard that asks before it routes. The call itself is screened again when it "
                           "comes, by what its own signalling says.",
            .fails = {{404, "No line of this name is configured."}}},
           [sources = std::move(sources)](const rest::Request<rest::Body<InboundCall>>& request) {
             return decide(sources, request.body);
           });
}

}  // namespace frontdesk::api
