// What this build calls itself.
#pragma once
#include <string>

namespace frontdesk::app {

std::string version_text();  ///< "frontdesk 0.1.0"

}  // namespace frontdesk::app
