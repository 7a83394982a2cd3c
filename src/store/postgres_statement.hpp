// From the repositories' SQL to PostgreSQL's, and from its errors to ours.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace frontdesk::store {

/// Each ? outside quotes and comments becomes $1, $2, ...
std::string numbered_parameters(std::string_view sql);

struct PostgresVerdict {
  base::ErrorCode code = base::ErrorCode::internal;
  base::Retry retry = base::Retry::never;
};

/// Of an SQLSTATE, five characters (https://www.postgresql.org/docs/15/errcodes-appendix.html).
PostgresVerdict verdict_on(std::string_view sqlstate);

/// The server has forgotten a prepared statement, or its tables have changed: preparing it again helps.
bool is_stale_statement(std::string_view sqlstate);

}  // namespace frontdesk::store
