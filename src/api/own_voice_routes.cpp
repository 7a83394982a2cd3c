#include "api/own_voice_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/voice_views.hpp"
#include "base/clock.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using Shared = std::shared_ptr<voices::Voices>;
using OfVoice = rest::Request<rest::Path<VoicePath>>;
using Uploads = rest::Request<rest::Query<UploadQuery>>;
using Consents = rest::Request<rest::Path<VoicePath>, rest::Query<ConsentQuery>>;
using Renames = rest::Request<rest::Path<VoicePath>, rest::Body<RenameBody>>;

constexpr const char* kTag = "Voices";
const rest::May kNoVoice{404, "There is no such voice of your own."};
const std::vector<std::string> kSoundTypes{
    "audio/wav",    "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/flac",
    "audio/x-flac", "audio/ogg",   "audio/mpeg", "audio/mp3",      "application/octet-stream"};

voices::Visitor visitor(const rest::Common& request) {
  return {request.principal.organisation, accounts::actor_of(request.principal, visitor_of(*request.raw))};
}

std::span<const std::uint8_t> body_of(const rest::Common& request) {
  return {reinterpret_cast<const std::uint8_t*>(request.raw->body.data()), request.raw->body.size()};
}

std::string tag_of(const settings::VoiceProfile& profile) {
  return protocol::entity_tag(profile.id + "." + std::to_string(profile.version));
}

std::optional<VoiceConsentView> consent_view(const std::optional<settings::VoiceConsent>& consent) {
  if (!consent) return std::nullopt;
  VoiceConsentView view;
  view.id = consent->id;
  view.relation = consent->relation == "permitted" ? VoiceRelation::permitted : VoiceRelation::mine;
  view.speaker = consent->speaker;
  view.recorded_by = consent->recorded_by;
  view.sentence = consent->phrase;
  view.sentence_sha256 = consent->phrase_sha256;
  view.sample_sha256 = consent->sample_sha256;
  view.words = consent->words_matched ? ConsentCheck::matched : ConsentCheck::not_checked;
  view.words_matched = consent->words_matched;
  view.same_speaker = consent->similarity < 0 ? ConsentCheck::not_checked : ConsentCheck::matched;
  view.given_at = consent->given_at;
  return view;
}

std::vector<std::string> next_steps(const voices::Voice& voice) {
  const auto& id = voice.profile.id;
  switch (voices::state_of(voice.profile.training_status)) {
    case voices::State::withdrawn:
      return {
          "The consent was withdrawn and the recording deleted: upload it again if whoever it belongs to agrees, or "
          "delete this voice."};
    case voices::State::training:
      return {"It is being trained: look again in a few minutes."};
    case voices::State::ready:
      return {"Choose it as the voice of the receptionist and publish her settings."};
    default:
      break;
  }
  if (!voice.consent)
    return {
        "Ask for a sentence: POST /api/voice/consents/sentence.",
        "Have whoever the voice belongs to read it aloud, and send the recording: POST /api/voice/" + id + "/consent.",
        "Then have it trained: POST /api/voice/train."};
  return {"Have it trained: POST /api/voice/train."};
}

std::optional<rest::Problem> name_problem(const std::string& pointer, const std::string& name) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (!control && name.find_first_not_of(' ') != std::string::npos) return std::nullopt;
  const std::string advice = "write a name without line breaks or other control characters";
  if (pointer.empty()) return rest::invalid_parameter("name", advice);
  return rest::invalid_body({{pointer, advice}});
}

template <class View>
Answer<View> answer_of(const base::Result<voices::Voice>& voice, View (*make)(const voices::Voice&)) {
  if (!voice) return tl::unexpected(voice_problem(voice.error()));
  return make(*voice);
}

rest::Created<OwnVoiceView> created(const voices::Voice& voice) {
  return {view_of(voice), "/api/voice/" + voice.profile.id, tag_of(voice.profile)};
}
rest::Accepted<OwnVoiceView> accepted(const voices::Voice& voice) {
  return {view_of(voice)};
}
rest::Tagged<OwnVoiceView> tagged(const voices::Voice& voice) {
  return {view_of(voice), tag_of(voice.profile)};
}

Answer<rest::Created<OwnVoiceView>> upload(voices::Voices& voices, const Uploads& request) {
  if (auto problem = name_problem("", request.query.name)) return tl::unexpected(std::move(*problem));
  return answer_of(voices.upload(visitor(request), request.query.name, body_of(request), base::wall_now()), created);
}

Answer<rest::Created<OwnVoiceView>> consent(voices::Voices& voices, const Consents& request) {
  const auto& query = request.query;
  return answer_of(voices.consent(visitor(request), request.path.id,
                                  {query.relation == VoiceRelation::mine, query.speaker, query.sentence},
                                  body_of(request), base::wall_now()),
                   created);
}

Answer<rest::Tagged<OwnVoiceView>> rename(voices::Voices& voices, const Renames& request) {
  if (auto problem = name_problem("/name", request.body.name)) return tl::unexpected(std::move(*problem));
  std::optional<rest::Problem> stale;
  const auto done = voices.rename(
      visitor(request), request.path.id, request.body.name,
      [&](const settings::VoiceProfile& profile) -> base::Status {
        stale.reset();
        if (auto same = request.expects(tag_of(profile)); !same) {
          stale = same.error();
          return base::fail(base::ErrorCode::failed_precondition, "voices", "another version was seen");
        }
        return {};
      },
      base::wall_now());
  if (stale) return tl::unexpected(*stale);
  return answer_of(done, tagged);
}

