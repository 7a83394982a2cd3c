#include "api/line_routes.hpp"

#include <algorithm>

#include "api/line_account.hpp"
#include "reception/sip_accounts/account_json.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using rest::Access;
using rest::Answer;
using CheckRequest = rest::Request<rest::Body<json::Loose<LineSettings>>>;
using TrialRequest = rest::Request<rest::Body<json::Loose<LineTrialOrder>>>;

LineCheck validate(const LineSources& sources, const bj::object& members) {
  const auto account = checked_account(members, sources.country);
  auto check = check_of(account ? std::vector<sip_accounts::Problem>() : account.error());
  if (account) check.account = settings_of(*account);
  return check;
}

std::vector<Line> lines_of(const LineSources& sources, const std::string& organisation) {
  auto lines = sources.lines ? sources.lines() : std::vector<Line>();
  std::erase_if(lines, [&](const Line& line) { return line.organisation != organisation; });
  return lines;
}

const Line* line_named(const std::vector<Line>& lines, const std::string& name) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& line) {
    return line.name == name || (!name.empty() && line.id == name);
  });
  return found == lines.end() ? nullptr : &*found;
}

rest::Problem no_such_line() {
  return {404, "no line of this name is configured"};
}

/// "line": the name or id of a configured one; else the members of an account.
Answer<TrialOrder> order_of(const LineSources& sources, const TrialRequest& request) {
  TrialOrder order;
  auto members = request.body.members;
  const auto* accept = http::find_field(request.raw->headers, "Accept");
  order.events = accept != nullptr && accept->find("text/event-stream") != std::string::npos;
  if (const auto* ladder = members.if_contains("ladder")) order.ladder = ladder->is_bool() && ladder->get_bool();
  members.erase("ladder");
  if (const auto* line = members.if_contains("line")) {
    order.line = line->is_string() ? std::string(line->get_string()) : std::string();
    if (order.line.empty() || members.size() != 1)
      return tl::unexpected(rest::Problem(400, "send either the name of a line, or the account to try, not both"));
    const auto lines = lines_of(sources, request.principal.organisation);
    const auto* named = line_named(lines, order.line);
    if (!named) return tl::unexpected(no_such_line());
    order.line = named->name;
    return order;
  }
  order.guarded = !sources.inside_targets;
  auto account = checked_account(members, sources.country);
  if (!account) return tl::unexpected(unusable(account.error()));
  order.account = std::move(*account);
  return order;
}

Answer<rest::Media> test_connection(const LineSources& sources, const TrialRequest& request) {
  const auto order = order_of(sources, request);
  if (!order) return tl::unexpected(order.error());
  if (!sources.try_out) return tl::unexpected(rest::Problem(503, "lines cannot be tried out here"));
  auto body = sources.try_out(*order);
  if (!body) return tl::unexpected(body.error());
  return rest::Media{http::live(std::move(*body), order->events ? "text/event-stream" : "application/x-ndjson")};
}

/// Each guide is filled with the values of the line that is named, or of the first one of that provider.
Answer<ProvidersView> providers(const LineSources& sources, const rest::Request<rest::Query<ProvidersQuery>>& request) {
  const auto& query = request.query;
  setup_guide::OwnValues own;
  own.country = sources.country;
  own.existing_number = query.existing_number.value_or("");
  own.public_address = query.public_address.value_or("");
  const auto name = query.line.value_or("");
  const auto lines = lines_of(sources, request.principal.organisation);
  const Line* named = line_named(lines, name);
  if (!name.empty() && !named) return tl::unexpected(no_such_line());
  ProvidersView view;
  for (const auto& preset : setup_guide::presets()) {
    const auto of_provider =
        std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.provider == preset.id; });
    const Line* line = named ? named : of_provider != lines.end() ? &*of_provider : nullptr;
    own.account = line ? line->account : setup_guide::starting_form(preset);
    view.providers.push_back(provider_of(preset, own));
  }
  return view;
}

ConfiguredLines configured(const LineSources& sources, const std::string& organisation) {
  const auto statuses = sources.statuses ? sources.statuses() : std::vector<LineStatus>();
  ConfiguredLines view;
  view.inside_targets = sources.inside_targets;
  for (const auto& line : lines_of(sources, organisation)) {
    ConfiguredLine each;
    static_cast<LineSettings&>(each) = settings_of(line.account);
    each.name = line.name;
    each.id = line.id;
    each.source = line.id.empty() ? LineSource::file : LineSource::api;
    each.provider = line.provider;
    for (const auto& status : statuses)
      if (status.name == line.name) each.status = state_of(status);
    view.lines.push_back(std::move(each));
  }
  return view;
}

void add_reading(rest::Api& api, const std::shared_ptr<const LineSources>& sources) {
  const auto read = Access::needs(access::permission::kReadLines);
  api.get("/api/sip/config",
          {.id = "listLines", .tag = "Lines", .access = read, .summary = "The lines, with their state"},
          [sources](const rest::Request<>& request) -> Answer<ConfiguredLines> {
            return configured(*sources, request.principal.organisation);
          });
  api.get(
      "/api/sip/providers",
      {.id = "listProviders",
       .tag = "Lines",
       .access = read,
       .summary = "Providers' usual values, with instructions",
       .fails = {{404, "No line of this name is configured."}}},
      [sources](const rest::Request<rest::Query<ProvidersQuery>>& request) { return providers(*sources, request); });
}

void add_trying(rest::Api& api, const std::shared_ptr<const LineSources>& sources) {
  const auto write = Access::needs(access::permission::kWriteLines);
  api.post(
      "/api/sip/validate",
      {.id = "checkLine",
       .tag = "Lines",
       .access = write,
       .summary = "What is wrong with a line's settings",
       .description = "Nothing is saved. Problems are told with a proposal where one can be guessed."},
      [sources](const CheckRequest& request) -> Answer<LineCheck> { return validate(*sources, request.body.members); });
  api.post(
      "/api/sip/test-connection",
      {.id = "tryLine",
       .tag = "Lines",
       .access = write,
       .summary = "Try a line out, step by step",
       .description = "Answers as the steps are taken: a line of JSON each, or server-sent events for a client that "
                      "accepts text/event-stream. One at a time. A line that is configured is tried wherever it leads; "
                      "settings that are not saved only at addresses of the Internet, and at those that the operator "
                      "has listed, unless nobody but the server's own machine can ask.",
       .fails = {{404, "No line of this name is configured."}},
       .media = {"application/x-ndjson", "text/event-stream"}},
      [sources](const TrialRequest& request) { return test_connection(*sources, request); });
}

}  // namespace

bool working(const LineStatus& status) {
  return status.state == "registered" || status.state == "peered";
}

LineState state_of(const LineStatus& status) {
  LineState view{status.name, status.state, status.explanation, working(status), status.changed_at, {}};
  if (status.next_attempt) view.next_attempt_ms = base::to_ms(*status.next_attempt);
  return view;
}

void add_line_routes(rest::Api& api, const LineSources& sources) {
  const auto shared = std::make_shared<const LineSources>(sources);
  add_reading(api, shared);
  add_trying(api, shared);
}

}  // namespace frontdesk::api
