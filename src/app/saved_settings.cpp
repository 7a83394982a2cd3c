#include "app/saved_settings.hpp"

#include <algorithm>

#include "api/saved_lines.hpp"
#include "config/account.hpp"

namespace frontdesk::app {

base::Result<SavedSettings> read_saved_settings(accounts::Office& office) {
  const auto lines = api::all_saved_lines(office);
  if (!lines) return tl::unexpected(lines.error());
  SavedSettings saved;
  for (const auto& [row, account] : *lines) {
    auto trunk = config::trunk_of(account, row.name);
    trunk.saved_as = row.id;
    trunk.organisation = row.organisation;
    if (!row.status.empty()) saved.states[row.name] = row.status;
    saved.lines.push_back(std::move(trunk));
  }
  auto receptionist =
      office.with_connection([](store::Connection& connection) { return read_saved_receptionist(connection); });
  if (!receptionist) return tl::unexpected(receptionist.error());
  saved.receptionist = std::move(*receptionist);
  return saved;
}

base::Status write_line_states(accounts::Office& office, const config::Config& config,
                               const std::map<std::string, std::string>& states) {
  return office.with_connection([&](store::Connection& connection) -> base::Status {
    settings::SipConfigurations table(connection);
    for (const auto& trunk : config.all_trunks) {
      const auto state = states.find(trunk.name);
      if (trunk.saved_as.empty() || state == states.end()) continue;
      const auto written = table.set_status(trunk.organisation, trunk.saved_as, state->second);
      if (!written && written.error().code != base::ErrorCode::not_found) return written;  // deleted meanwhile
    }
    return {};
  });
}

config::Config laid_over(config::Config file, const SavedSettings& saved) {
  for (const auto& line : saved.lines) {
    const auto same = [&](const config::Trunk& other) { return other.name == line.name; };
    if (std::none_of(file.all_trunks.begin(), file.all_trunks.end(), same)) file.all_trunks.push_back(line);
  }
  if (!file.trunk && !file.all_trunks.empty()) file.trunk = file.all_trunks.front();
  return laid_over(std::move(file), saved.receptionist);
}

}  // namespace frontdesk::app
