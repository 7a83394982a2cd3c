// Databases for tests that must hold on each kind. Write a suite once, over TestDatabase(GetParam()), and instantiate
// it with testing::Values(Kind::sqlite, Kind::postgres) and KindName(). Throws std::runtime_error.
#pragma once
#include <memory>
#include <ostream>
#include <string>

#include "store/database.hpp"

namespace frontdesk::test_databases {

enum class Kind { sqlite, postgres };
void PrintTo(Kind kind, std::ostream* out);

/// The name of an instance of a suite.
struct KindName {
  template <class Info>
  std::string operator()(const Info& info) const {
    return info.param == Kind::sqlite ? "sqlite" : "postgres";
  }
};

enum class Schema { newest, none };

/// An empty database and a data folder of its own; the folder goes with it, the server's database with the program.
class TestDatabase {
 public:
  explicit TestDatabase(Kind kind, Schema schema = Schema::newest);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const store::Location& location() const { return location_; }
  /// One more connection, with the schema brought up to date.
  std::unique_ptr<store::Connection> open() const;
  /// One more connection, as it is.
  std::unique_ptr<store::Connection> connect() const;

 private:
  store::Location location_;
};

}  // namespace frontdesk::test_databases
