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
    saved.lines.push_back(std::move(trunk));
  }
  return saved;
}

config::Config laid_over(config::Config file, const SavedSettings& saved) {
  for (const auto& line : saved.lines) {
    const auto same = [&](const config::Trunk& other) { return other.name == line.name; };
    if (std::none_of(file.all_trunks.begin(), file.all_trunks.end(), same)) file.all_trunks.push_back(line);
  }
  if (!file.trunk && !file.all_trunks.empty()) file.trunk = file.all_trunks.front();
  return file;
}

}  // namespace frontdesk::app
