// Voices that an organisation makes of recordings: uploaded and judged, consented to, trained by a cloning service,
// taken back and deleted. Every change leaves an audit record. No HTTP, and no clock: every call is told the time.
//
// No training and no use without a consent that is not withdrawn and was given for this very recording. What lies
// outside the database, the recording and the copy at a service, is deleted by jobs, so that it goes even if the
// program is stopped or the service is away. What a job meets is checked again then: somebody may have changed their
// mind.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "accounts/office.hpp"
#include "jobs/worker.hpp"
#include "sound_files/decoder.hpp"
#include "speech/cloner.hpp"
#include "store/settings/voice_profiles.hpp"
#include "voices/report.hpp"
#include "voices/samples.hpp"

namespace frontdesk::voices {

inline constexpr std::size_t kMostVoices = 30;  ///< of one organisation
inline constexpr std::size_t kLargestFile = 50U << 20U;
inline constexpr std::size_t kLargestSentence = 8U << 20U;
inline constexpr double kLongestSentenceSeconds = 30;
inline constexpr base::Duration kSentenceLife = std::chrono::minutes(15);
inline constexpr int kMostSentences = 20;  ///< that wait for one user
inline constexpr int kTrainingAttempts = 5;
inline constexpr int kPreviewSeconds = 60;

struct Options {
  std::filesystem::path folder;
  std::uint64_t keep_free = 0;
  std::string machine;  ///< whose disk the folder is on; empty: there is one machine
  sound_files::Child decoder;
  /// What is said in it, at sound_files::kRate. Empty: nothing here can tell, and consents say so.
  std::function<base::Result<std::string>(audio::PcmView)> recognise;
  std::vector<std::shared_ptr<speech::Cloner>> cloners;
  std::function<base::Status()> settings_changed;  ///< takes in force what is saved
  std::function<void()> jobs_waiting;
};

/// Who asks.
struct Visitor {
  std::string organisation;
  audit::Actor actor;
};

struct Voice {
  settings::VoiceProfile profile;
  std::optional<settings::VoiceConsent> consent;  ///< that covers it now
};

struct ConsentOrder {
  bool mine = false;     ///< the voice of whoever asks; else of somebody who permits it
  std::string speaker;   ///< whose voice it is
  std::string sentence;  ///< the id of the one that was read aloud
};

/// May refuse a change, inside its transaction.
using Seen = std::function<base::Status(const settings::VoiceProfile&)>;

/// Errors: invalid_argument (the file, in words), not_found, failed_precondition (what has to be done first, in words),
/// unavailable (try again). Many threads may use it.
class Voices {
 public:
  Voices(accounts::Office& office, Options options);

  base::Result<Voice> upload(const Visitor& who, const std::string& name, std::span<const std::uint8_t> file,
                             base::UtcTime now);
  base::Result<settings::VoiceSentence> sentence(const Visitor& who, base::UtcTime now);
  base::Result<Voice> consent(const Visitor& who, const std::string& voice, const ConsentOrder& order,
                              std::span<const std::uint8_t> recording, base::UtcTime now);
  base::Result<Voice> withdraw(const Visitor& who, const std::string& voice, base::UtcTime now);
  /// `service`: a cloner's name; empty: the one there is.
  base::Result<Voice> train(const Visitor& who, const std::string& voice, const std::string& service,
                            base::UtcTime now);
  base::Result<Voice> rename(const Visitor& who, const std::string& voice, const std::string& name, const Seen& seen,
                             base::UtcTime now);
  base::Status remove(const Visitor& who, const std::string& voice, base::UtcTime now);

  base::Result<Voice> find(const std::string& organisation, const std::string& voice);
  /// The newest first; all of them.
  base::Result<std::vector<Voice>> list(const std::string& organisation);
  /// The beginning of its recording, at sound_files::kRate.
  base::Result<audio::Pcm> recording(const std::string& organisation, const std::string& voice, base::UtcTime now);

  std::vector<std::string> services() const;
  /// Trains, erases, and sweeps up what was left behind.
  std::vector<jobs::Kind> jobs();

 private:
  base::Result<std::shared_ptr<const vault::KeyRing>> keys_of(const std::string& organisation, base::UtcTime now);
  /// unavailable while another file is worked on.
  base::Result<std::unique_lock<std::mutex>> only_one();
  base::Result<std::optional<double>> matched(const std::string& sentence, audio::PcmView sound) const;
  base::Status add_erasing(store::Connection& connection, const settings::VoiceProfile& voice, bool spoken,
                           base::UtcTime now) const;
  std::shared_ptr<speech::Cloner> cloner(const std::string& name) const;
  std::string kind_of(const char* work, const std::string& machine) const;
  base::Status fail_training(const jobs::Attempt& attempt, const settings::VoiceProfile& voice, const std::string& why);
  base::Status note_progress(const jobs::Attempt& attempt, const settings::VoiceProfile& voice, int percent);
  base::Status run_training(const jobs::Attempt& attempt);
  base::Status finish_training(const jobs::Attempt& attempt, const settings::VoiceProfile& voice,
                               const std::string& copy);
  base::Status run_erasing(const jobs::Attempt& attempt);
  base::Status run_sweep(const jobs::Attempt& attempt);
  base::Status place(const std::shared_ptr<const vault::KeyRing>& keys, const std::string& organisation,
                     const std::string& key);

  accounts::Office& office_;
  const Options options_;
  Samples samples_;
  std::mutex working_;  ///< on one file at a time: each may take a hundred megabytes, and a thread that answers others
};

}  // namespace frontdesk::voices
