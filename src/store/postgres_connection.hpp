// PostgreSQL 13 or later by libpq (https://www.postgresql.org/docs/15/libpq.html). Every wait has a deadline. A
// connection that was lost is made anew by the next statement outside a transaction.
#pragma once
#include <memory>

#include "base/protect.hpp"
#include "base/time.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

struct PostgresOptions {
  base::Duration connect_limit = base::seconds(10);
  base::Duration statement_limit = base::seconds(15);  ///< the server ends what takes longer
  bool read_only = false;
};

/// `url` is what libpq takes, TLS included: "postgresql://user:password@host:5432/name?sslmode=verify-full".
/// invalid_argument if it is none; unavailable if nobody answers; failed_precondition if the server is too old or the
/// database is not UTF-8. Errors never quote the URL.
base::Result<std::unique_ptr<Connection>> open_postgres(const base::Secret& url, const PostgresOptions& options = {});

}  // namespace frontdesk::store
