// `frontdesk doctor sip`: tries the configured lines out and tells each step as it is taken. `frontdesk doctor
// storage`: the same for where large files are kept.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct DoctorOptions {
  std::string config;
  std::string trunk;    ///< empty: all
  bool json = false;    ///< a line of JSON for each step
  bool ladder = false;  ///< also the SIP messages, masked
  bool storage = false;
};

void add_doctor_command(CLI::App& app, DoctorOptions& options);
/// 0 what was tried works, 1 something does not, 2 misused.
int doctor_command(const DoctorOptions& options);

}  // namespace frontdesk::app
