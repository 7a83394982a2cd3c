// The schema's history: numbered scripts, applied in order, each in one transaction.
#pragma once
#include <span>
#include <string_view>

#include "store/sql.hpp"

namespace frontdesk::store {

struct Migration {
  int version;
  std::string_view name;
  std::string_view script;
};

std::span<const Migration> migrations();

/// failed_precondition if the database is from a newer version of the program.
base::Status migrate(Connection& connection);

}  // namespace frontdesk::store
