// `frontdesk recording export CALL FILE`: a recording as a file anybody can play. `frontdesk recording rotate-key`:
// a new master key, which every sealed recording is then wrapped by.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct RecordingOptions {
  std::string data = "./data";
  std::string call;  ///< empty: rotate the key
  std::string file;
  std::string config;  ///< says which bucket
};

void add_recording_command(CLI::App& app, RecordingOptions& options);
int recording_command(const RecordingOptions& options);

}  // namespace frontdesk::app
