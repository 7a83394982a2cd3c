// What was saved by the API, laid over what the configuration file says.
#pragma once
#include <vector>

#include "accounts/office.hpp"
#include "config/config.hpp"

namespace frontdesk::app {

struct SavedSettings {
  std::vector<config::Trunk> lines;  ///< beside those of the file
};

/// As the database has it now.
base::Result<SavedSettings> read_saved_settings(accounts::Office& office);

/// What is in force: the file's, with what was saved instead of it or beside it. A saved line that has the name of one
/// of the file is left out.
config::Config laid_over(config::Config file, const SavedSettings& saved);

}  // namespace frontdesk::app
