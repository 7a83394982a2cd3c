#include "api/line_routes.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/call_query.hpp"
#include "api/iso_time.hpp"
#include "api/utf8.hpp"
#include "reception/setup_guide/setup_guide.hpp"
#include "reception/sip_accounts/account_json.hpp"

namespace frontdesk::api {
namespace {

namespace bj = boost::json;
using http::Request;
using http::Response;

constexpr int kUnprocessable = 422;

bj::array texts(const auto& list) {
  bj::array out;
  for (const auto& text : list) out.emplace_back(valid_utf8(text));
  return out;
}

/// A JSON object, or why the body is none.
base::Result<bj::object> object_in(const Request& request) {
  // A form of another site cannot send this type without asking first (https://fetch.spec.whatwg.org, CORS).
  const auto* type = http::find_field(request.headers, "Content-Type");
  if (type == nullptr || !type->starts_with("application/json"))
    return base::fail(base::ErrorCode::invalid_argument, "api",
                      "send a JSON object, as Content-Type: application/json");
  boost::system::error_code error;
  auto value = bj::parse(request.body, error);
  if (error || !value.is_object())
    return base::fail(base::ErrorCode::invalid_argument, "api", "the body must be a JSON object");
  return std::move(value.get_object());
}

Response unprocessable(const std::vector<sip_accounts::Problem>& problems) {
  auto document = sip_accounts::problems_json(problems);
  document["type"] = "about:blank";
  document["title"] = http::reason_phrase(kUnprocessable);
  document["status"] = kUnprocessable;
  document["detail"] = "the account cannot be used like this: see problems";
  auto response = http::text(bj::serialize(document), "application/problem+json");
  response.status = kUnprocessable;
  return response;
}

tl::expected<sip_accounts::SipAccountForm, std::vector<sip_accounts::Problem>> checked_account(
    const bj::object& object, const std::string& country) {
  auto form = sip_accounts::account_from(object);
  if (!form) return tl::unexpected(form.error());
  auto checked = sip_accounts::check(*form, country);
  if (!checked.ok()) return tl::unexpected(checked.problems);
  return std::move(checked.account);
}

Response validate(const LineSources& sources, const Request& request) {
  const auto object = object_in(request);
  if (!object) return http::problem(object.error());
  const auto account = checked_account(*object, sources.country);
  if (!account) return http::json(bj::serialize(sip_accounts::problems_json(account.error())));
  auto answer = sip_accounts::problems_json({});
  answer["account"] = sip_accounts::account_json(*account);
  return http::json(bj::serialize(answer));
}

std::vector<Line> lines_of(const LineSources& sources) {
  return sources.lines ? sources.lines() : std::vector<Line>();
}

const Line* line_named(const std::vector<Line>& lines, const std::string& name) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.name == name; });
  return found == lines.end() ? nullptr : &*found;
}

/// "line": the name of a configured one; else the members of an account.
Response test_connection(const LineSources& sources, const Request& request) {
  auto object = object_in(request);
  if (!object) return http::problem(object.error());
  TrialOrder order;
  const auto* accept = http::find_field(request.headers, "Accept");
  order.events = accept != nullptr && accept->find("text/event-stream") != std::string::npos;
  if (const auto* ladder = object->if_contains("ladder")) order.ladder = ladder->is_bool() && ladder->get_bool();
  object->erase("ladder");
  if (const auto* line = object->if_contains("line")) {
    order.line = line->is_string() ? std::string(line->get_string()) : std::string();
    if (order.line.empty() || object->size() != 1)
      return http::problem(400, "send either the name of a line, or the account to try, not both");
    if (!line_named(lines_of(sources), order.line)) return http::problem(404, "no line of this name is configured");
  } else {
    if (!sources.unsaved_targets)
      return http::problem(403,
                           "only configured lines can be tried, because this page can be reached from other machines: "
                           "save the account first, or let server.http listen on 127.0.0.1");
    auto account = checked_account(*object, sources.country);
    if (!account) return unprocessable(account.error());
    order.account = std::move(*account);
  }
  if (!sources.try_out) return http::problem(503, "lines cannot be tried out here");
  auto body = sources.try_out(order);
  if (!body) return http::problem(body.error());
  return http::live(std::move(*body), order.events ? "text/event-stream" : "application/x-ndjson");
}

bj::array steps_json(const std::vector<setup_guide::Step>& steps) {
  bj::array out;
  for (const auto& step : steps)
    out.push_back(bj::object{{"title", step.title}, {"text", step.text}, {"details", texts(step.details)}});
  return out;
}

