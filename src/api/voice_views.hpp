// Voices as the API shows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/own_voice_views.hpp"
#include "json/codec.hpp"
#include "rest/paging.hpp"

namespace frontdesk::api {

using json::Note;

enum class VoiceEngine { libritts, flite, cloned };
BOOST_DESCRIBE_ENUM(VoiceEngine, libritts, flite, cloned)

struct VoiceView {
  std::string id;
  std::string name;
  VoiceEngine engine = VoiceEngine::libritts;
  bool built_in = true;
  bool in_use = false;
  std::string preview_url;
  std::optional<OwnVoiceView> own;
};
BOOST_DESCRIBE_STRUCT(VoiceView, (), (id, name, engine, built_in, in_use, preview_url, own))
constexpr auto about(const VoiceView*) {
  return json::about("Voice", "A voice that can answer calls.",
                     Note{.member = "engine",
                          .text = "libritts sounds natural; flite is plain and costs next to nothing; "
                                  "cloned is a voice of your own."},
                     Note{.member = "in_use", .text = "New callers hear it."},
                     Note{.member = "own", .text = "How far a voice of your own is; null: built in."});
}

struct VoicesView {
  std::vector<VoiceView> voices;
  std::vector<std::string> services;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(VoicesView, (), (voices, services, next_cursor))
constexpr auto about(const VoicesView*) {
  return json::about("Voices", "A page of voices, your own first.",
                     Note{.member = "services", .text = "Cloning services that can train a voice here."});
}

struct VoicesQuery {
  std::optional<VoiceEngine> engine;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(VoicesQuery, (), (engine, limit, cursor))
constexpr auto about(const VoicesQuery*) {
  return json::about("VoicesQuery", "", rest::kLimitNote, rest::kCursorNote);
}

struct VoicePath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(VoicePath, (), (id))
constexpr auto about(const VoicePath*) {
  return json::about("VoicePath", "", Note{.member = "id", .text = "\"libritts:403\".", .max_length = 80});
}

struct PreviewQuery {
  std::optional<std::string> text;
  double speed = 1;
};
BOOST_DESCRIBE_STRUCT(PreviewQuery, (), (text, speed))
constexpr auto about(const PreviewQuery*) {
  return json::about(
      "PreviewQuery", "",
      Note{.member = "text", .text = "To be said; left out: the greeting.", .min_length = 1, .max_length = 300},
      Note{.member = "speed", .min = 0.5, .max = 2, .optional = true});
}

}  // namespace frontdesk::api
