#include "api/voice_routes.hpp"

#include <charconv>
#include <mutex>

#include "api/own_voice_routes.hpp"
#include "api/voice_views.hpp"
#include "audio/wav.hpp"
#include "base/clock.hpp"
#include "voices/usage.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;

constexpr int kPreviewRate = 16'000;

struct Sources {
  ReceptionistDesk desk;
  std::shared_ptr<voices::Voices> own;
};

/// Their own first, then the plain ones: they are few.
base::Result<std::vector<VoiceView>> all_voices(const Sources& sources, const std::string& organisation) {
  std::vector<VoiceView> voices;
  const auto used = sources.desk.in_force().voice.name;
  const auto add = [&](std::string id, std::string name, VoiceEngine engine) -> VoiceView& {
    auto preview = "/api/voice/" + id + "/preview";
    const bool in_use = engine != VoiceEngine::cloned && id == used;
    voices.push_back({std::move(id), std::move(name), engine, engine != VoiceEngine::cloned, in_use, std::move(preview),
                      std::nullopt});
    return voices.back();
  };
  if (sources.own) {
    const auto own = sources.own->list(organisation);
    if (!own) return tl::unexpected(own.error());
    for (const auto& each : *own) {
      auto& view = add(each.profile.id, each.profile.voice_name, VoiceEngine::cloned);
      view.own = view_of(each);
      const auto& profile = each.profile;
      view.in_use = each.consent && !profile.voice_id.empty() && used == profile.provider + ":" + profile.voice_id;
    }
  }
  add("flite:slt", "Plain voice 1", VoiceEngine::flite);
  add("flite:kal", "Plain voice 2", VoiceEngine::flite);
  for (int i = 0; i < sources.desk.neural_voices; ++i)
    add("libritts:" + std::to_string(i), "Voice " + std::to_string(i), VoiceEngine::libritts);
  return voices;
}

Answer<VoicesView> list(const Sources& sources, const std::string& organisation, const VoicesQuery& query) {
  const auto place = rest::place_of(query, 1);
  if (!place) return tl::unexpected(place.error());
  auto all = all_voices(sources, organisation);
  if (!all) return tl::unexpected(all.error());
  auto& voices = *all;
  if (query.engine) std::erase_if(voices, [&](const VoiceView& each) { return each.engine != *query.engine; });
  std::size_t first = 0;
  if (!place->empty()) std::from_chars(place->front().data(), place->front().data() + place->front().size(), first);
  VoicesView view;
  if (sources.own) view.services = sources.own->services();
  for (auto at = std::min(first, voices.size()); at < voices.size(); ++at) {
    if (view.voices.size() == static_cast<std::size_t>(query.limit)) {
      view.next_cursor = rest::next_cursor(query, {std::to_string(at)});
      break;
    }
    view.voices.push_back(std::move(voices[at]));
  }
  return view;
}

std::string wav_of(const audio::Pcm& sound, int rate) {
  const auto bytes = static_cast<std::uint32_t>(sound.size() * sizeof(audio::Sample));
  const auto header = audio::wav_header(rate, 1, bytes);
  std::string file(header.begin(), header.end());
  for (const auto sample : sound) {  // little endian
    const auto value = static_cast<std::uint16_t>(sample);
    file.push_back(static_cast<char>(value & 0xffU));
    file.push_back(static_cast<char>(value >> 8U));
  }
  return file;
}

rest::Media media_of(const audio::Pcm& sound, int rate) {
  auto response = http::text(wav_of(sound, rate), "audio/wav");
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  return {std::move(response)};
}

/// What an engine calls a voice of theirs; empty: no engine here speaks with it (yet).
Answer<std::string> engine_voice(const Sources& sources, const std::string& organisation, const std::string& voice) {
  const auto own = sources.own->find(organisation, voice);
  if (!own) return tl::unexpected(voice_problem(own.error()));
  const auto& profile = own->profile;
  const bool ready = own->consent && voices::state_of(profile.training_status) == voices::State::ready;
  auto name = profile.provider + ":" + profile.voice_id;
  return ready && sources.desk.knows_voice(name) ? name : std::string();
}

Answer<rest::Media> preview(const Sources& sources, std::mutex& one, const std::string& organisation, std::string voice,
                            const PreviewQuery& query) {
  const auto& desk = sources.desk;
  if (sources.own && voices::is_made_here(voice)) {
    const auto engine = engine_voice(sources, organisation, voice);
    if (!engine) return tl::unexpected(engine.error());
    if (engine->empty()) {
      const auto recording = sources.own->recording(organisation, voice, base::wall_now());
      if (!recording) return tl::unexpected(voice_problem(recording.error()));
      return media_of(*recording, sound_files::kRate);
    }
    voice = *engine;
  }
  if (!desk.knows_voice(voice)) return tl::unexpected(rest::Problem(404, "there is no such voice"));
  const std::unique_lock lock(one, std::try_to_lock);
  if (!lock) return tl::unexpected(rest::Problem(503, "another voice is being listened to: try again in a moment"));
  const auto config = desk.in_force();
  auto text = query.text.value_or(config.business.greeting);
  if (text.empty()) text = "Hello, this is " + config.business.name + ". How can I help?";
  const auto sound = desk.speak(voice, query.speed, text);
  if (!sound) return tl::unexpected(sound.error());
  return media_of(*sound, kPreviewRate);
}

}  // namespace

void add_voice_routes(rest::Api& api, ReceptionistDesk desk, std::shared_ptr<voices::Voices> own) {
  const auto shared = std::make_shared<const Sources>(Sources{std::move(desk), std::move(own)});
  const auto one = std::make_shared<std::mutex>();
  const auto read = Access::needs(access::permission::kReadVoices);
  api.get("/api/voice/profiles",
          {.id = "listVoices", .tag = "Voices", .access = read, .summary = "The voices, in pages"},
          [shared](const rest::Request<rest::Query<VoicesQuery>>& request) {
            return list(*shared, request.principal.organisation, request.query);
          });
  api.get("/api/voice/{id}/preview",
          {.id = "previewVoice",
           .tag = "Voices",
           .access = read,
           .summary = "Hear a voice",
           .description =
               "Synthesised as in calls, but after whatever calls want spoken; one at a time. A voice of your own "
               "that no engine here speaks with yet: the first minute of its recording.",
           .fails = {{404, "There is no such voice."}, {409, "Its recording was deleted, or is on another machine."}},
           .media = {"audio/wav"}},
          [shared, one](const rest::Request<rest::Path<VoicePath>, rest::Query<PreviewQuery>>& request) {
            return preview(*shared, *one, request.principal.organisation, request.path.id, request.query);
          });
}

}  // namespace frontdesk::api