bj::array codes_json(const std::vector<setup_guide::DivertCode>& codes) {
  static constexpr const char* kWhen[] = {"always", "no_answer", "busy", "unreachable"};
  bj::array out;
  for (const auto& code : codes)
    out.push_back(bj::object{{"telephone", code.telephone == setup_guide::Telephone::mobile ? "mobile" : "landline"},
                             {"when", kWhen[static_cast<std::size_t>(code.when)]},
                             {"set", code.set},
                             {"check", code.check},
                             {"cancel", code.cancel}});
  return out;
}

bj::object provider_json(const setup_guide::Preset& preset, const setup_guide::OwnValues& own) {
  bj::array findings;
  for (const auto& finding : preset.findings)
    findings.push_back(bj::object{{"field", finding.field}, {"place", finding.place}});
  const auto guide = setup_guide::guide(preset.id, own);
  return {{"id", preset.id},
          {"name", preset.name},
          {"domainPattern", preset.domain},
          {"proof", preset.proof == setup_guide::Proof::registration ? "registration" : "ip_address"},
          {"account", sip_accounts::account_json(setup_guide::starting_form(preset))},
          {"findings", std::move(findings)},
          {"quirks", texts(preset.quirks)},
          {"guide", bj::object{{"title", guide.title},
                               {"setUp", steps_json(guide.set_up)},
                               {"diversion", steps_json(guide.diversion)},
                               {"codes", codes_json(guide.codes)}}}};
}

/// Each guide is filled with the values of the line that is named, or of the first one of that provider.
Response providers(const LineSources& sources, const Request& request) {
  setup_guide::OwnValues own;
  own.country = sources.country;
  std::string name;
  for (const auto& field : request.query) {
    if (field.name == "line") {
      name = field.value;
    } else if (field.name == "existingNumber") {
      own.existing_number = field.value;
    } else if (field.name == "publicAddress") {
      own.public_address = field.value;
    } else {
      return http::problem(400, "there is no such parameter: use line, existingNumber or publicAddress", field.name);
    }
  }
  const auto lines = lines_of(sources);
  const Line* named = line_named(lines, name);
  if (!name.empty() && !named) return http::problem(404, "no line of this name is configured");
  bj::array list;
  for (const auto& preset : setup_guide::presets()) {
    const auto of_provider =
        std::find_if(lines.begin(), lines.end(), [&](const Line& line) { return line.provider == preset.id; });
    const Line* line = named ? named : of_provider != lines.end() ? &*of_provider : nullptr;
    own.account = line ? line->account : setup_guide::starting_form(preset);
    list.push_back(provider_json(preset, own));
  }
  return http::json(bj::serialize(bj::object{{"providers", std::move(list)}}));
}

Response configured(const LineSources& sources, const Request& request) {
  if (const auto none = no_parameters(request.query); !none)
    return http::problem(400, none.error().name + ": " + none.error().detail, none.error().name);
  const auto statuses = sources.statuses ? sources.statuses() : std::vector<LineStatus>();
  bj::array list;
  for (const auto& line : lines_of(sources)) {
    auto each = sip_accounts::account_json(line.account);
    each["name"] = valid_utf8(line.name);
    each["provider"] = line.provider;
    each["status"] = nullptr;
    for (const auto& status : statuses)
      if (status.name == line.name) each["status"] = status_json(status);
    list.push_back(std::move(each));
  }
  return http::json(bj::serialize(bj::object{{"lines", std::move(list)}, {"unsavedTargets", sources.unsaved_targets}}));
}

}  // namespace

bool working(const LineStatus& status) {
  return status.state == "registered" || status.state == "peered";
}

bj::object status_json(const LineStatus& status) {
  return {{"name", valid_utf8(status.name)},
          {"state", status.state},
          {"detail", valid_utf8(status.explanation)},
          {"working", working(status)},
          {"changed_at", iso_time(status.changed_at)},
          {"next_attempt_ms", status.next_attempt ? bj::value(base::to_ms(*status.next_attempt)) : bj::value()}};
}

void add_line_routes(http::Router& router, const LineSources& sources) {
  const auto shared = std::make_shared<const LineSources>(sources);
  router.add("GET", "/api/sip/config", [shared](const Request& request) { return configured(*shared, request); });
  router.add("GET", "/api/sip/providers", [shared](const Request& request) { return providers(*shared, request); });
  router.add("POST", "/api/sip/validate", [shared](const Request& request) { return validate(*shared, request); });
  router.add("POST", "/api/sip/test-connection",
             [shared](const Request& request) { return test_connection(*shared, request); });
}

}  // namespace frontdesk::api
