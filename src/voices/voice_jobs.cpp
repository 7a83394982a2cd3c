// What happens to voices outside the database and outside requests: training, erasing, sweeping.
#include <spdlog/spdlog.h>

#include "voices/tasks.hpp"
#include "voices/usage.hpp"
#include "voices/voices.hpp"

namespace frontdesk::voices {
namespace {

using base::ErrorCode;
using settings::VoiceProfile;
using settings::VoiceProfiles;

constexpr int kProgressStep = 5;  // percent, between two that are written down
constexpr std::int64_t kOrphanMs = 3600LL * 1000;
constexpr base::Duration kSweepEvery = base::seconds(3600);
constexpr std::size_t kLongestReason = 300;

audit::Actor program(const std::string& organisation) {
  return {organisation, "system", "", ""};
}

tl::unexpected<base::Error> no_longer_wanted() {
  return base::fail(ErrorCode::cancelled, "voices", "the training is not wanted any more");
}

/// As it is now, if it is still to be trained and may be.
base::Result<VoiceProfile> wanted(store::Connection& connection, const std::string& organisation,
                                  const std::string& id) {
  auto voice = VoiceProfiles(connection).find(organisation, id);
  if (!voice && voice.error().code != ErrorCode::not_found) return voice;
  if (!voice || state_of(voice->training_status) != State::training) return no_longer_wanted();
  const auto consent = consent_of(connection, *voice);
  if (!consent && consent.error().code == ErrorCode::not_found) return no_longer_wanted();
  if (!consent) return tl::unexpected(consent.error());
  return voice;
}

}  // namespace

std::vector<jobs::Kind> Voices::jobs() {
  return {
      {kind_of(kTrainWork, options_.machine), [this](const auto& attempt) { return run_training(attempt); }},
      {kind_of(kEraseWork, options_.machine), [this](const auto& attempt) { return run_erasing(attempt); }},
      {kind_of(kSweepWork, options_.machine), [this](const auto& attempt) { return run_sweep(attempt); }, kSweepEvery}};
}

base::Status Voices::run_training(const jobs::Attempt& attempt) {
  const auto task = task_of<TrainTask>(attempt.payload);
  if (!task) return tl::unexpected(task.error());
  const auto voice = office_.with_connection(
      [&](store::Connection& connection) { return wanted(connection, attempt.organisation, task->voice); });
  if (!voice && voice.error().code == ErrorCode::cancelled) return {};
  if (!voice) return tl::unexpected(voice.error());
  const auto by = cloner(voice->provider);
  if (!by) return fail_training(attempt, *voice, "the service " + voice->provider + " is not configured any more");
  const auto keys = keys_of(attempt.organisation, attempt.now);
  if (!keys) return tl::unexpected(keys.error());
  auto sample = samples_.get(*keys, attempt.organisation, voice->audio_file_url,
                             static_cast<std::size_t>(sound_files::kLongestSeconds) * sound_files::kRate);
  if (!sample) return fail_training(attempt, *voice, "its recording cannot be read: " + sample.error().message);
  int told = 0;
  const auto progress = [&](int percent) -> base::Status {
    if (attempt.stopping && attempt.stopping())
      return base::fail(ErrorCode::aborted, "voices", "the program stops", base::Retry::later);
    if (attempt.go_on)
      if (auto held = attempt.go_on(); !held) return held;
    if (percent < told + kProgressStep) return {};
    told = percent;
    return note_progress(attempt, *voice, percent);
  };
  const auto copy =
      by->clone({attempt.organisation, voice->id, voice->voice_name, std::move(*sample), sound_files::kRate}, progress);
  if (copy) return finish_training(attempt, *voice, *copy);
  if (copy.error().code == ErrorCode::cancelled) return {};
  if (copy.error().retry == base::Retry::never || attempt.number >= kTrainingAttempts)
    return fail_training(attempt, *voice, copy.error().message);
  return tl::unexpected(copy.error());
}

/// Also asks whether it is still wanted.
base::Status Voices::note_progress(const jobs::Attempt& attempt, const VoiceProfile& voice, int percent) {
  return office_.transaction([&](store::Connection& connection) -> base::Status {
    auto now = wanted(connection, attempt.organisation, voice.id);
    if (!now) return tl::unexpected(now.error());
    return connection.write("UPDATE voice_profiles SET training_progress = ? WHERE organisation = ? AND id = ?",
                            {std::int64_t{std::clamp(percent, 0, 99)}, attempt.organisation, voice.id});
  });
}

base::Status Voices::fail_training(const jobs::Attempt& attempt, const VoiceProfile& voice, const std::string& why) {
  return office_.change(attempt.now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    auto now = wanted(connection, attempt.organisation, voice.id);
    if (!now && now.error().code == ErrorCode::cancelled) return {};
    if (!now) return tl::unexpected(now.error());
    now->training_status = text_of(State::failed);
    now->training_progress = 0;
    now->training_error = why.substr(0, kLongestReason);
    now->updated_at = attempt.now;
    trail.add(
        {program(attempt.organisation), "voices.training_failed", voice.id, {{"reason", "", now->training_error}}});
    const auto stored = VoiceProfiles(connection).replace(std::move(*now));
    return stored ? base::Status() : tl::unexpected(stored.error());
  });
}

