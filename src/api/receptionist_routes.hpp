// The receptionist's settings: in force, drafted, published, restored and tried out. /api/receptionist/...
#pragma once
#include <functional>

#include "accounts/office.hpp"
#include "api/receptionist_views.hpp"
#include "audio/pcm.hpp"
#include "config/profile/overlay.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct TrialQuestion {
  std::optional<profile::Profile> draft;  ///< to be answered by; none: what is in force
  std::vector<std::string> said;          ///< by the caller, in order; the last is to be answered
};

struct TrialReply {
  std::string text;
  std::vector<std::string> sources;
  double confidence = 0;
  std::vector<std::pair<std::string, std::string>> tools;  ///< names and arguments, which are JSON
  base::Duration took{0};                                  ///< for the last answer
  std::int64_t version = 0;                                ///< of what is in force
};

struct FoundPassage {
  std::string source;  ///< "faq:parking", "policy:doc_1.4"
  std::string text;
  double score = 0;      ///< 0 to 1
  bool answers = false;  ///< near enough to be said in a call
};

/// What the running receptionist offers to these routes; called on answering threads, several at once.
struct ReceptionistDesk {
  std::function<config::Config()> file;      ///< what the configuration file says
  std::function<config::Config()> in_force;  ///< with what is published
  std::function<bool(std::string_view)> knows_voice;
  std::function<base::Result<TrialReply>(const TrialQuestion&)> ask;
  std::function<base::Result<std::vector<FoundPassage>>(const std::string&, std::size_t)> search;
  /// At 16 kHz.
  std::function<base::Result<audio::Pcm>(const std::string& voice, double speed, const std::string& text)> speak;
  int neural_voices = 0;  ///< "libritts:0" and on
};

struct ReceptionistSources {
  accounts::Office& office;
  std::function<base::Status()> settings_changed;
  ReceptionistDesk desk;
};

void add_receptionist_routes(rest::Api& api, ReceptionistSources sources);

}  // namespace frontdesk::api
