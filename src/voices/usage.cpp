#include "voices/usage.hpp"

#include "base/ids.hpp"
#include "json/parse.hpp"
#include "store/settings/configuration_versions.hpp"
#include "voices/report.hpp"

namespace frontdesk::voices {
namespace {

constexpr std::size_t kLargestContent = 1024 * 1024;

std::string voice_in(const std::string& content) {
  const auto parsed = json::parse(content, {.bytes = kLargestContent});
  if (!parsed || !parsed->is_object()) return {};
  const auto* voice = parsed->as_object().if_contains("voice");
  if (voice == nullptr || !voice->is_object()) return {};
  const auto* id = voice->as_object().if_contains("id");
  return id != nullptr && id->is_string() ? std::string(id->as_string()) : std::string();
}

}  // namespace

bool is_made_here(std::string_view voice) {
  return base::is_id("voice", voice);
}

base::Result<Published> published_voice(store::Connection& connection, const std::string& organisation) {
  const settings::ConfigurationVersions versions(connection);
  const auto published = versions.published(organisation, std::string(settings::kReceptionistSubject));
  if (!published && published.error().code == base::ErrorCode::not_found) return Published{};
  if (!published) return tl::unexpected(published.error());
  return Published{voice_in(published->content), published->number};
}

base::Result<settings::VoiceConsent> consent_of(store::Connection& connection, const settings::VoiceProfile& voice) {
  auto consent = settings::VoiceConsents(connection).valid(voice.organisation, voice.id);
  if (consent && consent->sample_sha256 != voice.sample_sha256) return store::no_such("consent");
  return consent;
}

base::Result<std::string> spoken_as(store::Connection& connection, const std::string& organisation,
                                    const std::string& voice) {
  const auto profile = settings::VoiceProfiles(connection).find(organisation, voice);
  if (!profile) return tl::unexpected(profile.error());
  const auto refuse = [&](const std::string& why) {
    return base::fail(base::ErrorCode::failed_precondition, "voices",
                      "the voice \"" + profile->voice_name + "\" " + why);
  };
  const auto consent = consent_of(connection, *profile);
  if (!consent && consent.error().code != base::ErrorCode::not_found) return tl::unexpected(consent.error());
  if (!consent) return refuse("may not be used: there is no consent of whoever it belongs to");
  if (state_of(profile->training_status) != State::ready || profile->voice_id.empty())
    return refuse("is not trained yet");
  return profile->provider + ":" + profile->voice_id;
}

base::Result<std::string> published_problem(store::Connection& connection, const std::string& organisation) {
  const auto published = published_voice(connection, organisation);
  if (!published) return tl::unexpected(published.error());
  if (!is_made_here(published->voice)) return std::string();
  const auto spoken = spoken_as(connection, organisation, published->voice);
  if (spoken) return std::string();
  const auto& error = spoken.error();
  if (error.code != base::ErrorCode::failed_precondition && error.code != base::ErrorCode::not_found)
    return tl::unexpected(error);
  return error.message +
         ": the receptionist speaks with the voice of the configuration file. Choose another voice in "
         "version " +
         std::to_string(published->version) + " of her settings and publish them";
}

}  // namespace frontdesk::voices
