// What is saved of a receptionist: her published version and her draft, read together.
#pragma once
#include "accounts/office.hpp"
#include "config/profile/profile.hpp"
#include "rest/problem.hpp"
#include "store/settings/configuration_versions.hpp"

namespace frontdesk::api {

struct ReceptionistState {
  std::optional<settings::ConfigurationVersion> published;
  std::optional<settings::ConfigurationVersion> draft;
};

base::Result<ReceptionistState> read_state(store::Connection& connection, const std::string& organisation);
base::Result<ReceptionistState> read_state(accounts::Office& office, const std::string& organisation);
base::Result<settings::ConfigurationVersion> read_version(accounts::Office& office, const std::string& organisation,
                                                          std::int64_t number);
base::Result<std::vector<settings::ConfigurationVersion>> read_versions(accounts::Office& office,
                                                                        const std::string& organisation, int limit);

/// Changes with either of the two.
std::string tag_of(const ReceptionistState& state);
/// 409 for settings that this program cannot read.
rest::Answer<profile::Profile> settings_of(const settings::ConfigurationVersion& version);

}  // namespace frontdesk::api
