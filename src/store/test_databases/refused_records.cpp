#include "store/test_databases/refused_records.hpp"

namespace frontdesk::test_databases {

base::Status refuse_rows(store::Connection& connection, Kind kind, const std::string& table) {
  if (kind == Kind::sqlite)
    return connection.run_script("CREATE TRIGGER refused BEFORE INSERT ON " + table +
                                 " BEGIN SELECT RAISE(ABORT, 'disk full'); END;");
  return connection.run_script(
      "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''disk full''; END';"
      "CREATE TRIGGER refused BEFORE INSERT ON " +
      table + " FOR EACH ROW EXECUTE FUNCTION refused();");
}

base::Status take_rows_again(store::Connection& connection, Kind kind, const std::string& table) {
  if (kind == Kind::sqlite) return connection.run_script("DROP TRIGGER refused;");
  return connection.run_script("DROP TRIGGER refused ON " + table + "; DROP FUNCTION refused();");
}

}  // namespace frontdesk::test_databases
