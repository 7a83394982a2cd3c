#include "voices/voices.hpp"

#include <algorithm>

#include "base/entropy.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "voices/checks/sample_quality.hpp"
#include "voices/checks/sentence.hpp"
#include "voices/tasks.hpp"
#include "voices/usage.hpp"

namespace frontdesk::voices {
namespace {

using base::ErrorCode;
using settings::VoiceConsents;
using settings::VoiceProfile;
using settings::VoiceProfiles;
using settings::VoiceSentences;

constexpr int kShortestSentenceSeconds = 2;

tl::unexpected<base::Error> refused(std::string message) {
  return base::fail(ErrorCode::invalid_argument, "voices", std::move(message));
}

tl::unexpected<base::Error> not_yet(std::string message) {
  return base::fail(ErrorCode::failed_precondition, "voices", std::move(message));
}

std::string hash_of(std::span<const std::uint8_t> bytes) {
  return crypto::hex(crypto::sha256(bytes));
}

base::Status has_room(store::Connection& connection, const std::string& organisation) {
  const auto all = VoiceProfiles(connection).list(organisation, kMostVoices);
  if (!all) return tl::unexpected(all.error());
  if (all->rows.size() < kMostVoices) return {};
  return not_yet("there is room for " + std::to_string(kMostVoices) + " voices: delete one first");
}

base::Result<Voice> with_consent(store::Connection& connection, base::Result<VoiceProfile> profile) {
  if (!profile) return tl::unexpected(profile.error());
  Voice voice{std::move(*profile), std::nullopt};
  auto consent = consent_of(connection, voice.profile);
  if (!consent && consent.error().code != ErrorCode::not_found) return tl::unexpected(consent.error());
  if (consent) voice.consent = std::move(*consent);
  return voice;
}

base::Result<VoiceProfile> store_change(store::Connection& connection, VoiceProfile profile, base::UtcTime now) {
  profile.updated_at = now;
  return VoiceProfiles(connection).replace(std::move(profile));
}

}  // namespace

Voices::Voices(accounts::Office& office, Options options)
    : office_(office), options_(std::move(options)), samples_(options_.folder, options_.keep_free) {}

base::Result<std::shared_ptr<const vault::KeyRing>> Voices::keys_of(const std::string& organisation,
                                                                    base::UtcTime now) {
  return office_.transaction(
      [&](store::Connection& connection) { return sample_keys(connection, office_.box.keys(), organisation, now); });
}

base::Result<std::unique_lock<std::mutex>> Voices::only_one() {
  std::unique_lock lock(working_, std::try_to_lock);
  if (!lock)
    return base::fail(ErrorCode::unavailable, "voices", "another recording is being read: try again in a moment",
                      base::Retry::later);
  return lock;
}

base::Result<Voice> Voices::upload(const Visitor& who, const std::string& name, std::span<const std::uint8_t> file,
                                   base::UtcTime now) {
  auto room = office_.with_connection([&](auto& connection) { return has_room(connection, who.organisation); });
  if (!room) return tl::unexpected(room.error());
  const auto alone = only_one();
  if (!alone) return tl::unexpected(alone.error());
  const auto sound = sound_files::decode(file, options_.decoder);
  if (!sound) return tl::unexpected(sound.error());
  const auto quality = voices_checks::quality_of(sound->samples, sound_files::kRate, {sound->rate, sound->clipped});
  if (quality.seconds < voices_checks::kShortestSeconds)
    return refused("the recording is shorter than 10 seconds: record at least 30 seconds of clear speech");
  if (quality.speech_seconds < voices_checks::kLeastSpeechSeconds)
    return refused("nobody can be heard in this recording: check the microphone and record it again");
  const auto keys = keys_of(who.organisation, now);
  if (!keys) return tl::unexpected(keys.error());

  VoiceProfile profile;
  profile.id = base::new_id("voice");
  profile.organisation = who.organisation;
  profile.user = who.actor.id;
  profile.voice_name = name;
  profile.machine = options_.machine;
  profile.audio_file_url = profile.id + ".wav";
  profile.sample_report = text_of(report_of(*sound, quality));
  profile.training_status = text_of(State::uploaded);
  profile.quality_score = quality.score;
  profile.created_at = profile.updated_at = now;
  auto hash = samples_.put(*keys, who.organisation, profile.audio_file_url, sound->samples, sound_files::kRate);
  if (!hash) return tl::unexpected(hash.error());
  profile.sample_sha256 = *hash;
  const auto added = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    if (auto fits = has_room(connection, who.organisation); !fits) return fits;
    trail.add({who.actor, "voices.uploaded", profile.id, {{"name", "", name}, {"sample_sha256", "", *hash}}});
    return VoiceProfiles(connection).add(profile);
  });
  if (added) return Voice{std::move(profile), std::nullopt};
  (void)samples_.remove(*keys, who.organisation, profile.audio_file_url);  // the sweep takes it otherwise
  return tl::unexpected(added.error());
}

