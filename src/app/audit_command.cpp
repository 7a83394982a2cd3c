#include "app/audit_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/recording_keys.hpp"
#include "audit/anchor_file.hpp"
#include "audit/log.hpp"
#include "base/clock.hpp"
#include "store/call_writer.hpp"
#include "store/folder_lock.hpp"
#include "store/sqlite_connection.hpp"

namespace frontdesk::app {
namespace {

constexpr std::int64_t kFirstSchema = 10;  // that has an audit log

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

std::filesystem::path anchor_of(const AuditOptions& options) {
  return options.anchor.empty() ? std::filesystem::path(options.data) / audit::kAnchorFile
                                : std::filesystem::path(options.anchor);
}

base::Result<secrets::DataKeys> keys_of(const AuditOptions& options) {
  auto ring = recording_keys(options.data, false);
  if (!ring) return tl::unexpected(ring.error());
  if (!*ring)
    return base::fail(base::ErrorCode::not_found, "audit",
                      "there is no master key in " + options.data + ": restore it, or set FRONTDESK_MASTER_KEY");
  return secrets::DataKeys(std::move(*ring));
}

int print(const audit::Report& report) {
  for (const auto& each : report.findings)
    std::printf("record %lld %s\n", static_cast<long long>(each.sequence),
                std::string(chain::meaning(each.fault)).c_str());
  std::printf("audit log: %lld records, %s\n", static_cast<long long>(report.records),
              report.findings.empty() ? "whole" : "NOT whole");
  return report.findings.empty() ? 0 : 1;
}

int verify(const AuditOptions& options) {
  const auto file = std::filesystem::path(options.data) / store::kDatabaseFile;
  const auto connection = store::open_sqlite(file, store::OpenMode::read_only);
  if (!connection) return complain(connection.error());
  const auto schema = (*connection)->run("SELECT MAX(version) FROM schema_migrations");
  if (!schema) return complain(schema.error());
  if (schema->front().integer(0) < kFirstSchema) {
    std::printf("audit log: this database is from before there was one\n");
    return 0;
  }
  const auto keys = keys_of(options);
  if (!keys) return complain(keys.error());
  const auto report = audit::verify(**connection, *keys, anchor_of(options));
  return report ? print(*report) : complain(report.error());
}

/// The program must not run meanwhile: it would not know.
int reanchor(const AuditOptions& options) {
  const auto lock = store::FolderLock::take(options.data);
  if (!lock) return complain(lock.error());
  const auto connection = store::open_database(options.data);
  if (!connection) return complain(connection.error());
  const auto keys = keys_of(options);
  if (!keys) return complain(keys.error());
  const auto now = base::wall_now();
  const auto log = audit::Log::open(**connection, *keys, anchor_of(options), now);
  if (!log) return complain(log.error());
  if (auto done = (*log)->reanchor(**connection, {"org_local", "operator", "", ""}, options.reason, now); !done)
    return complain(done.error());
  const auto report = (*log)->verify(**connection);
  return report ? print(*report) : complain(report.error());
}

}  // namespace

void add_audit_command(CLI::App& app, AuditOptions& options) {
  auto* command = app.add_subcommand("audit", "Prove that nobody touched the audit log");
  command->require_subcommand(1);
  command->add_option("--data", options.data, "Folder of the database (default: ./data)");
  command->add_option("--anchor", options.anchor, "The log's anchor, if it is kept elsewhere or this is a copy");
  command->add_subcommand("verify", "Check every record, and that the end is there")->fallthrough();
  auto* again = command->add_subcommand("reanchor", "Take the log as it stands, after a backup was restored");
  again->add_option("--reason", options.reason, "Recorded in the log")->required()->check([](const std::string& text) {
    return text.empty() ? "say why" : std::string();
  });
  again->fallthrough();
}

int audit_command(const AuditOptions& options) {
  return options.reason.empty() ? verify(options) : reanchor(options);
}

}  // namespace frontdesk::app
