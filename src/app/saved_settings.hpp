// What was saved by the API, laid over what the configuration file says.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "accounts/office.hpp"
#include "app/saved_receptionist.hpp"
#include "config/config.hpp"

namespace frontdesk::app {

struct SavedSettings {
  std::vector<config::Trunk> lines;           ///< beside those of the file
  std::map<std::string, std::string> states;  ///< of those, by name: as the machine that registers each last saw it
  SavedReceptionist receptionist;
};

/// How saved lines of `config` are, for other machines and the next start; those of the file and unknown ones are
/// passed over.
base::Status write_line_states(accounts::Office& office, const config::Config& config,
                               const std::map<std::string, std::string>& states);

/// As the database has it now.
base::Result<SavedSettings> read_saved_settings(accounts::Office& office);

/// What is in force: the file's, with what was saved instead of it or beside it. A saved line that has the name of one
/// of the file is left out.
config::Config laid_over(config::Config file, const SavedSettings& saved);

}  // namespace frontdesk::app
