// Telephone lines that are saved by the API, beside those of the configuration file: POST, GET, PUT and DELETE below
// /api/sip/config. What is saved is in force when the answer comes.
#pragma once
#include "api/line_routes.hpp"
#include "api/saved_lines.hpp"

namespace frontdesk::api {

struct SavedLineSources {
  accounts::Office& office;
  std::string country = "GB";
  std::function<std::vector<Line>()> lines;             ///< in force now
  std::function<std::vector<LineStatus>()> statuses;    ///< of these
  std::function<base::Status()> settings_changed = {};  ///< takes what is saved in force
};

void add_saved_line_routes(rest::Api& api, SavedLineSources sources);

}  // namespace frontdesk::api