void add_making(rest::Api& api, const Shared& voices) {
  const auto write = Access::needs(access::permission::kWriteVoices);
  api.post(
      "/api/voice/upload",
      {.id = "uploadVoice",
       .tag = kTag,
       .access = write,
       .summary = "Upload a recording of a voice",
       .description = "The body is the file itself: WAV, FLAC, Ogg (Vorbis, Opus) or MP3, 10 seconds to 30 "
                      "minutes; 30 seconds of speech or more make a good voice. What it is is told by its content. "
                      "The answer says how good the recording is and what would make it better. It is kept sealed.",
       .fails = {{409, "There are 30 voices."}},
       .body_bytes = voices::kLargestFile,
       .keyed = true,
       .takes = kSoundTypes},
      [voices](const Uploads& request) { return upload(*voices, request); });
  api.post("/api/voice/train",
           {.id = "trainVoice",
            .tag = kTag,
            .access = write,
            .summary = "Have a voice trained",
            .description = "By a cloning service, as a job: its state goes from `training` to `ready` or `failed`.",
            .fails = {kNoVoice,
                      {409,
                       "There is no consent, no cloning service, or it is trained or being trained already; the "
                       "detail says which and what to do."}},
            .keyed = true},
           [voices](const rest::Request<rest::Body<TrainBody>>& request) -> Answer<rest::Accepted<OwnVoiceView>> {
             return answer_of(
                 voices->train(visitor(request), request.body.voice, request.body.service, base::wall_now()), accepted);
           });
  api.patch("/api/voice/{id}",
            {.id = "renameVoice",
             .tag = kTag,
             .access = write,
             .summary = "Give a voice another name",
             .fails = {kNoVoice},
             .conditional = true},
            [voices](const Renames& request) { return rename(*voices, request); });
  api.remove("/api/voice/{id}",
             {.id = "deleteVoice",
              .tag = kTag,
              .access = write,
              .summary = "Delete a voice",
              .description = "With its recording and the copy at the cloning service, which a job deletes. The consent "
                             "stays on record.",
              .fails = {kNoVoice, {409, "The published receptionist speaks with it."}}},
             [voices](const OfVoice& request) -> Answer<rest::NoContent> {
               const auto done = voices->remove(visitor(request), request.path.id, base::wall_now());
               if (!done) return tl::unexpected(voice_problem(done.error()));
               return rest::NoContent{};
             });
}

void add_consenting(rest::Api& api, const Shared& voices) {
  const auto write = Access::needs(access::permission::kWriteVoices);
  api.post("/api/voice/consents/sentence",
           {.id = "askForSentence",
            .tag = kTag,
            .access = write,
            .summary = "Ask for a sentence to be read aloud",
            .description = "By whoever a voice belongs to, as part of the consent. Good once, for 15 minutes.",
            .keyed = true},
           [voices](const rest::Request<>& request) -> Answer<rest::Accepted<SentenceView>> {
             const auto made = voices->sentence(visitor(request), base::wall_now());
             if (!made) return tl::unexpected(voice_problem(made.error()));
             return rest::Accepted<SentenceView>{{made->id, made->sentence, made->expires_at}};
           });
  api.post(
      "/api/voice/{id}/consent",
      {.id = "consentToVoice",
       .tag = kTag,
       .access = write,
       .summary = "Record the consent to a voice",
       .description = "The body is a recording of the sentence, 2 to 30 seconds, as a sound file like the voice's "
                      "own. Where a recogniser is at hand its words are compared; the answer says what was checked. "
                      "Of this recording only its hash is kept.",
       .fails = {kNoVoice, {409, "The sentence was used or is too old, or the consent was withdrawn."}},
       .body_bytes = voices::kLargestSentence,
       .keyed = true,
       .takes = kSoundTypes},
      [voices](const Consents& request) { return consent(*voices, request); });
  api.remove("/api/voice/{id}/consent",
             {.id = "withdrawConsent",
              .tag = kTag,
              .access = write,
              .summary = "Withdraw the consent to a voice",
              .description = "From now on nothing is said with it: a receptionist that has it speaks with the voice of "
                             "the configuration file. Its recording and the copy at the cloning service are deleted.",
              .fails = {{404, "There is no such voice of your own, or no consent to it."}}},
             [voices](const OfVoice& request) -> Answer<rest::Tagged<OwnVoiceView>> {
               return answer_of(voices->withdraw(visitor(request), request.path.id, base::wall_now()), tagged);
             });
}

}  // namespace

rest::Problem voice_problem(const base::Error& error) {
  if (error.code == base::ErrorCode::failed_precondition) return {409, error.message};
  const bool too_much = error.code == base::ErrorCode::resource_exhausted && error.domain == "sound_files";
  if (error.code == base::ErrorCode::invalid_argument || too_much) return {422, error.message};
  return error;
}

OwnVoiceView view_of(const voices::Voice& voice) {
  const auto& profile = voice.profile;
  return {profile.id,
          profile.voice_name,
          voices::state_of(profile.training_status),
          profile.training_progress,
          profile.training_error,
          profile.provider,
          profile.quality_score.value_or(0),
          voices::report_of(profile.sample_report),
          profile.sample_sha256,
          consent_view(voice.consent),
          next_steps(voice),
          profile.created_at,
          profile.updated_at};
}

void add_own_voice_routes(rest::Api& api, std::shared_ptr<voices::Voices> voices) {
  api.get("/api/voice/{id}",
          {.id = "showVoice",
           .tag = kTag,
           .access = Access::needs(access::permission::kReadVoices),
           .summary = "One voice of your own",
           .fails = {kNoVoice}},
          [voices](const OfVoice& request) -> Answer<rest::Tagged<OwnVoiceView>> {
            return answer_of(voices->find(request.principal.organisation, request.path.id), tagged);
          });
  add_making(api, voices);
  add_consenting(api, voices);
}

}  // namespace frontdesk::api
