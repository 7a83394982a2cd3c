// The files of src/store/migrations as they are compiled in, in the order of their names.
#pragma once
#include <span>
#include <string_view>

namespace frontdesk::store {

struct MigrationScript {
  int version;
  std::string_view name;
  std::string_view dialect;  ///< "sqlite", "postgres"; empty: for both
  std::string_view text;
};

std::span<const MigrationScript> migration_scripts();

}  // namespace frontdesk::store
