// A PostgreSQL server for the tests of one program: started when it is first asked for, on a socket in a folder of its
// own, and gone with the program. It does not wait for the disk, which is what makes it fast, but what it
// acknowledged survives stop(). Throws std::runtime_error.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>

#include "base/protect.hpp"

namespace frontdesk::test_databases {

class PostgresServer {
 public:
  static PostgresServer& shared();
  /// Debian's package postgresql in /usr/lib/postgresql; as root it runs as the user postgres.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  base::Secret url(const std::string& database) const;
  /// As a user who may change everything, in the database postgres.
  void run(const std::string& sql) const;
  /// A new database, with the newest schema or with none; its name.
  std::string create_database(bool with_schema);
  void stop();
  void start();

 private:
  std::filesystem::path folder_;
  std::filesystem::path programs_;
  pid_t process_ = -1;
  int created_ = 0;
  bool has_template_ = false;
};

}  // namespace frontdesk::test_databases
