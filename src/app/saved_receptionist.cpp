#include "app/saved_receptionist.hpp"

#include <spdlog/spdlog.h>

#include "app/speech_engines.hpp"
#include "json/parse.hpp"
#include "reception/knowledge/passages.hpp"
#include "store/call_records.hpp"
#include "store/documents/knowledge.hpp"
#include "store/settings/configuration_versions.hpp"
#include "voices/usage.hpp"

namespace frontdesk::app {
namespace {

const std::string kOrganisation(store::kLocalOrganisation);

base::Status read_published(store::Connection& connection, SavedReceptionist& saved) {
  const settings::ConfigurationVersions versions(connection);
  const auto published = versions.published(kOrganisation, std::string(settings::kReceptionistSubject));
  if (!published && published.error().code == base::ErrorCode::not_found) return {};
  if (!published) return tl::unexpected(published.error());
  const auto content = json::parse(published->content, {.bytes = profile::kLargestContent});
  const auto profile = content ? json::read<profile::Profile>(*content)
                               : tl::unexpected(std::vector<json::Problem>{{"", "it is no JSON"}});
  if (!profile) {
    const auto& problem = profile.error().front();
    spdlog::error("version {} of the receptionist cannot be read, the configuration file holds instead: {} {}",
                  published->number, problem.pointer, problem.detail);
    return {};
  }
  saved.version = published->number;
  saved.profile = *profile;
  return {};
}

/// By the name that an engine knows it under. One that may not be used, or that no engine speaks with, is left out:
/// then the file's voice speaks. Whoever withdraws a consent relies on it.
base::Status name_voice(store::Connection& connection, profile::Profile& profile) {
  if (!profile.voice || !voices::is_made_here(profile.voice->id)) return {};
  const auto spoken = voices::spoken_as(connection, kOrganisation, profile.voice->id);
  if (spoken && LocalVoices::knows(*spoken)) {
    profile.voice->id = *spoken;
    return {};
  }
  const auto refused = [&] {
    const auto code = spoken.error().code;
    return code == base::ErrorCode::failed_precondition || code == base::ErrorCode::not_found;
  };
  if (!spoken && !refused()) return tl::unexpected(spoken.error());
  spdlog::warn("the receptionist speaks with the voice of the configuration file: {}",
               spoken ? "no engine here has the voice " + *spoken : spoken.error().message);
  profile.voice.reset();
  return {};
}

}  // namespace

base::Result<SavedReceptionist> read_saved_receptionist(store::Connection& connection) {
  SavedReceptionist saved;
  if (auto read = read_published(connection, saved); !read) return tl::unexpected(read.error());
  if (auto named = name_voice(connection, saved.profile); !named) return tl::unexpected(named.error());
  const documents::Knowledge knowledge(connection);
  const auto documents = knowledge.list(kOrganisation, store::kLongestList);
  if (!documents) return tl::unexpected(documents.error());
  for (const auto& document : documents->rows) {
    const auto chunks = knowledge.chunks(kOrganisation, document.id);
    if (!chunks) return tl::unexpected(chunks.error());
    std::size_t place = 0;
    for (const auto& chunk : *chunks)
      for (const auto& passage : knowledge::passages(chunk.text))
        saved.passages.push_back(knowledge::policy_of(passage, document.id, place++));
  }
  return saved;
}

config::Config laid_over(config::Config config, const SavedReceptionist& saved) {
  config = profile::laid_over(std::move(config), saved.profile);
  config.receptionist = saved.version;
  auto& policies = config.business.policies;
  policies.insert(policies.end(), saved.passages.begin(), saved.passages.end());
  return config;
}

}  // namespace frontdesk::app