base::Result<settings::VoiceSentence> Voices::sentence(const Visitor& who, base::UtcTime now) {
  std::array<std::uint64_t, voices_checks::kRandomWords> random{};
  for (auto& each : random) each = base::random_u64();
  const settings::VoiceSentence sentence{base::new_id("sentence"),
                                         who.organisation,
                                         who.actor.id,
                                         voices_checks::sentence_of(random),
                                         now,
                                         {now.unix_ms + base::to_ms(kSentenceLife)}};
  const auto added = office_.transaction([&](store::Connection& connection) -> base::Status {
    VoiceSentences sentences(connection);
    if (auto trimmed = sentences.trim(who.organisation, who.actor.id, kMostSentences - 1); !trimmed) return trimmed;
    return sentences.add(sentence);
  });
  if (!added) return tl::unexpected(added.error());
  return sentence;
}

base::Result<std::optional<double>> Voices::matched(const std::string& sentence, audio::PcmView sound) const {
  if (!options_.recognise) return std::optional<double>();
  const auto heard = options_.recognise(sound);
  if (!heard) return tl::unexpected(heard.error());
  const auto match = voices_checks::match_of(sentence, *heard);
  if (match.enough()) return std::optional(match.all);
  return refused(
      "the sentence was not heard in this recording: read it aloud as it is written, clearly and without "
      "noise behind it, and send it again");
}

base::Result<Voice> Voices::consent(const Visitor& who, const std::string& voice, const ConsentOrder& order,
                                    std::span<const std::uint8_t> recording, base::UtcTime now) {
  const auto sentence_of = [&](store::Connection& connection) -> base::Result<settings::VoiceSentence> {
    auto found = VoiceSentences(connection).find(who.organisation, order.sentence);
    if (!found && found.error().code != ErrorCode::not_found) return found;
    if (!found || found->user != who.actor.id || found->expires_at <= now)
      return not_yet(
          "this sentence was used, or is older than 15 minutes: ask for another at "
          "/api/voice/consents/sentence and read that one");
    return found;
  };
  const auto before =
      office_.with_connection([&](store::Connection& connection) -> base::Result<settings::VoiceSentence> {
        if (auto there = VoiceProfiles(connection).find(who.organisation, voice); !there)
          return tl::unexpected(there.error());
        return sentence_of(connection);
      });
  if (!before) return tl::unexpected(before.error());
  const auto alone = only_one();
  if (!alone) return tl::unexpected(alone.error());
  const auto sound = sound_files::decode(recording, options_.decoder);
  if (!sound) return tl::unexpected(sound.error());
  if (sound->seconds() < kShortestSentenceSeconds || sound->seconds() > kLongestSentenceSeconds)
    return refused("the recording of the sentence should last 2 to 30 seconds");
  const auto words = matched(before->sentence, sound->samples);
  if (!words) return tl::unexpected(words.error());

  settings::VoiceConsent consent{.id = base::new_id("consent"),
                                 .organisation = who.organisation,
                                 .voice_profile = voice,
                                 .speaker = base::Pii<std::string>(order.speaker),
                                 .recorded_by = who.actor.id,
                                 .relation = order.mine ? "mine" : "permitted",
                                 .phrase = before->sentence,
                                 .phrase_sha256 = hash_of(recording),
                                 .similarity = -1,
                                 .words_matched = *words,
                                 .given_at = now};
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Voice> {
    auto profile = VoiceProfiles(connection).find(who.organisation, voice);
    if (!profile) return tl::unexpected(profile.error());
    if (state_of(profile->training_status) == State::withdrawn)
      return not_yet("the consent to this voice was withdrawn and its recording deleted: upload it again");
    if (auto still = sentence_of(connection); !still) return tl::unexpected(still.error());
    if (auto used = VoiceSentences(connection).remove(who.organisation, before->id); !used)
      return tl::unexpected(used.error());
    consent.sample_sha256 = profile->sample_sha256;
    if (auto added = VoiceConsents(connection).add(consent); !added) return tl::unexpected(added.error());
    trail.add({who.actor,
               "voices.consent_given",
               voice,
               {{"consent", "", consent.id},
                {"relation", "", consent.relation},
                {"sample_sha256", "", consent.sample_sha256},
                {"sentence_sha256", "", consent.phrase_sha256}}});
    return with_consent(connection, std::move(profile));
  });
}

