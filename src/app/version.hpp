// What this build calls itself.
#pragma once
#include <string>

namespace frontdesk::app {

std::string version_text();    ///< "frontdesk 0.1.0"
std::string version_number();  ///< "0.1.0"
/// The version and the linker's fingerprint of this very program: "frontdesk 0.1.0 build 5f0c9a...". Two
/// programs that print the same decide the same.
std::string build_text();

}  // namespace frontdesk::app
