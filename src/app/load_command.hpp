// `frontdesk load URI`: many calls at once, from the command line.
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct LoadCommandOptions {
  std::string uri = "sip:echo-test@127.0.0.1:5060";
  int calls = 0;
  double rate = 0;
  double hold_seconds = 0;
  double minutes = 1;
  std::vector<std::string> codecs{"pcmu", "pcma"};
  std::string srtp = "off";
  std::string sound = "tone";
  std::string bind;
  bool json = false;
};

void add_load_command(CLI::App& app, LoadCommandOptions& options);
int load_command(const LoadCommandOptions& options);

}  // namespace frontdesk::app
