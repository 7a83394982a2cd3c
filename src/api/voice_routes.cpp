#include "api/voice_routes.hpp"

#include <charconv>
#include <mutex>

#include "api/voice_views.hpp"
#include "audio/wav.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;

constexpr int kPreviewRate = 16'000;

/// The plain ones first: they are few.
std::vector<VoiceView> all_voices(const ReceptionistDesk& desk) {
  std::vector<VoiceView> voices;
  const auto add = [&](std::string id, std::string name, VoiceEngine engine) {
    auto preview = "/api/voice/" + id + "/preview";
    voices.push_back({std::move(id), std::move(name), engine, true, false, std::move(preview)});
  };
  add("flite:slt", "Plain voice 1", VoiceEngine::flite);
  add("flite:kal", "Plain voice 2", VoiceEngine::flite);
  for (int i = 0; i < desk.neural_voices; ++i)
    add("libritts:" + std::to_string(i), "Voice " + std::to_string(i), VoiceEngine::libritts);
  return voices;
}

Answer<VoicesView> list(const ReceptionistDesk& desk, const VoicesQuery& query) {
  const auto place = rest::place_of(query, 1);
  if (!place) return tl::unexpected(place.error());
  auto voices = all_voices(desk);
  if (query.engine) std::erase_if(voices, [&](const VoiceView& each) { return each.engine != *query.engine; });
  std::size_t first = 0;
  if (!place->empty()) std::from_chars(place->front().data(), place->front().data() + place->front().size(), first);
  const auto used = desk.in_force().voice.name;
  VoicesView view;
  for (auto at = std::min(first, voices.size()); at < voices.size(); ++at) {
    if (view.voices.size() == static_cast<std::size_t>(query.limit)) {
      view.next_cursor = rest::next_cursor(query, {std::to_string(at)});
      break;
    }
    voices[at].in_use = voices[at].id == used;
    view.voices.push_back(std::move(voices[at]));
  }
  return view;
}

std::string wav_of(const audio::Pcm& sound) {
  const auto bytes = static_cast<std::uint32_t>(sound.size() * sizeof(audio::Sample));
  const auto header = audio::wav_header(kPreviewRate, 1, bytes);
  std::string file(header.begin(), header.end());
  for (const auto sample : sound) {  // little endian
    const auto value = static_cast<std::uint16_t>(sample);
    file.push_back(static_cast<char>(value & 0xffU));
    file.push_back(static_cast<char>(value >> 8U));
  }
  return file;
}

Answer<rest::Media> preview(const ReceptionistDesk& desk, std::mutex& one, const std::string& voice,
                            const PreviewQuery& query) {
  if (!desk.knows_voice(voice)) return tl::unexpected(rest::Problem(404, "there is no such voice"));
  const std::unique_lock lock(one, std::try_to_lock);
  if (!lock) return tl::unexpected(rest::Problem(503, "another voice is being listened to: try again in a moment"));
  const auto config = desk.in_force();
  auto text = query.text.value_or(config.business.greeting);
  if (text.empty()) text = "Hello, this is " + config.business.name + ". How can I help?";
  const auto sound = desk.speak(voice, query.speed, text);
  if (!sound) return tl::unexpected(sound.error());
  auto response = http::text(wav_of(*sound), "audio/wav");
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  return rest::Media{std::move(response)};
}

}  // namespace

void add_voice_routes(rest::Api& api, ReceptionistDesk desk) {
  const auto shared = std::make_shared<const ReceptionistDesk>(std::move(desk));
  const auto one = std::make_shared<std::mutex>();
  const auto read = Access::needs(access::permission::kReadVoices);
  api.get("/api/voice/profiles",
          {.id = "listVoices", .tag = "Voices", .access = read, .summary = "The voices, in pages"},
          [shared](const rest::Request<rest::Query<VoicesQuery>>& request) { return list(*shared, request.query); });
  api.get("/api/voice/{id}/preview",
          {.id = "previewVoice",
           .tag = "Voices",
           .access = read,
           .summary = "Hear a voice",
           .description = "Synthesised as in calls, but after whatever calls want spoken; one at a time.",
           .fails = {{404, "There is no such voice."}},
           .media = {"audio/wav"}},
          [shared, one](const rest::Request<rest::Path<VoicePath>, rest::Query<PreviewQuery>>& request) {
            return preview(*shared, *one, request.path.id, request.query);
          });
}

}  // namespace frontdesk::api
