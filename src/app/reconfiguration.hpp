// What differs between two configurations, for a program that goes on running.
#pragma once
#include <string>
#include <vector>

#include "config/config.hpp"

namespace frontdesk::app {

struct TrunkChanges {
  std::vector<std::string> gone;       ///< names: no longer there
  std::vector<config::Trunk> changed;  ///< new, or otherwise than before
};

TrunkChanges trunk_changes(const config::Config& before, const config::Config& after);

/// Whether what is saved about the receptionist, or the documents she answers from, differs; the file is the same.
bool says_otherwise(const config::Config& before, const config::Config& after);

/// Keys whose new value is only taken at the next start: "server.sip".
std::vector<std::string> waits_for_restart(const config::Config& before, const config::Config& after);

}  // namespace frontdesk::app
