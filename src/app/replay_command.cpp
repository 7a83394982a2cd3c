#include "app/replay_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "app/call_words.hpp"
#include "app/calls_text.hpp"
#include "app/version.hpp"
#include "replay/replay.hpp"
#include "store/call_log.hpp"

namespace frontdesk::app {
namespace {

constexpr int kDiverged = 1;
constexpr int kCannot = 2;
constexpr std::size_t kNotesShown = 10;

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return kCannot;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

base::Result<std::filesystem::path> journal_path(const ReplayOptions& options) {
  if (std::filesystem::is_regular_file(options.journal)) return std::filesystem::path(options.journal);
  const auto log = open_call_log(options.data);
  if (!log) return tl::unexpected(log.error());
  const auto call = (*log)->call(options.journal);
  if (!call) return tl::unexpected(call.error());
  return (*log)->data_folder() / call->journal;
}

base::Result<std::string> journal_text(const ReplayOptions& options) {
  const auto path = journal_path(options);
  if (!path) return tl::unexpected(path.error());
  return read_journal_file(*path, options.data);
}

/// What may make a difference, said before one is found.
void print_circumstances(const replay::Journal& journal) {
  const auto here = build_text();
  if (journal.recipe->build != here)
    print("made by another build: " + plain(journal.recipe->build) + "\nthis is:               " + here + "\n");
  for (std::size_t i = 0; i < std::min(journal.notes.size(), kNotesShown); ++i)
    print("setting: " + plain(journal.notes[i]) + "\n");
  if (journal.notes.size() > kNotesShown)
    print("and " + std::to_string(journal.notes.size() - kNotesShown) + " more settings\n");
  if (!journal.failed.empty()) print("the call was given up: " + plain(journal.failed) + "\n");
  if (!journal.end) print("the journal is cut off: it is replayed as far as it goes\n");
}

void print_divergence(const replay::Divergence& divergence) {
  print("first difference, at line " + std::to_string(divergence.line) + " of the journal:\n");
  for (const auto& line : divergence.before) print("    " + plain(line) + "\n");
  const auto or_nothing = [](const std::string& line) { return line.empty() ? std::string("(nothing)") : plain(line); };
  print("  - " + or_nothing(divergence.expected) + "\n  + " + or_nothing(divergence.got) + "\n");
  print("(-: as recorded, +: as decided now)\n");
}

}  // namespace

void add_replay_command(CLI::App& app, ReplayOptions& options) {
  auto* command = app.add_subcommand("replay", "Play a call's journal to its machine again and compare every decision");
  command->add_option("call", options.journal, "The call's id, \"last\", or the path of a journal")->required();
  command->add_option("--data", options.data, "Folder of the database (default: ./data)");
  command->add_flag("--tape", options.tape, "Print the tape as it is made now");
}

void add_journal_command(CLI::App& app, ReplayOptions& options) {
  auto* command = app.add_subcommand("journal", "Print a call's journal: all that its machine was told and decided");
  command->add_option("call", options.journal, "The call's id, \"last\", or the path of a journal")->required();
  command->add_option("--data", options.data, "Folder of the database (default: ./data)");
}

int journal_command(const ReplayOptions& options) {
  const auto text = journal_text(options);
  if (!text) return complain(text.error());
  print(*text);
  return 0;
}

int replay_command(const ReplayOptions& options) {
  const auto text = journal_text(options);
  if (!text) return complain(text.error());
  const auto journal = replay::read_journal(*text);
  if (!journal) return complain(journal.error());
  const auto replayed = replay::replay(*journal);
  if (!replayed) return complain(replayed.error());
  if (options.tape) {
    print(replayed->tape);
    return replayed->divergence ? kDiverged : 0;
  }
  print_circumstances(*journal);
  if (!replayed->doubt.empty()) print("doubtful: " + plain(replayed->doubt) + "\n");
  if (replayed->divergence) {
    print_divergence(*replayed->divergence);
    return kDiverged;
  }
  print("identical: " + std::to_string(replayed->events) + " events, " + std::to_string(replayed->commands) +
        " commands, digest " + replayed->digest + "\n");
  return replayed->doubt.empty() ? 0 : kDiverged;
}

}  // namespace frontdesk::app
