#include "turn_taking/recording.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

#include "audio/g711.hpp"
#include "audio/levels.hpp"
#include "audio/resampler.hpp"
#include "audio/wav.hpp"
#include "meter/speech_activity.hpp"

namespace frontdesk::turn_taking {
namespace {

constexpr std::size_t kColumns = 8;
// The meter of calls, but a pause counts from a tenth of a second.
constexpr base::Duration kPauseHangover = base::milliseconds(100);

tl::unexpected<base::Error> wrong(std::string message) {
  return base::fail(base::ErrorCode::invalid_argument, "turn_taking", std::move(message));
}

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns;
  std::istringstream in(line);
  for (std::string column; std::getline(in, column, '\t');) columns.push_back(column);
  columns.resize(std::max(columns.size(), kColumns));
  return columns;
}

std::size_t samples_in(base::Duration length) {
  return audio::samples_for(static_cast<int>(base::to_ms(length)), audio::kTelephoneRate);
}

}  // namespace

base::Result<std::vector<Entry>> read_list(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) return wrong("cannot read " + path.string() + ": run ./dev bench turns");
  std::vector<Entry> entries;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto columns = columns_of(line);
    Entry entry{.id = columns[0], .kind = columns[1], .half = columns[2]};
    entry.human = columns[3] == "human";
    if (columns[4] != "-") {
      int ms = 0;
      const auto& text = columns[4];
      if (std::from_chars(text.data(), text.data() + text.size(), ms).ec != std::errc{})
        return wrong(entry.id + ": '" + text + "' is no number of milliseconds");
      entry.pause_middle = base::milliseconds(ms);
    }
    entry.file = columns[5];
    entry.asked = columns[6];
    entry.text = columns[7];
    entries.push_back(std::move(entry));
  }
  return entries;
}

base::Result<audio::Pcm> read_telephone_audio(const std::filesystem::path& path) {
  auto wav = audio::read_wav(path);
  if (!wav) return tl::unexpected(wav.error());
  auto pcm = wav->channel(0);
  return wav->rate == audio::kTelephoneRate ? pcm : audio::resample(pcm, wav->rate, audio::kTelephoneRate);
}

base::Result<Recording> Recording::load(Entry entry, Engines& engines) {
  Recording recording(std::move(entry), engines);
  auto sound = read_telephone_audio(recording.entry_.file);
  if (!sound) return tl::unexpected(sound.error());
  for (auto& sample : *sound)
    sample = audio::decode_g711(audio::G711Law::mu, audio::encode_g711(audio::G711Law::mu, sample));
  auto& pcm = recording.pcm_;
  pcm.assign(samples_in(kBefore), 0);
  pcm.insert(pcm.end(), sound->begin(), sound->end());
  pcm.resize(pcm.size() + samples_in(kAfter), 0);
  if (auto found = recording.find_marks(); !found) return tl::unexpected(found.error());
  auto probabilities = engines.speech_probabilities(pcm);
  if (!probabilities) return tl::unexpected(probabilities.error());
  recording.probabilities_ = std::move(*probabilities);
  return recording;
}

base::Status Recording::find_marks() {
  meter::ActivityOptions options;
  options.hangover = kPauseHangover;
  const auto stretches = meter::find_stretches(pcm_, options);
  if (stretches.empty()) return wrong(entry_.id + ": there is no sound in " + entry_.file.string());
  speech_end_ = stretches.back().end;
  if (!entry_.pause_middle) return {};
  const auto middle = kBefore + *entry_.pause_middle;
  for (std::size_t i = 0; i + 1 < stretches.size(); ++i) {
    if (stretches[i].end <= middle && stretches[i + 1].start >= middle)
      pause_ = Span{stretches[i].end, stretches[i + 1].start};
  }
  if (!pause_)
    return wrong(entry_.id + ": there is no pause at " + std::to_string(base::to_ms(*entry_.pause_middle)) + " ms");
  return {};
}

base::Result<Recognised> Recording::transcript(std::size_t from, std::size_t to) {
  const auto known = transcripts_.find({from, to});
  if (known != transcripts_.end()) return known->second;
  auto recognised = engines_->transcribe(pcm_, from, to);
  if (recognised) transcripts_[{from, to}] = *recognised;
  return recognised;
}

std::optional<float> Recording::turn_end(std::size_t from, std::size_t to) {
  const auto known = turn_ends_.find({from, to});
  if (known != turn_ends_.end()) return known->second;
  return turn_ends_[{from, to}] = engines_->turn_end(pcm_, from, to);
}

float Recording::level_dbfs(std::size_t window) const {
  const auto from = std::min(window * speech::kVadWindowSamples, pcm_.size());
  const auto count = std::min(speech::kVadWindowSamples, pcm_.size() - from);
  return static_cast<float>(audio::rms_dbfs(audio::PcmView(pcm_).subspan(from, count)));
}

}  // namespace frontdesk::turn_taking
