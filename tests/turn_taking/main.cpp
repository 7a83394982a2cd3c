// frontdesk_turns measure LIST [--json FILE] [--cases] [--detector product|none|prosody|smart] [--shipped]
//                                  cut-offs against delay; LIST comes from scripts/bench/corpus.py
// frontdesk_turns prepare LIST     sound files at 8 kHz: "say VOICE PACE TEXT FILE" or "read SOURCE FILE" by tabs
// frontdesk_turns look FILE...     where there is sound in a recording, and what is said
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "audio/wav.hpp"
#include "meter/speech_activity.hpp"
#include "turn_taking/report.hpp"

namespace frontdesk::turn_taking {
namespace {

constexpr int kMisused = 2;

struct Options {
  std::string command;
  std::vector<std::string> files;
  std::string json;
  bool cases = false;
  bool shipped_only = false;
  Detector detector = Detector::product;
};

std::optional<Detector> detector_named(std::string_view name) {
  if (name == "product") return Detector::product;
  if (name == "none") return Detector::none;
  if (name == "prosody") return Detector::prosody;
  if (name == "smart") return Detector::smart;
  return std::nullopt;
}

std::optional<Options> parse(int argc, char** argv) {
  if (argc < 3) return std::nullopt;
  Options options{.command = argv[1]};
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--cases") {
      options.cases = true;
    } else if (word == "--shipped") {
      options.shipped_only = true;
    } else if (word == "--json" && !value.empty()) {
      options.json = argv[++i];
    } else if (word == "--detector" && detector_named(value)) {
      options.detector = *detector_named(argv[++i]);
    } else if (word.starts_with("--")) {
      return std::nullopt;
    } else {
      options.files.push_back(word);
    }
  }
  return options.files.empty() ? std::nullopt : std::optional(options);
}

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk_turns: %s\n", error.message.c_str());
  return 1;
}

/// Runs work(i) for each i below count on a thread for each core; the first failure ends it.
template <class Work>
base::Status for_each_index(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::vector<base::Status> failures(std::max(1U, std::thread::hardware_concurrency()));
  {
    std::vector<std::jthread> threads;
    for (auto& failure : failures)
      threads.emplace_back([&] {
        for (auto i = next++; i < count && failure; i = next++) failure = work(i);
      });
  }
  for (auto& failure : failures)
    if (!failure) return failure;
  return {};
}

// --- measure

struct Corpus {
  std::vector<Entry> entries;
  std::vector<std::optional<Recording>> recordings;
};

base::Result<Corpus> load(const std::string& list, Engines& engines) {
  auto entries = read_list(list);
  if (!entries) return tl::unexpected(entries.error());
  Corpus corpus{.entries = std::move(*entries)};
  corpus.recordings.resize(corpus.entries.size());
  const auto loaded = for_each_index(corpus.entries.size(), [&](std::size_t i) -> base::Status {
    auto recording = Recording::load(corpus.entries[i], engines);
    if (!recording) return tl::unexpected(recording.error());
    corpus.recordings[i].emplace(std::move(*recording));
    return {};
  });
  if (!loaded) return tl::unexpected(loaded.error());
  return corpus;
}

base::Result<std::vector<Measured>> measure(Corpus& corpus, bool shipped_only) {
  std::vector<Measured> all;
  for (auto& trial : trials()) {
    if (shipped_only && (trial.policy != "adaptive" || trial.factor != 1.0)) continue;
    std::vector<Judged> judged(corpus.recordings.size());
    const auto done = for_each_index(judged.size(), [&](std::size_t i) -> base::Status {
      auto& recording = *corpus.recordings[i];
      auto outcome = run_call(recording, trial.settings, EngineDelays{});
      if (!outcome) return tl::unexpected(outcome.error());
      judged[i] = {&recording.entry(), recording.pause(), recording.speech_end(), std::move(*outcome)};
      return {};
    });
    if (!done) return tl::unexpected(done.error());
    Measured measured{.trial = trial};
    for (auto& each : judged) (each.pause ? measured.pauses : measured.questions).push_back(std::move(each));
    all.push_back(std::move(measured));
  }
  return all;
}

int measure_command(const Options& options, Engines& engines) {
  auto corpus = load(options.files.front(), engines);
  if (!corpus) return complain(corpus.error());
  auto measured = measure(*corpus, options.shipped_only);
  if (!measured) return complain(measured.error());
  std::fputs(render_text(*measured).c_str(), stdout);
  for (const auto& each : *measured)
    if (options.cases && each.trial.policy == "adaptive" && each.trial.factor == 1.0)
      std::fputs(render_cases(each).c_str(), stdout);
  if (!options.json.empty()) std::ofstream(options.json) << render_json(*measured, engines.has_detector()) << "\n";
  return 0;
}

// --- prepare

base::Status prepare_one(const std::string& line, Engines& engines) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; std::getline(in, word, '\t');) words.push_back(word);
  const bool says = words.size() == 5 && words[0] == "say";
  const bool reads = words.size() == 3 && words[0] == "read";
  if (!says && !reads)
    return base::fail(base::ErrorCode::invalid_argument, "turn_taking", "this line is neither say nor read: " + line);
  auto pcm = says ? engines.say(words[3], {words[1], std::strtod(words[2].c_str(), nullptr)}, audio::kTelephoneRate)
                  : read_telephone_audio(words[1]);
  if (!pcm) return tl::unexpected(pcm.error());
  return audio::write_wav(words.back(), {.samples = std::move(*pcm)});
}

int prepare_command(const Options& options, Engines& engines) {
  std::ifstream file(options.files.front());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const auto done = for_each_index(lines.size(), [&](std::size_t i) { return prepare_one(lines[i], engines); });
  return done ? 0 : complain(done.error());
}

// --- look

int look_command(const Options& options, Engines& engines) {
  for (const auto& file : options.files) {
    const auto pcm = read_telephone_audio(file);
    if (!pcm) return complain(pcm.error());
    const auto text = engines.transcribe(*pcm, 0, pcm->size());
    if (!text) return complain(text.error());
    std::printf("%s\t%s\t", file.c_str(), text->text.c_str());
    for (const auto& stretch : meter::find_stretches(*pcm))
      std::printf(" %.2f-%.2f", base::to_seconds(stretch.start), base::to_seconds(stretch.end));
    std::printf("\n");
  }
  return 0;
}

int run(int argc, char** argv) {
  const auto options = parse(argc, argv);
  if (!options) {
    std::fprintf(stderr, "usage: frontdesk_turns measure|prepare|look FILE... (see main.cpp)\n");
    return kMisused;
  }
  auto engines = Engines::create(inference::ModelFiles::locate(), options->detector);
  if (!engines) return complain(engines.error());
  if (options->command == "measure") return measure_command(*options, **engines);
  if (options->command == "prepare") return prepare_command(*options, **engines);
  return look_command(*options, **engines);
}

}  // namespace
}  // namespace frontdesk::turn_taking

int main(int argc, char** argv) {
  return frontdesk::turn_taking::run(argc, argv);
}
