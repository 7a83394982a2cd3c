#include "app/rerun_command.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/brain.hpp"
#include "app/call_plans.hpp"
#include "app/call_words.hpp"
#include "app/load_config.hpp"
#include "app/recording_keys.hpp"
#include "app/speech_engines.hpp"
#include "audio/wav.hpp"
#include "media/recording/call_recording.hpp"
#include "rerun/comparison.hpp"
#include "rerun/recorded_call.hpp"
#include "rerun/virtual_call.hpp"
#include "runtime/call_number.hpp"
#include "store/call_log.hpp"

namespace frontdesk::app {
namespace {

constexpr int kChanged = 1;
constexpr int kCannot = 2;
constexpr std::string_view kLast = "last:";

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return kCannot;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

base::Result<std::vector<std::string>> newest(const store::CallLog& log, const std::string& count) {
  char* end = nullptr;
  const auto wanted = std::strtol(count.c_str(), &end, 10);
  if (count.empty() || *end != '\0' || wanted < 1 || wanted > store::kMaxPage)
    return base::fail(base::ErrorCode::invalid_argument, "rerun", "--calls last:N takes a number from 1 to 200");
  const auto page = log.list({}, static_cast<int>(wanted));
  if (!page) return tl::unexpected(page.error());
  std::vector<std::string> ids;
  for (const auto& call : page->calls) ids.push_back(call.id);
  return ids;
}

base::Result<std::vector<std::string>> chosen_calls(const store::CallLog& log, const std::string& list) {
  if (list.starts_with(kLast)) return newest(log, list.substr(kLast.size()));
  std::string text = list;
  if (std::filesystem::is_regular_file(list)) {
    std::ifstream file(list);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  for (char& c : text)
    if (c == ',') c = ' ';
  std::istringstream words(text);
  std::vector<std::string> ids;
  for (std::string id; words >> id;) ids.push_back(id);
  if (ids.empty()) return base::fail(base::ErrorCode::invalid_argument, "rerun", "--calls names no call");
  return ids;
}

base::Result<rerun::RecordedCall> load_call(const store::CallLog& log, const std::string& data_folder,
                                            const std::string& id, bool with_sound) {
  const auto call = log.call(id);
  if (!call) return tl::unexpected(call.error());
  const auto turns = log.turns(call->id);
  if (!turns) return tl::unexpected(turns.error());
  const auto lines = read_journal_file(log.data_folder() / call->journal, data_folder);
  if (!lines) return tl::unexpected(lines.error());
  const auto journal = replay::read_journal(*lines);
  if (!journal) return tl::unexpected(journal.error());
  if (!with_sound) return rerun::recorded_call(call->id, *journal, *turns, nullptr);
  if (call->recording.empty())
    return base::fail(base::ErrorCode::failed_precondition, "rerun",
                      call->id + " was not recorded: run it again with --from-transcripts");
  const auto keys = recording_keys(log.data_folder(), false);
  if (!keys) return tl::unexpected(keys.error());
  const auto recording = recording::open_recording(log.data_folder() / call->recording, keys->get());
  if (!recording) return tl::unexpected(recording.error());
  const auto sound = recording::read_sound(**recording);
  if (!sound) return tl::unexpected(sound.error());
  return rerun::recorded_call(call->id, *journal, *turns, &*sound);
}

/// The receptionist of the configuration, without a line.
struct Company {
  config::Config config;
  std::shared_ptr<llm::ChatModel> brain;
  SpeechEngines speech;
  std::unique_ptr<rerun::TimedEngines> engines;
};

base::Result<std::unique_ptr<Company>> assemble(config::Config config, const RerunOptions& options) {
  auto company = std::make_unique<Company>();
  company->config = std::move(config);
  const auto models =
      inference::ModelFiles::locate(options.models.empty() ? company->config.server.models : options.models);
  auto brain = create_brain(company->config, models);
  if (!brain) return tl::unexpected(brain.error());
  company->brain = std::move(brain->model);
  if (options.from_transcripts) {
    company->engines = std::make_unique<rerun::TimedEngines>(*company->brain);
    return company;
  }
  auto speech = create_speech_engines(models);
  if (!speech) return tl::unexpected(speech.error());
  company->speech = std::move(*speech);
  company->engines = std::make_unique<rerun::TimedEngines>(
      runtime::Engines{*company->speech.vad, *company->speech.stt, company->speech.voices->tts(), *company->brain,
                       company->speech.turns.get()});
  return company;
}

base::Result<rerun::ComparedCall> run_again(const rerun::RecordedCall& recorded, std::uint64_t number,
                                            Company& company) {
  rerun::Casting casting{
      recorded, conversation_settings(company.config), {company.config.voice.name, company.config.voice.speed}, number};
  casting.settings.caller_number = recorded.settings.caller_number;
  casting.settings.wall_at_start = recorded.settings.wall_at_start;
  casting.settings.first_request = runtime::first_request(number);
  const auto performance = rerun::perform(casting, *company.engines);
  if (!performance) return tl::unexpected(performance.error());
  return rerun::compare(recorded, *performance);
}

base::Status write_json(const std::string& path, const std::string& json) {
  if (path == "-") return print(json + "\n"), base::Status{};
  std::ofstream file(path, std::ios::binary);
  file << json << "\n";
  if (file.flush()) return {};
  return base::fail(base::ErrorCode::unavailable, "rerun", "cannot write " + path);
}

}  // namespace

void add_rerun_command(CLI::App& app, RerunOptions& options) {
  auto* command = app.add_subcommand(
      "rerun",
      "Put recorded callers through to another configuration and compare its answers. They cannot react to "
      "new answers: each says what they said then, when the answer before it has been heard");
  command->add_option("--calls", options.calls, "Ids with commas between, last:N, or a file of ids (default: last:1)");
  command->add_option("--with", options.config, "Configuration file (default: as for serve)");
  command->add_option("--data", options.data, "Folder of the database and the recordings (default: ./data)");
  command->add_option("--models", options.models, "Folder of the speech models");
  command->add_option("--json", options.json, "Also write the comparison to this file as JSON; - prints it instead");
  command->add_option("--allow-changed", options.allow_changed, "Exchanges that may change without a failure")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--from-transcripts", options.from_transcripts,
                    "Give it the words as they were recognised then, not the sound: fast and exact");
}

int rerun_command(const RerunOptions& options) {
  auto config = load_config_or_sample(options.config);
  if (!config) return print_problems(config.error()), kCannot;
  const auto log = open_call_log(options.data);
  if (!log) return complain(log.error());
  const auto ids = chosen_calls(**log, options.calls);
  if (!ids) return complain(ids.error());
  std::vector<rerun::RecordedCall> recorded;
  for (const auto& id : *ids) {
    auto call = load_call(**log, options.data, id, !options.from_transcripts);
    if (!call) return complain(call.error());
    recorded.push_back(std::move(*call));
  }
  auto company = assemble(std::move(*config), options);
  if (!company) return complain(company.error());

  const bool text = options.json != "-";
  std::vector<rerun::ComparedCall> compared;
  std::size_t changed = 0;
  for (const auto& call : recorded) {
    auto one = run_again(call, compared.size() + 1, **company);
    if (!one) return complain(one.error());
    if (text) print(rerun::text_of(*one) + "\n");
    changed += one->changed();
    compared.push_back(std::move(*one));
  }
  if (text) print(rerun::summary_of(compared));
  if (!options.json.empty())
    if (auto written = write_json(options.json, rerun::json_of(compared)); !written) return complain(written.error());
  return changed > static_cast<std::size_t>(options.allow_changed) ? kChanged : 0;
}

}  // namespace frontdesk::app
