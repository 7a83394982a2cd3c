#include "store/test_databases/postgres_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"
#include "store/postgres_connection.hpp"

namespace frontdesk::test_databases {
namespace {

constexpr base::Duration kStartLimit = base::seconds(60);
constexpr const char* kInstallations = "/usr/lib/postgresql";
constexpr const char* kTemplate = "frontdesk_template";

std::filesystem::path newest_installation() {
  std::vector<std::filesystem::path> found;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(kInstallations, none))
    if (std::filesystem::exists(entry.path() / "bin" / "initdb")) found.push_back(entry.path() / "bin");
  if (found.empty()) throw std::runtime_error("there is no PostgreSQL server: install the package postgresql");
  return *std::max_element(found.begin(), found.end());
}

/// PostgreSQL refuses to run as root.
void become_postgres() {
  if (getuid() != 0) return;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr || initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
      setuid(user->pw_uid) != 0)
    _exit(126);
}

pid_t launch(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  const int out = open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0666);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  become_postgres();
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after the change of user, which clears it
  if (chdir("/") != 0) _exit(126);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() : programs_(newest_installation()) {
  std::string pattern = "/tmp/frontdesk-pg-XXXXXX";  // a socket's path has room for 107 characters
  folder_ = mkdtemp(pattern.data());
  if (const passwd* user = getpwnam("postgres"); getuid() == 0 && user != nullptr)
    if (chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("cannot chown " + pattern);
  const pid_t child = launch({programs_ / "initdb", "--pgdata=" + (folder_ / "data").string(), "--no-sync",
                              "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"},
                             folder_ / "log");
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error("initdb failed: see " + (folder_ / "log").string());
  start();
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresServer::start() {
  const auto set = [](const char* name, const std::string& value) { return std::string("--") + name + "=" + value; };
  process_ = launch({programs_ / "postgres", "-D", folder_ / "data", set("listen_addresses", ""),
                     set("unix_socket_directories", folder_), set("fsync", "off"), set("full_page_writes", "off"),
                     set("max_connections", "60"), set("shared_buffers", "64MB"), set("autovacuum", "off")},
                    folder_ / "log");
  const auto deadline = base::monotonic_now() + kStartLimit;
  while (PQping(url("postgres").expose().c_str()) != PQPING_OK) {
    if (base::monotonic_now() > deadline)
      throw std::runtime_error("PostgreSQL does not start: see " + (folder_ / "log").string());
    poll(nullptr, 0, 20);
  }
}

void PostgresServer::stop() {
  if (process_ <= 0) return;
  kill(process_, SIGQUIT);  // at once; its next start recovers
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

base::Secret PostgresServer::url(const std::string& database) const {
  return base::Secret("postgresql:///" + database + "?user=postgres&host=" + folder_.string());
}

void PostgresServer::run(const std::string& sql) const {
  auto connection = store::open_postgres(url("postgres"));
  if (!connection) throw std::runtime_error(connection.error().message);
  if (const auto done = (*connection)->run_script(sql); !done) throw std::runtime_error(done.error().message);
}

std::string PostgresServer::create_database(bool with_schema) {
  if (with_schema && !has_template_) {
    run(std::string("CREATE DATABASE ") + kTemplate);
    const auto filled = store::open_database({folder_, url(kTemplate)});
    if (!filled) throw std::runtime_error(filled.error().message);
    has_template_ = true;
  }
  const auto name = "frontdesk_" + std::to_string(++created_);
  run("CREATE DATABASE " + name + (with_schema ? std::string(" TEMPLATE ") + kTemplate : ""));
  return name;
}

}  // namespace frontdesk::test_databases
