// One recorded caller: the sound as the machine hears it, where speech really ends and pauses on the
// waveform, and what the engines make of it, asked once and remembered.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turn_taking/engines.hpp"

namespace frontdesk::turn_taking {

/// Silence before the recording, in which our own greeting is said, and after it.
inline constexpr base::Duration kBefore = base::milliseconds(1000);
inline constexpr base::Duration kAfter = base::milliseconds(3000);

/// A line of the list that scripts/bench/corpus.py writes.
struct Entry {
  std::string id;
  std::string kind;  ///< of a question or pause: "question", "statement"; "filler", "number"
  std::string half;  ///< "tuning" or "held-out"
  bool human = false;
  std::optional<base::Duration> pause_middle;  ///< into the file; none: a complete utterance
  std::filesystem::path file;
  std::string asked;  ///< what the receptionist said before; may be empty
  std::string text;
};
base::Result<std::vector<Entry>> read_list(const std::filesystem::path& path);

struct Span {
  base::Duration from{0};
  base::Duration to{0};
};

class Recording {
 public:
  /// Reads the file, passes it through the telephone's codec and detects speech in it.
  static base::Result<Recording> load(Entry entry, Engines& engines);

  const Entry& entry() const { return entry_; }
  base::Duration speech_end() const { return speech_end_; }    ///< of the last sound, on the waveform
  const std::optional<Span>& pause() const { return pause_; }  ///< on the waveform
  std::size_t samples() const { return pcm_.size(); }
  /// Loudness of a window of the speech detector.
  float level_dbfs(std::size_t window) const;
  const std::vector<float>& speech_probabilities() const { return probabilities_; }

  /// Remembered by the stretch asked for.
  base::Result<Recognised> transcript(std::size_t from, std::size_t to);
  std::optional<float> turn_end(std::size_t from, std::size_t to);

 private:
  using Stretch = std::pair<std::size_t, std::size_t>;
  Recording(Entry entry, Engines& engines) : entry_(std::move(entry)), engines_(&engines) {}
  base::Status find_marks();

  Entry entry_;
  Engines* engines_;
  audio::Pcm pcm_;
  std::vector<float> probabilities_;
  base::Duration speech_end_{0};
  std::optional<Span> pause_;
  std::map<Stretch, Recognised> transcripts_;
  std::map<Stretch, std::optional<float>> turn_ends_;
};

/// A file of any rate at 8 kHz, one channel.
base::Result<audio::Pcm> read_telephone_audio(const std::filesystem::path& path);

}  // namespace frontdesk::turn_taking
