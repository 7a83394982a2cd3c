#include "app/database_location.hpp"

namespace frontdesk::app {

store::Location database_location(const config::Config& config) {
  return {config.server.data, config.storage.database};
}

store::Location database_location(const std::string& data_folder) {
  const auto environment = config::process_environment();
  for (const auto* name : {"FRONTDESK_STORAGE_DATABASE", config::kDatabaseVariable.data()})
    if (const auto found = environment.find(name); found != environment.end() && !found->second.empty())
      return {data_folder, base::Secret(found->second)};
  return data_folder;
}

}  // namespace frontdesk::app
