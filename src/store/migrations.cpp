#include "store/migrations.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "store/migration_scripts.hpp"

namespace frontdesk::store {
namespace {

constexpr std::int64_t kMigrationLock = 0x66726f6e74646573;  // "frontdes", for pg_advisory_lock
constexpr auto kLockPoll = std::chrono::milliseconds(100);
constexpr int kLockPolls = 6000;  // ten minutes of somebody else's migration

std::vector<Migration> read_migrations() {
  std::vector<Migration> found;
  for (const auto& script : migration_scripts()) {
    if (found.empty() || found.back().version != script.version)
      found.push_back({script.version, script.name, {}, {}, {}});
    auto& migration = found.back();
    (script.dialect == "sqlite"     ? migration.sqlite_script
     : script.dialect == "postgres" ? migration.postgres_script
                                    : migration.script) = script.text;
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.version < b.version; });
  return found;
}

base::Result<bool> has_history(Connection& connection) {
  const auto rows =
      connection.run(connection.dialect() == Dialect::sqlite
                         ? "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
                         : "SELECT 1 WHERE to_regclass('schema_migrations') IS NOT NULL");
  if (!rows) return tl::unexpected(rows.error());
  return !rows->empty();
}

base::Result<std::vector<AppliedMigration>> applied_migrations(Connection& connection) {
  const auto there = has_history(connection);
  if (!there) return tl::unexpected(there.error());
  std::vector<AppliedMigration> applied;
  if (!*there) return applied;
  const auto rows = connection.run("SELECT version, name FROM schema_migrations ORDER BY version");
  if (!rows) return tl::unexpected(rows.error());
  for (const auto& row : *rows) applied.push_back({static_cast<int>(row.integer(0)), row.text(1)});
  return applied;
}

base::Status run_part(Connection& connection, std::string_view script) {
  return script.empty() ? base::Status() : connection.run_script(script);
}

base::Status apply(Connection& connection, const Migration& migration) {
  return connection.transaction([&]() -> base::Status {
    const auto there =
        connection.run("SELECT 1 FROM schema_migrations WHERE version = ?", {std::int64_t{migration.version}});
    if (!there) return tl::unexpected(there.error());
    if (!there->empty()) return {};
    if (auto done = run_part(connection, migration.script); !done) return done;
    const bool sqlite = connection.dialect() == Dialect::sqlite;
    if (auto done = run_part(connection, sqlite ? migration.sqlite_script : migration.postgres_script); !done)
      return done;
    return connection.write("INSERT INTO schema_migrations (version, name) VALUES (?, ?)",
                            {std::int64_t{migration.version}, std::string(migration.name)});
  });
}

base::Status apply_pending(Connection& connection) {
  if (auto made = connection.run_script(
          "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);");
      !made)
    return made;
  const auto state = schema_state(connection);
  if (!state) return tl::unexpected(state.error());
  for (const auto& migration : state->pending) {
    if (auto done = apply(connection, migration); !done) {
      done.error().message = "migration " + std::to_string(migration.version) + " (" + std::string(migration.name) +
                             ") was not applied: " + done.error().message;
      return done;
    }
  }
  return {};
}

/// The lock is the session's, so that it spans the migrations' transactions and goes with the program.
base::Status lock_schema(Connection& connection) {
  for (int i = 0; i < kLockPolls; ++i) {
    const auto taken = connection.run("SELECT CASE WHEN pg_try_advisory_lock(?) THEN 1 ELSE 0 END", {kMigrationLock});
    if (!taken) return tl::unexpected(taken.error());
    if (!taken->empty() && taken->front().flag(0)) return {};
    std::this_thread::sleep_for(kLockPoll);
  }
  return base::fail(base::ErrorCode::deadline_exceeded, "store",
                    "another program has been changing the database's schema for ten minutes: look at what it does",
                    base::Retry::later);
}

}  // namespace

std::span<const Migration> migrations() {
  static const std::vector<Migration> kMigrations = read_migrations();
  return kMigrations;
}

base::Result<SchemaState> schema_state(Connection& connection) {
  auto applied = applied_migrations(connection);
  if (!applied) return tl::unexpected(applied.error());
  SchemaState state{std::move(*applied), {}};
  const int known = migrations().back().version;
  if (state.newest() > known)
    return base::fail(base::ErrorCode::failed_precondition, "store",
                      "the database was written by a newer version of frontdesk (schema " +
                          std::to_string(state.newest()) + ", this program knows " + std::to_string(known) +
                          "): install that version, or use another database");
  for (const auto& migration : migrations()) {
    const bool done = std::any_of(state.applied.begin(), state.applied.end(),
                                  [&](const auto& each) { return each.version == migration.version; });
    if (!done) state.pending.push_back(migration);
  }
  return state;
}

base::Status migrate(Connection& connection) {
  const auto state = schema_state(connection);
  if (!state) return tl::unexpected(state.error());
  if (state->pending.empty()) return {};
  if (connection.dialect() == Dialect::sqlite) return apply_pending(connection);
  if (auto locked = lock_schema(connection); !locked) return locked;
  auto done = apply_pending(connection);
  (void)connection.run("SELECT pg_advisory_unlock(?)", {kMigrationLock});
  return done;
}

}  // namespace frontdesk::store
