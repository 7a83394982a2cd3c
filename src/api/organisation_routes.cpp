#include "api/organisation_routes.hpp"

#include <algorithm>

#include "api/auth_routes.hpp"
#include "api/organisation_views.hpp"
#include "api/recent_sign_in.hpp"
#include "base/clock.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::api {
namespace {

using accounts::AllowedNetwork;
using rest::Access;
using rest::Answer;
using Renames = rest::Request<rest::Body<OrganisationBody>>;
using SetsNetworks = rest::Request<rest::Body<NetworksView>>;

constexpr const char* kTag = "Organisation";

rest::Tagged<OrganisationView> view_of(const accounts::Organisation& organisation) {
  return {{organisation.id, organisation.name, organisation.created}, protocol::entity_tag(organisation.name)};
}

base::Result<accounts::Organisation> find(store::Connection& connection, const std::string& id) {
  const auto found = accounts::find_organisation(connection, id);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return base::fail(base::ErrorCode::not_found, "api", "the organisation is gone");
  return **found;
}

Answer<rest::Tagged<OrganisationView>> show(accounts::Office& office, const access::Principal& who) {
  const auto found =
      office.with_connection([&](store::Connection& connection) { return find(connection, who.organisation); });
  if (!found) return tl::unexpected(found.error());
  return view_of(*found);
}

Answer<rest::Tagged<OrganisationView>> rename(accounts::Office& office, const Renames& request) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  const auto name = accounts::plain_line(request.body.name, request.body.name.size());
  if (name.find_first_not_of(' ') == std::string::npos)
    return tl::unexpected(rest::invalid_body({{"/name", "write a name"}}));
  std::optional<rest::Problem> stale;
  const auto done = office.change(
      now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<accounts::Organisation> {
        const auto before = find(connection, who.organisation);
        if (!before) return before;
        if (auto same = request.expects(view_of(*before).entity_tag); !same) {
          stale = same.error();
          return base::fail(base::ErrorCode::aborted, "api", "the organisation was changed meanwhile");
        }
        if (auto set = accounts::set_organisation_name(connection, who.organisation, name); !set)
          return tl::unexpected(set.error());
        trail.add({accounts::actor_of(who, visitor_of(*request.raw)),
                   "organisation.renamed",
                   who.organisation,
                   {{"name", before->name, name}}});
        return accounts::Organisation{before->id, name, before->created};
      });
  if (stale) return tl::unexpected(*stale);
  if (!done) return tl::unexpected(done.error());
  return view_of(*done);
}

NetworksView view_of(const std::vector<AllowedNetwork>& networks) {
  NetworksView view;
  for (const auto& each : networks) view.networks.push_back({credentials::to_string(each.network), each.note});
  return view;
}

std::string tag_of(const std::vector<AllowedNetwork>& networks) {
  return protocol::entity_tag(boost::json::serialize(json::write(view_of(networks))));
}

Answer<rest::Tagged<NetworksView>> show_networks(const OrganisationSources& sources, const access::Principal& who) {
  const auto networks = sources.accounts.team.networks(who);
  if (!networks) return tl::unexpected(networks.error());
  return rest::Tagged<NetworksView>{view_of(*networks), tag_of(*networks)};
}

Answer<std::vector<AllowedNetwork>> networks_in(const NetworksView& body) {
  std::vector<AllowedNetwork> networks;
  std::vector<json::Problem> problems;
  for (std::size_t i = 0; i < body.networks.size(); ++i) {
    const auto pointer = "/networks/" + std::to_string(i) + "/network";
    const auto network = credentials::parse_network(body.networks[i].network);
    if (!network) {
      problems.push_back({pointer, network.error().message});
      continue;
    }
    if (std::any_of(networks.begin(), networks.end(), [&](const auto& each) { return each.network == *network; }))
      problems.push_back({pointer, "this network is in the list already"});
    networks.push_back({*network, body.networks[i].note});
  }
  if (!problems.empty()) return tl::unexpected(rest::invalid_body(problems));
  return networks;
}

Answer<rest::Tagged<NetworksView>> set_networks(const OrganisationSources& sources, const SetsNetworks& request) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  if (auto shown = person_signed_in_lately(who, now); !shown) return tl::unexpected(shown.error());
  const auto networks = networks_in(request.body);
  if (!networks) return tl::unexpected(networks.error());
  std::optional<rest::Problem> stale;
  const auto seen = [&](const std::vector<AllowedNetwork>& before) -> base::Status {
    if (auto same = request.expects(tag_of(before)); !same) {
      stale = same.error();
      return base::fail(base::ErrorCode::aborted, "api", "the list was changed meanwhile");
    }
    return {};
  };
  const auto done = sources.accounts.team.set_networks(who, *networks, visitor_of(*request.raw), now, seen);
  if (stale) return tl::unexpected(*stale);
  if (!done) return tl::unexpected(done.error());
  return show_networks(sources, who);
}

}  // namespace

void add_organisation_routes(rest::Api& api, OrganisationSources sources) {
  const auto may_read = Access::needs(access::permission::kReadSettings);
  const auto may_write = Access::needs(access::permission::kWriteSettings);
  api.get("/api/organisation", {.id = "showOrganisation", .tag = kTag, .access = may_read, .summary = "Its name"},
          [sources](const rest::Request<>& request) { return show(sources.office, request.principal); });
  api.patch("/api/organisation",
            {.id = "changeOrganisation", .tag = kTag, .access = may_write, .summary = "Rename it", .conditional = true},
            [sources](const Renames& request) { return rename(sources.office, request); });
  api.get("/api/settings/networks",
          {.id = "showNetworks",
           .tag = kTag,
           .access = may_read,
           .summary = "Networks that people and tokens may come from"},
          [sources](const rest::Request<>& request) { return show_networks(sources, request.principal); });
  api.put("/api/settings/networks",
          {.id = "setNetworks",
           .tag = kTag,
           .access = may_write,
           .summary = "Allow only these networks",
           .description = "By people, who showed a password or code within the last 15 minutes.",
           .fails = {{409, "The list would lock out whoever sets it."}},
           .conditional = true},
          [sources](const SetsNetworks& request) { return set_networks(sources, request); });
}

}  // namespace frontdesk::api