/// Whoever changed their mind meanwhile has the copy deleted again.
base::Status Voices::finish_training(const jobs::Attempt& attempt, const VoiceProfile& voice, const std::string& copy) {
  return office_.change(attempt.now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    auto now = wanted(connection, attempt.organisation, voice.id);
    if (!now && now.error().code == ErrorCode::cancelled) {
      auto unwanted = voice;
      unwanted.voice_id = copy;
      return add_erasing(connection, unwanted, false, attempt.now);
    }
    if (!now) return tl::unexpected(now.error());
    now->training_status = text_of(State::ready);
    now->training_progress = 100;
    now->training_error.clear();
    now->voice_id = copy;
    now->updated_at = attempt.now;
    trail.add({program(attempt.organisation), "voices.trained", voice.id, {{"service", "", voice.provider}}});
    const auto stored = VoiceProfiles(connection).replace(std::move(*now));
    return stored ? base::Status() : tl::unexpected(stored.error());
  });
}

base::Status Voices::run_erasing(const jobs::Attempt& attempt) {
  const auto task = task_of<EraseTask>(attempt.payload);
  if (!task) return tl::unexpected(task.error());
  // First: whoever withdrew a consent is not spoken for any longer.
  if (task->spoken && options_.settings_changed)
    if (auto taken = options_.settings_changed(); !taken) return taken;
  if (!task->sample.empty()) {
    const auto keys = keys_of(attempt.organisation, attempt.now);
    if (!keys) return tl::unexpected(keys.error());
    if (auto gone = samples_.remove(*keys, attempt.organisation, task->sample); !gone) return gone;
  }
  if (!task->copy.empty()) {
    const auto by = cloner(task->service);
    if (!by || task->service.empty())
      return base::fail(
          ErrorCode::failed_precondition, "voices",
          "the service " + task->service + " is not configured any more: delete the voice " + task->copy + " there",
          base::Retry::later);
    if (auto gone = by->remove(attempt.organisation, task->copy); !gone) return gone;
  }
  return office_.change(attempt.now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    trail.add({program(attempt.organisation),
               "voices.erased",
               task->voice,
               {{"recording", task->sample, ""}, {"copy", task->copy, ""}}});
    return connection.write("UPDATE voice_profiles SET audio_file_url = '' WHERE organisation = ? AND id = ?",
                            {attempt.organisation, task->voice});
  });
}

/// Sentences that nobody read, recordings whose upload was interrupted between the disk and the database, and those
/// that came here from another machine, with a backup.
base::Status Voices::run_sweep(const jobs::Attempt& attempt) {
  auto swept = office_.transaction(
      [&](store::Connection& connection) { return settings::VoiceSentences(connection).sweep(attempt.now); });
  if (!swept) return swept;
  for (const auto& organisation : samples_.organisations()) {
    const auto keys = keys_of(organisation, attempt.now);
    if (!keys) return tl::unexpected(keys.error());
    const auto old = samples_.older_than(*keys, organisation, {attempt.now.unix_ms - kOrphanMs});
    if (!old) return tl::unexpected(old.error());
    for (const auto& key : *old)
      if (auto done = place(*keys, organisation, key); !done) return done;
  }
  return {};
}

base::Status Voices::place(const std::shared_ptr<const vault::KeyRing>& keys, const std::string& organisation,
                           const std::string& key) {
  const auto rows = office_.transaction([&](store::Connection& connection) -> base::Result<std::int64_t> {
    if (auto here = connection.write(
            "UPDATE voice_profiles SET machine = ? WHERE organisation = ? AND audio_file_url = ? AND machine <> ?",
            {options_.machine, organisation, key, options_.machine});
        !here)
      return tl::unexpected(here.error());
    const auto count = connection.run(
        "SELECT COUNT(*) FROM voice_profiles WHERE organisation = ? AND audio_file_url = ?", {organisation, key});
    if (!count) return tl::unexpected(count.error());
    return count->front().integer(0);
  });
  if (!rows) return tl::unexpected(rows.error());
  if (*rows > 0) return {};
  spdlog::warn("a recording of a voice that does not exist was deleted");
  return samples_.remove(keys, organisation, key);
}

}  // namespace frontdesk::voices