base::Status Voices::add_erasing(store::Connection& connection, const VoiceProfile& voice, bool spoken,
                                 base::UtcTime now) const {
  const EraseTask task{voice.id, voice.audio_file_url, voice.provider, voice.voice_id, spoken};
  return jobs::add(connection, voice.organisation, kind_of(kEraseWork, voice.machine), text_of(task), now);
}

base::Result<Voice> Voices::withdraw(const Visitor& who, const std::string& voice, base::UtcTime now) {
  bool spoken = false;
  auto done = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Voice> {
    auto profile = VoiceProfiles(connection).find(who.organisation, voice);
    if (!profile) return tl::unexpected(profile.error());
    const auto withdrawn = VoiceConsents(connection).withdraw(who.organisation, voice, now);
    if (!withdrawn) return tl::unexpected(withdrawn.error());
    if (!*withdrawn) return store::no_such("consent");
    const auto published = published_voice(connection, who.organisation);
    if (!published) return tl::unexpected(published.error());
    spoken = published->voice == voice;
    if (auto added = add_erasing(connection, *profile, spoken, now); !added) return tl::unexpected(added.error());
    trail.add({who.actor, "voices.consent_withdrawn", voice, {{"state", profile->training_status, "withdrawn"}}});
    profile->training_status = text_of(State::withdrawn);
    profile->training_progress = 0;
    profile->training_error.clear();
    profile->voice_id.clear();
    return with_consent(connection, store_change(connection, std::move(*profile), now));
  });
  if (!done) return done;
  // If it cannot be taken in force now, the job does it.
  if (spoken && options_.settings_changed) (void)options_.settings_changed();
  if (options_.jobs_waiting) options_.jobs_waiting();
  return done;
}

base::Result<Voice> Voices::train(const Visitor& who, const std::string& voice, const std::string& service,
                                  base::UtcTime now) {
  auto done = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Voice> {
    auto found = with_consent(connection, VoiceProfiles(connection).find(who.organisation, voice));
    if (!found) return found;
    auto& profile = found->profile;
    const auto state = state_of(profile.training_status);
    if (state == State::withdrawn)
      return not_yet("the consent to this voice was withdrawn and its recording deleted: upload it again");
    if (!found->consent)
      return not_yet(
          "there is no consent to this voice: ask for a sentence at /api/voice/consents/sentence, have "
          "whoever it belongs to read it aloud, and send the recording to /api/voice/" +
          voice + "/consent");
    if (state == State::training) return not_yet("this voice is being trained already");
    if (state == State::ready) return not_yet("this voice is trained; upload a recording again for a new one");
    const auto by = cloner(service);
    if (options_.cloners.empty())
      return not_yet(
          "no cloning service is configured here, so no voice can be trained. The recording and the consent "
          "are kept: train it once a service is; until then choose one of the built-in voices");
    if (!by)
      return not_yet("there is no cloning service of this name: choose one of those that /api/voice/profiles lists");
    profile.provider = by->name();
    profile.training_status = text_of(State::training);
    profile.training_progress = 0;
    profile.training_error.clear();
    auto changed = store_change(connection, profile, now);
    if (!changed) return tl::unexpected(changed.error());
    if (auto added = jobs::add(connection, who.organisation, kind_of(kTrainWork, profile.machine),
                               text_of(TrainTask{voice}), now, voice);
        !added)
      return tl::unexpected(added.error());
    trail.add({who.actor, "voices.training_started", voice, {{"service", "", by->name()}}});
    profile = std::move(*changed);
    return found;
  });
  if (done && options_.jobs_waiting) options_.jobs_waiting();
  return done;
}

