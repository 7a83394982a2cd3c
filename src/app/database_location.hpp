// Where a command finds the database: by the configuration, or by the data folder and the environment.
#pragma once
#include <string>

#include "config/config.hpp"
#include "store/database.hpp"

namespace frontdesk::app {

store::Location database_location(const config::Config& config);
/// For commands that read no configuration file: FRONTDESK_STORAGE_DATABASE, else DATABASE_URL, else the folder's file.
store::Location database_location(const std::string& data_folder);

}  // namespace frontdesk::app
