// The receptionist's settings and their versions as the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/profile/profile.hpp"
#include "json/codec.hpp"
#include "rest/paging.hpp"
#include "store/settings/configuration_versions.hpp"

namespace frontdesk::api {

using json::Note;

enum class PartSource { file, published };
BOOST_DESCRIBE_ENUM(PartSource, file, published)

struct PartView {
  std::string part;
  PartSource source = PartSource::file;
};
BOOST_DESCRIBE_STRUCT(PartView, (), (part, source))
constexpr auto about(const PartView*) {
  return json::about("ReceptionistPart", "Where a part of the settings comes from.");
}

struct ReceptionistView {
  std::int64_t version = 0;
  bool has_draft = false;
  std::vector<PartView> parts;
  profile::Profile settings;
  profile::Profile published;
};
BOOST_DESCRIBE_STRUCT(ReceptionistView, (), (version, has_draft, parts, settings, published))
constexpr auto about(const ReceptionistView*) {
  return json::about(
      "ReceptionistInForce", "What new callers meet.",
      Note{.member = "version", .text = "The published version; 0: none, all is as the file says."},
      Note{.member = "settings", .text = "In force, all parts."},
      Note{.member = "published", .text = "As it was published; parts that are null come from the file."});
}

enum class VersionState { draft, published, superseded };
BOOST_DESCRIBE_ENUM(VersionState, draft, published, superseded)

struct VersionSummary {
  std::int64_t number = 0;
  VersionState state = VersionState::draft;
  std::string author;
  std::string note;
  std::int64_t based_on = 0;
  base::UtcTime updated_at;
  std::optional<base::UtcTime> published_at;
};
BOOST_DESCRIBE_STRUCT(VersionSummary, (), (number, state, author, note, based_on, updated_at, published_at))
constexpr auto about(const VersionSummary*) {
  return json::about(
      "ReceptionistVersionSummary", "A version without its settings.",
      Note{.member = "author", .text = "Id of a user or token."},
      Note{.member = "based_on", .text = "What was published when it was begun, or what it restores; 0: nothing."});
}

struct VersionView : VersionSummary {
  profile::Profile settings;
};
BOOST_DESCRIBE_STRUCT(VersionView, (VersionSummary), (settings))
constexpr auto about(const VersionView*) {
  return json::about("ReceptionistVersion", "A version with its settings.");
}

struct VersionsView {
  std::vector<VersionSummary> versions;
};
BOOST_DESCRIBE_STRUCT(VersionsView, (), (versions))
constexpr auto about(const VersionsView*) {
  return json::about("ReceptionistVersions", "Versions, the newest first.");
}

struct VersionsQuery {
  std::int64_t limit = rest::kUsualPage;
};
BOOST_DESCRIBE_STRUCT(VersionsQuery, (), (limit))
constexpr auto about(const VersionsQuery*) {
  return json::about("VersionsQuery", "", rest::kLimitNote);
}

struct VersionPath {
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(VersionPath, (), (number))
constexpr auto about(const VersionPath*) {
  return json::about("VersionPath", "", Note{.member = "number", .text = "Of the version.", .min = 1});
}

struct DifferenceView {
  std::string pointer;
  boost::json::value before;
  boost::json::value after;
};
BOOST_DESCRIBE_STRUCT(DifferenceView, (), (pointer, before, after))
constexpr auto about(const DifferenceView*) {
  return json::about("Difference", "One place where two versions differ.",
                     Note{.member = "pointer", .text = "A JSON pointer into the settings."},
                     Note{.member = "before", .text = "As published; null: nothing."},
                     Note{.member = "after", .text = "As drafted; null: nothing."});
}

struct DiffView {
  std::int64_t published = 0;
  std::int64_t draft = 0;
  std::vector<DifferenceView> changes;
};
BOOST_DESCRIBE_STRUCT(DiffView, (), (published, draft, changes))
constexpr auto about(const DiffView*) {
  return json::about("ReceptionistDiff", "What publishing the draft would change.",
                     Note{.member = "published", .text = "The version in force; 0: none."},
                     Note{.member = "draft", .text = "The number of the draft."});
}

struct SaveQuery {
  bool draft = false;
};
BOOST_DESCRIBE_STRUCT(SaveQuery, (), (draft))
constexpr auto about(const SaveQuery*) {
  return json::about("SaveQuery", "", Note{.member = "draft", .text = "Save without publishing.", .optional = true});
}

struct PublishBody {
  std::string note;
};
BOOST_DESCRIBE_STRUCT(PublishBody, (), (note))
constexpr auto about(const PublishBody*) {
  return json::about("Publish", "Why it is published.", Note{.member = "note", .max_length = 500, .optional = true});
}

enum class TrialOf { published, draft };
BOOST_DESCRIBE_ENUM(TrialOf, published, draft)

struct TrialBody {
  std::string say;
  std::vector<std::string> before;
  TrialOf version = TrialOf::published;
};
BOOST_DESCRIBE_STRUCT(TrialBody, (), (say, before, version))
constexpr auto about(const TrialBody*) {
  return json::about("ReceptionistTrial", "Something to say to the receptionist.",
                     Note{.member = "say", .min_length = 1, .max_length = 500},
                     Note{.member = "before",
                          .text = "What was said to her earlier in this conversation, in order.",
                          .min_length = 1,
                          .max_length = 500,
                          .max_items = 20,
                          .optional = true},
                     Note{.member = "version", .optional = true});
}

struct TrialTool {
  std::string name;
  boost::json::value arguments;
};
BOOST_DESCRIBE_STRUCT(TrialTool, (), (name, arguments))
constexpr auto about(const TrialTool*) {
  return json::about("ReceptionistTrialTool", "What she would do in a call; here nothing is done.");
}

struct TrialAnswerView {
  std::string answer;
  std::vector<std::string> sources;
  double confidence = 0;
  std::vector<TrialTool> tools;
  std::int64_t ms = 0;
  std::int64_t version = 0;
  std::string model;
};
BOOST_DESCRIBE_STRUCT(TrialAnswerView, (), (answer, sources, confidence, tools, ms, version, model))
constexpr auto about(const TrialAnswerView*) {
  return json::about("ReceptionistTrialAnswer", "What she says.",
                     Note{.member = "sources", .text = "The facts it rests on."},
                     Note{.member = "ms", .text = "What the model took for this answer."},
                     Note{.member = "version", .text = "Of the settings; 0: as the file says."});
}

struct ModelView {
  std::string id;
  std::string name;
  std::vector<std::string> languages;
  bool in_use = false;
};
BOOST_DESCRIBE_STRUCT(ModelView, (), (id, name, languages, in_use))
constexpr auto about(const ModelView*) {
  return json::about("ReceptionistModel", "A conversation model.");
}

struct ProviderModelsView {
  std::string provider;
  std::vector<ModelView> models;
};
BOOST_DESCRIBE_STRUCT(ProviderModelsView, (), (provider, models))
constexpr auto about(const ProviderModelsView*) {
  return json::about("ReceptionistProviderModels", "The models of a provider.");
}

struct ModelsView {
  std::vector<ProviderModelsView> providers;
};
BOOST_DESCRIBE_STRUCT(ModelsView, (), (providers))
constexpr auto about(const ModelsView*) {
  return json::about("ReceptionistModels", "The models that can answer calls here.");
}

VersionSummary summary_of(const settings::ConfigurationVersion& version);
/// What differs, by its place; at most a thousand.
std::vector<DifferenceView> differences(const boost::json::value& before, const boost::json::value& after);

}  // namespace frontdesk::api
