// Every row of one database into another with the same schema, of either kind: how a shared database is backed up and
// restored, and how a machine's own becomes a shared one.
#pragma once
#include "store/sql.hpp"

namespace frontdesk::backup {

/// The tables of our schema but for its history, each after those it refers to. `sqlite` is a migrated database.
base::Result<std::vector<std::string>> tables_in_order(store::Connection& sqlite);

/// What `to` had in these tables goes; all in one transaction, and of what one moment of `from` held.
base::Status copy_tables(store::Connection& from, store::Connection& to, const std::vector<std::string>& tables);

}  // namespace frontdesk::backup
