#include "app/command_line.hpp"

#include <CLI/CLI.hpp>

#include "app/account_command.hpp"
#include "app/audit_command.hpp"
#include "app/backup_command.hpp"
#include "app/call_command.hpp"
#include "app/calls_command.hpp"
#include "app/doctor_command.hpp"
#include "app/key_command.hpp"
#include "app/load_command.hpp"
#include "app/migrate_command.hpp"
#include "app/recording_command.hpp"
#include "app/replay_command.hpp"
#include "app/rerun_command.hpp"
#include "app/serve.hpp"
#include "app/version.hpp"
#include "sound_files/child.hpp"

namespace frontdesk::app {
namespace {

constexpr int kMisused = 2;

void add_serve(CLI::App& app, ServeOptions& options) {
  auto* command = app.add_subcommand("serve", "Answer calls until stopped");
  command->add_option("--config", options.config,
                      "Configuration file (default: frontdesk.toml, else the sample business)");
  command->add_option("--data", options.data, "Folder of the database and the recordings");
  command->add_option("--sip", options.sip, "Address and port for SIP, UDP and TCP; port 0 picks a free one");
  command->add_option("--http", options.http, "Address and port of the web page and the API; port 0 picks a free one");
  command->add_option("--https", options.https, "The same by TLS, with server.certificate and server.private_key");
  command->add_option("--rtp", options.rtp, "First and last UDP port for audio, as 20000-20999");
  command->add_option("--models", options.models, "Folder of the speech models");
  command->add_option("--voice", options.voice, "Voice of the receptionist, as libritts:403 or flite:slt");
  command->add_flag("--diagnostics", options.diagnostics,
                    "Also answer echo-test and talk-test, from this machine only");
}

void add_calls(CLI::App& app, CallsOptions& options) {
  auto* command = app.add_subcommand("calls", "Look at the calls that were answered");
  command->require_subcommand(1);
  command->add_option("--data", options.data, "Folder of the database (default: ./data)");
  auto* list = command->add_subcommand("list", "The latest calls");
  list->add_option("--limit", options.limit, "How many")->check(CLI::Range(1, 200));
  list->add_flag("--json", options.json, "As JSON");
  list->callback([&options] { options.id.clear(); });
  list->fallthrough();  // --data may come after it
  auto* show = command->add_subcommand("show", "One call: transcript, times, messages");
  show->fallthrough();
  show->add_option("id", options.id, "The call's id, or \"last\"")->required();
  show->add_flag("--json", options.json, "As JSON");
  show->add_flag("--why", options.why, "Also the decisions that were taken, and why");
}

}  // namespace

int run_command_line(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == sound_files::kChildCommand) return sound_files::run_child();
  CLI::App app("Frontdesk answers the telephone.");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  ServeOptions serve_options;
  AccountOptions account_options;
  AuditOptions audit_options;
  CallCommandOptions call_options;
  CallsOptions calls_options;
  DoctorOptions doctor_options;
  KeyOptions key_options;
  LoadCommandOptions load_options;
  MigrateOptions migrate_options;
  BackupOptions backup_options;
  ReplayOptions replay_options;
  ReplayOptions journal_options;
  RerunOptions rerun_options;
  RecordingOptions recording_options;
  add_serve(app, serve_options);
  add_account_command(app, account_options);
  add_audit_command(app, audit_options);
  add_call_command(app, call_options);
  add_calls(app, calls_options);
  add_doctor_command(app, doctor_options);
  add_key_command(app, key_options);
  add_load_command(app, load_options);
  add_migrate_command(app, migrate_options);
  add_backup_commands(app, backup_options);
  add_replay_command(app, replay_options);
  add_journal_command(app, journal_options);
  add_rerun_command(app, rerun_options);
  add_recording_command(app, recording_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kMisused;
  }
  if (app.got_subcommand("serve")) return serve(serve_options);
  if (app.got_subcommand("account")) return account_command(account_options);
  if (app.got_subcommand("audit")) return audit_command(audit_options);
  if (app.got_subcommand("call")) return call_command(call_options);
  if (app.got_subcommand("doctor")) return doctor_command(doctor_options);
  if (app.got_subcommand("key")) return key_command(app, key_options);
  if (app.got_subcommand("load")) return load_command(load_options);
  if (app.got_subcommand("backup")) return backup_command(backup_options);
  if (app.got_subcommand("verify")) return verify_command(backup_options);
  if (app.got_subcommand("restore")) return restore_command(backup_options);
  if (app.got_subcommand("migrate")) return migrate_command(migrate_options);
  if (app.got_subcommand("replay")) return replay_command(replay_options);
  if (app.got_subcommand("journal")) return journal_command(journal_options);
  if (app.got_subcommand("recording")) return recording_command(recording_options);
  if (app.got_subcommand("rerun")) return rerun_command(rerun_options);
  return calls_command(calls_options);
}

}  // namespace frontdesk::app
