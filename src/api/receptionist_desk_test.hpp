// A receptionist for tests of routes: a file's configuration, and a model that repeats.
#pragma once
#include "api/receptionist_routes.hpp"

namespace frontdesk::api {

inline config::Config sample_file() {
  config::Config config;
  config.business.name = "Hillside Dental";
  config.business.greeting = "Hello from the file.";
  return config;
}

inline ReceptionistDesk sample_desk() {
  ReceptionistDesk desk;
  desk.file = desk.in_force = sample_file;
  desk.knows_voice = [](std::string_view voice) { return voice == "flite:slt"; };
  desk.ask = [](const TrialQuestion& question) -> base::Result<TrialReply> {
    return TrialReply{(question.draft ? "draft: " : "in force: ") + question.said.back(), {"faq:x"}, 0.5, {}, {}, 0};
  };
  desk.search = [](const std::string& question, std::size_t) -> base::Result<std::vector<FoundPassage>> {
    return std::vector<FoundPassage>{{"faq:x", question, 0.75, true}};
  };
  desk.speak = [](const std::string&, double, const std::string&) -> base::Result<audio::Pcm> {
    return audio::Pcm{1, -2, 3};
  };
  desk.neural_voices = 60;
  return desk;
}

}  // namespace frontdesk::api