base::Result<Voice> Voices::rename(const Visitor& who, const std::string& voice, const std::string& name,
                                   const Seen& seen, base::UtcTime now) {
  return office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Voice> {
    auto profile = VoiceProfiles(connection).find(who.organisation, voice);
    if (!profile) return tl::unexpected(profile.error());
    if (auto good = seen(*profile); !good) return tl::unexpected(good.error());
    trail.add({who.actor, "voices.renamed", voice, {{"name", profile->voice_name, name}}});
    profile->voice_name = name;
    return with_consent(connection, store_change(connection, std::move(*profile), now));
  });
}

base::Status Voices::remove(const Visitor& who, const std::string& voice, base::UtcTime now) {
  const auto done = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto profile = VoiceProfiles(connection).find(who.organisation, voice);
    if (!profile) return tl::unexpected(profile.error());
    const auto published = published_voice(connection, who.organisation);
    if (!published) return tl::unexpected(published.error());
    if (published->voice == voice)
      return not_yet("version " + std::to_string(published->version) +
                     " of the receptionist, which answers calls, speaks with this voice: choose another voice in her "
                     "settings and publish them, then delete this one");
    if (auto added = add_erasing(connection, *profile, false, now); !added) return added;
    trail.add({who.actor, "voices.deleted", voice, {{"name", profile->voice_name, ""}}});
    return VoiceProfiles(connection).remove(who.organisation, voice);
  });
  if (done && options_.jobs_waiting) options_.jobs_waiting();
  return done;
}

base::Result<Voice> Voices::find(const std::string& organisation, const std::string& voice) {
  return office_.with_connection([&](store::Connection& connection) {
    return with_consent(connection, VoiceProfiles(connection).find(organisation, voice));
  });
}

base::Result<std::vector<Voice>> Voices::list(const std::string& organisation) {
  return office_.with_connection([&](store::Connection& connection) -> base::Result<std::vector<Voice>> {
    auto page = VoiceProfiles(connection).list(organisation, kMostVoices);
    if (!page) return tl::unexpected(page.error());
    std::vector<Voice> voices;
    for (auto& each : page->rows) {
      auto voice = with_consent(connection, std::move(each));
      if (!voice) return tl::unexpected(voice.error());
      voices.push_back(std::move(*voice));
    }
    return voices;
  });
}

base::Result<audio::Pcm> Voices::recording(const std::string& organisation, const std::string& voice,
                                           base::UtcTime now) {
  const auto profile = office_.with_connection(
      [&](store::Connection& connection) { return VoiceProfiles(connection).find(organisation, voice); });
  if (!profile) return tl::unexpected(profile.error());
  if (profile->audio_file_url.empty() || state_of(profile->training_status) == State::withdrawn)
    return not_yet("its recording was deleted");
  const auto keys = keys_of(organisation, now);
  if (!keys) return tl::unexpected(keys.error());
  auto sound = samples_.get(*keys, organisation, profile->audio_file_url,
                            static_cast<std::size_t>(kPreviewSeconds) * sound_files::kRate);
  if (!sound && sound.error().code == ErrorCode::not_found && profile->machine != options_.machine)
    return not_yet("its recording is on another machine: ask that one");
  return sound;
}

std::vector<std::string> Voices::services() const {
  std::vector<std::string> names;
  for (const auto& each : options_.cloners) names.push_back(each->name());
  return names;
}

std::shared_ptr<speech::Cloner> Voices::cloner(const std::string& name) const {
  for (const auto& each : options_.cloners)
    if (each->name() == name || (name.empty() && options_.cloners.size() == 1)) return each;
  return nullptr;
}

std::string Voices::kind_of(const char* work, const std::string& machine) const {
  return std::string(work) + (machine.empty() ? "" : "." + machine);
}

}  // namespace frontdesk::voices
