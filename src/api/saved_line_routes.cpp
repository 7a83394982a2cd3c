#include "api/saved_line_routes.hpp"

#include <algorithm>

#include "api/auth_routes.hpp"
#include "api/line_account.hpp"
#include "base/clock.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::api {

struct LinePath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(LinePath, (), (id))
constexpr auto about(const LinePath*) {
  return json::about("LinePath", "", Note{.member = "id", .text = "Of the line.", .max_length = 100});
}

namespace {

using rest::Access;
using rest::Answer;
using Body = rest::Body<json::Loose<LineSettings>>;
using Sources = std::shared_ptr<const SavedLineSources>;
using Shown = rest::Tagged<ConfiguredLine>;

const rest::May kNoLine{404, "There is no such line."};

std::string tag_of(const settings::SipConfiguration& row) {
  return protocol::entity_tag(row.id + "." + std::to_string(row.version));
}

ConfiguredLine view_of(const SavedLineSources& sources, const settings::SipConfiguration& row) {
  ConfiguredLine view;
  static_cast<LineSettings&>(view) = settings_of(form_of(row));
  view.has_password = !row.password.empty();
  view.id = row.id;
  view.source = LineSource::api;
  view.name = row.name;
  const auto statuses = sources.statuses ? sources.statuses() : std::vector<LineStatus>();
  for (const auto& status : statuses)
    if (status.name == row.name) view.status = state_of(status);
  return view;
}

/// The provider's name, with a number behind it if another line has it.
std::string free_name(const SavedLineSources& sources, const std::string& wanted) {
  const auto lines = sources.lines ? sources.lines() : std::vector<Line>();
  for (std::size_t number = 1;; ++number) {
    auto name = number == 1 ? wanted : wanted + " " + std::to_string(number);
    if (std::none_of(lines.begin(), lines.end(), [&](const Line& line) { return line.name == name; })) return name;
  }
}

/// Saved all the same if it cannot be taken in force: it is at the next start.
base::Status in_force(const SavedLineSources& sources) {
  return sources.settings_changed ? sources.settings_changed() : base::Status{};
}

template <class R>
LineEditor editor_of(const SavedLineSources& sources, const R& request) {
  return {sources.office, request.principal, visitor_of(*request.raw), base::wall_now()};
}

Answer<settings::SipConfiguration> row_of(const SavedLineSources& sources, const std::string& organisation,
                                          const std::string& id) {
  auto row = sources.office.with_connection(
      [&](store::Connection& connection) { return settings::SipConfigurations(connection).find(organisation, id); });
  if (row) return std::move(*row);
  const auto lines = sources.lines ? sources.lines() : std::vector<Line>();
  if (std::any_of(lines.begin(), lines.end(), [&](const Line& line) { return line.id.empty() && line.name == id; }))
    return tl::unexpected(rest::Problem(409, "this line is set up in the configuration file: change it there"));
  return tl::unexpected(rest::Problem(row.error()));
}

Answer<rest::Created<ConfiguredLine>> add(const SavedLineSources& sources, const rest::Request<Body>& request) {
  const auto account = checked_account(request.body.members, sources.country);
  if (!account) return tl::unexpected(unusable(account.error()));
  const auto row = add_line(editor_of(sources, request), *account, free_name(sources, account->provider_name));
  if (!row) return tl::unexpected(row.error());
  if (auto taken = in_force(sources); !taken) return tl::unexpected(taken.error());
  return rest::Created<ConfiguredLine>{view_of(sources, *row), "/api/sip/config/" + row->id, tag_of(*row)};
}

Answer<Shown> change(const SavedLineSources& sources, const rest::Request<rest::Path<LinePath>, Body>& request) {
  const auto row = row_of(sources, request.principal.organisation, request.path.id);
  if (!row) return tl::unexpected(row.error());
  if (auto same = request.expects(tag_of(*row)); !same) return tl::unexpected(same.error());
  auto account = checked_account(request.body.members, sources.country, !row->password.empty());
  if (!account) return tl::unexpected(unusable(account.error()));
  const auto changed = change_line(editor_of(sources, request), *row, *account);
  if (!changed) return tl::unexpected(changed.error());
  if (auto taken = in_force(sources); !taken) return tl::unexpected(taken.error());
  return Shown{view_of(sources, *changed), tag_of(*changed)};
}

Answer<rest::NoContent> remove(const SavedLineSources& sources, const rest::Request<rest::Path<LinePath>>& request) {
  const auto row = row_of(sources, request.principal.organisation, request.path.id);
  if (!row) return tl::unexpected(row.error());
  if (auto gone = remove_line(editor_of(sources, request), *row); !gone) return tl::unexpected(gone.error());
  if (auto taken = in_force(sources); !taken) return tl::unexpected(taken.error());
  return rest::NoContent{};
}

}  // namespace

void add_saved_line_routes(rest::Api& api, SavedLineSources given) {
  const auto sources = std::make_shared<const SavedLineSources>(std::move(given));
  const auto write = Access::needs(access::permission::kWriteLines);
  api.post("/api/sip/config",
           {.id = "addLine",
            .tag = "Lines",
            .access = write,
            .summary = "Add a line",
            .description = "It registers at once. The password goes in and never comes out.",
            .keyed = true},
           [sources](const rest::Request<Body>& request) { return add(*sources, request); });
  api.get("/api/sip/config/{id}",
          {.id = "showLine",
           .tag = "Lines",
           .access = Access::needs(access::permission::kReadLines),
           .summary = "One line",
           .fails = {kNoLine, {409, "It is set up in the configuration file."}}},
          [sources](const rest::Request<rest::Path<LinePath>>& request) -> Answer<Shown> {
            const auto row = row_of(*sources, request.principal.organisation, request.path.id);
            if (!row) return tl::unexpected(row.error());
            return Shown{view_of(*sources, *row), tag_of(*row)};
          });
  api.put("/api/sip/config/{id}",
          {.id = "changeLine",
           .tag = "Lines",
           .access = write,
           .summary = "Change a line",
           .description = "A password that is left out stays as it is. Calls that go on are not touched.",
           .fails = {kNoLine,
                     {409, "It is set up in the configuration file, or somebody else changes it."},
                     {412, "It was changed meanwhile."}},
           .conditional = true},
          [sources](const rest::Request<rest::Path<LinePath>, Body>& request) { return change(*sources, request); });
  api.remove("/api/sip/config/{id}",
             {.id = "removeLine",
              .tag = "Lines",
              .access = write,
              .summary = "Delete a line",
              .fails = {kNoLine, {409, "It is set up in the configuration file."}}},
             [sources](const rest::Request<rest::Path<LinePath>>& request) { return remove(*sources, request); });
}

}  // namespace frontdesk::api
