// For tests: a table that takes no more rows, as if the disk were full.
#pragma once
#include "store/test_databases/test_databases.hpp"

namespace frontdesk::test_databases {

base::Status refuse_rows(store::Connection& connection, Kind kind, const std::string& table);
base::Status take_rows_again(store::Connection& connection, Kind kind, const std::string& table);

}  // namespace frontdesk::test_databases
