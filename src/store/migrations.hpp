// The schema's history: numbered scripts (src/store/migrations), applied in order, each in one transaction.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.hpp"

namespace frontdesk::store {

struct Migration {
  int version;
  std::string_view name;
  std::string_view script;           ///< for both databases
  std::string_view sqlite_script;    ///< after it, on SQLite
  std::string_view postgres_script;  ///< after it, on PostgreSQL
};

std::span<const Migration> migrations();

struct AppliedMigration {
  int version;
  std::string name;
};

struct SchemaState {
  std::vector<AppliedMigration> applied;
  std::vector<Migration> pending;
  int newest() const { return applied.empty() ? 0 : applied.back().version; }
};

/// Changes nothing. failed_precondition if the database is from a newer version of the program.
base::Result<SchemaState> schema_state(Connection& connection);

/// Applies what is pending; with PostgreSQL one program at a time, the others wait. failed_precondition as above.
base::Status migrate(Connection& connection);

}  // namespace frontdesk::store
