#include "store/test_databases/test_databases.hpp"

#include <stdlib.h>

#include <stdexcept>

#include "store/postgres_connection.hpp"
#include "store/test_databases/postgres_server.hpp"

namespace frontdesk::test_databases {
namespace {

std::unique_ptr<store::Connection> checked(base::Result<std::unique_ptr<store::Connection>> connection) {
  if (!connection) throw std::runtime_error(connection.error().message);
  return std::move(*connection);
}

}  // namespace

void PrintTo(Kind kind, std::ostream* out) {
  *out << (kind == Kind::sqlite ? "sqlite" : "postgres");
}

TestDatabase::TestDatabase(Kind kind, Schema schema) {
  std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-database-XXXXXX").string();
  location_.folder = mkdtemp(pattern.data());
  if (kind == Kind::sqlite) {
    if (schema == Schema::newest) open();
    return;
  }
  auto& server = PostgresServer::shared();
  location_.url = server.url(server.create_database(schema == Schema::newest));
}

TestDatabase::~TestDatabase() {
  std::error_code ignored;
  std::filesystem::remove_all(location_.folder, ignored);
}

std::unique_ptr<store::Connection> TestDatabase::open() const {
  return checked(store::open_database(location_));
}

std::unique_ptr<store::Connection> TestDatabase::connect() const {
  if (location_.shared()) return checked(store::open_postgres(location_.url));
  return checked(store::open_sqlite(location_.file(), store::OpenMode::read_write, location_.busy_limit));
}

}  // namespace frontdesk::test_databases
