#include "app/saved_settings.hpp"

namespace frontdesk::app {

base::Result<SavedSettings> read_saved_settings(accounts::Office& office) {
  return office.with_connection([](store::Connection&) -> base::Result<SavedSettings> { return SavedSettings{}; });
}

config::Config laid_over(config::Config file, const SavedSettings& saved) {
  for (const auto& line : saved.lines) file.all_trunks.push_back(line);
  return file;
}

}  // namespace frontdesk::app
