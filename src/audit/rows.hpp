// The table of the audit log: rows to records and back.
#pragma once
#include "audit/chain/verifier.hpp"
#include "audit/log.hpp"
#include "store/sql.hpp"

namespace frontdesk::audit {

struct Row {
  chain::Record record;
  chain::Mac mac{};
};

/// Waits for other transactions that append (PostgreSQL; SQLite has one writer anyway). First in the transaction.
base::Status lock_end(store::Connection& connection);
base::Result<chain::Head> read_end(store::Connection& connection);
base::Status append(store::Connection& connection, const Row& row);
/// In order, those after `sequence`.
base::Result<std::vector<Row>> read_after(store::Connection& connection, std::int64_t sequence, int limit);
/// Newest first.
base::Result<std::vector<Row>> read_before(store::Connection& connection, const Filter& filter, int limit);

}  // namespace frontdesk::audit
