// Voices that an organisation makes of recordings, as the API shows and takes them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "json/codec.hpp"
#include "voices/report.hpp"

namespace frontdesk::api {

using json::Note;

enum class VoiceRelation { mine, permitted };
BOOST_DESCRIBE_ENUM(VoiceRelation, mine, permitted)

enum class ConsentCheck { matched, not_checked };
BOOST_DESCRIBE_ENUM(ConsentCheck, matched, not_checked)

struct VoiceConsentView {
  std::string id;
  VoiceRelation relation = VoiceRelation::mine;
  base::Pii<std::string> speaker;
  std::string recorded_by;
  std::string sentence;
  std::string sentence_sha256;
  std::string sample_sha256;
  ConsentCheck words = ConsentCheck::not_checked;
  std::optional<double> words_matched;
  ConsentCheck same_speaker = ConsentCheck::not_checked;
  base::UtcTime given_at;
};
BOOST_DESCRIBE_STRUCT(VoiceConsentView, (),
                      (id, relation, speaker, recorded_by, sentence, sentence_sha256, sample_sha256, words,
                       words_matched, same_speaker, given_at))
constexpr auto about(const VoiceConsentView*) {
  return json::about(
      "VoiceConsent", "Whoever a voice belongs to agrees that it is used.",
      Note{.member = "relation", .text = "The voice of whoever recorded it, or of somebody who permits it."},
      Note{.member = "recorded_by", .text = "The user or token that sent it."},
      Note{.member = "sentence_sha256", .text = "Of the recording of the sentence, which itself is not kept."},
      Note{.member = "sample_sha256", .text = "Of the voice's recording that it was given for."},
      Note{.member = "words", .text = "Whether the words of the sentence were heard in its recording."},
      Note{.member = "words_matched", .text = "The share of them that was, 0 to 1; null: not checked."},
      Note{.member = "same_speaker",
           .text = "Whether both recordings are of one person: nothing here can tell, so it is never checked."});
}

struct OwnVoiceView {
  std::string id;
  std::string name;
  voices::State state = voices::State::uploaded;
  std::int64_t progress = 0;
  std::string error;
  std::string service;
  double quality_score = 0;
  voices::SampleReport sample;
  std::string sample_sha256;
  std::optional<VoiceConsentView> consent;
  std::vector<std::string> next_steps;
  base::UtcTime created_at;
  base::UtcTime updated_at;
};
BOOST_DESCRIBE_STRUCT(OwnVoiceView, (),
                      (id, name, state, progress, error, service, quality_score, sample, sample_sha256, consent,
                       next_steps, created_at, updated_at))
constexpr auto about(const OwnVoiceView*) {
  return json::about(
      "OwnVoice", "A voice made of somebody's recording.",
      Note{.member = "progress", .text = "Of the training, in percent."},
      Note{.member = "error", .text = "Why the last training failed; empty: it did not."},
      Note{.member = "service", .text = "The cloning service that trains it; empty: none yet."},
      Note{.member = "quality_score", .text = "Of the recording, 0 to 1."},
      Note{.member = "consent", .text = "That covers this recording; null: there is none, or it was withdrawn."},
      Note{.member = "next_steps", .text = "What is to be done before it can be used, in words."});
}

struct SentenceView {
  std::string id;
  std::string sentence;
  base::UtcTime expires_at;
};
BOOST_DESCRIBE_STRUCT(SentenceView, (), (id, sentence, expires_at))
constexpr auto about(const SentenceView*) {
  return json::about("ConsentSentence", "To be read aloud by whoever the voice belongs to; good for one consent.");
}

constexpr Note voice_name_note() {
  return {.member = "name", .text = "Your own name for it.", .min_length = 1, .max_length = 80, .example = "\"Amy\""};
}

struct UploadQuery {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(UploadQuery, (), (name))
constexpr auto about(const UploadQuery*) {
  return json::about("UploadQuery", "", voice_name_note());
}

struct ConsentQuery {
  std::string sentence;
  VoiceRelation relation = VoiceRelation::mine;
  std::string speaker;
};
BOOST_DESCRIBE_STRUCT(ConsentQuery, (), (sentence, relation, speaker))
constexpr auto about(const ConsentQuery*) {
  return json::about("ConsentQuery", "",
                     Note{.member = "sentence",
                          .text = "The id of the sentence that is read, of /api/voice/consents/sentence.",
                          .min_length = 1,
                          .max_length = 100},
                     Note{.member = "relation", .text = "It is my voice, or I have the permission of the speaker."},
                     Note{.member = "speaker", .text = "Whose voice it is.", .min_length = 1, .max_length = 120});
}

struct TrainBody {
  std::string voice;
  std::string service;
};
BOOST_DESCRIBE_STRUCT(TrainBody, (), (voice, service))
constexpr auto about(const TrainBody*) {
  return json::about("TrainingOrder", "A voice to be trained.",
                     Note{.member = "voice", .text = "Its id.", .min_length = 1, .max_length = 100},
                     Note{.member = "service",
                          .text = "A cloning service that /api/voice/profiles lists; left out: the one there is.",
                          .max_length = 60,
                          .optional = true});
}

struct RenameBody {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(RenameBody, (), (name))
constexpr auto about(const RenameBody*) {
  return json::about("VoiceRename", "", voice_name_note());
}

}  // namespace frontdesk::api
