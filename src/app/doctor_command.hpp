// `frontdesk doctor sip`: tries the configured lines out and tells each step as it is taken.
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
};

void add_doctor_command(CLI::App& app, DoctorOptions& options);
/// 0 every line works, 1 one does not, 2 misused.
int doctor_command(const DoctorOptions& options);

}  // namespace frontdesk::app
