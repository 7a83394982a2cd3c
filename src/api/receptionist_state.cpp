#include "api/receptionist_state.hpp"

#include "json/parse.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::api {
namespace {

const std::string kSubject(settings::kReceptionistSubject);

base::Status keep(std::optional<settings::ConfigurationVersion>& to,
                  base::Result<settings::ConfigurationVersion> found) {
  if (found) {
    to = std::move(*found);
    return {};
  }
  if (found.error().code == base::ErrorCode::not_found) return {};
  return tl::unexpected(found.error());
}

}  // namespace

base::Result<ReceptionistState> read_state(store::Connection& connection, const std::string& organisation) {
  const settings::ConfigurationVersions versions(connection);
  ReceptionistState state;
  if (auto kept = keep(state.published, versions.published(organisation, kSubject)); !kept)
    return tl::unexpected(kept.error());
  if (auto kept = keep(state.draft, versions.draft(organisation, kSubject)); !kept) return tl::unexpected(kept.error());
  return state;
}

base::Result<ReceptionistState> read_state(accounts::Office& office, const std::string& organisation) {
  return office.transaction([&](store::Connection& connection) { return read_state(connection, organisation); });
}

base::Result<settings::ConfigurationVersion> read_version(accounts::Office& office, const std::string& organisation,
                                                          std::int64_t number) {
  return office.with_connection([&](store::Connection& connection) {
    return settings::ConfigurationVersions(connection).version(organisation, kSubject, number);
  });
}

base::Result<std::vector<settings::ConfigurationVersion>> read_versions(accounts::Office& office,
                                                                        const std::string& organisation, int limit) {
  return office.with_connection([&](store::Connection& connection) {
    return settings::ConfigurationVersions(connection).history(organisation, kSubject, limit);
  });
}

std::string tag_of(const ReceptionistState& state) {
  std::string version = "p" + std::to_string(state.published ? state.published->number : 0);
  if (state.draft) version += "d" + std::to_string(state.draft->number) + "." + std::to_string(state.draft->version);
  return protocol::entity_tag(version);
}

rest::Answer<profile::Profile> settings_of(const settings::ConfigurationVersion& version) {
  if (const auto content = json::parse(version.content, {.bytes = profile::kLargestContent}))
    if (auto profile = json::read<profile::Profile>(*content)) return std::move(*profile);
  return tl::unexpected(rest::Problem(409, "version " + std::to_string(version.number) +
                                               " was saved by another release and cannot be read by this one"));
}

}  // namespace frontdesk::api
