// `frontdesk call URI`: the test caller from the command line.
#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct CallCommandOptions {
  std::string uri = "sip:reception@127.0.0.1:5060";
  std::string plan;               ///< a file; empty: the five-turn sample
  std::vector<std::string> say;   ///< lines instead of a plan
  std::vector<std::string> play;  ///< WAV files instead of a plan
  std::string voice = "libritts:803";
  std::string bind;
  std::string record;
  std::string models;
  int barge_in_after_ms = 0;  ///< for the last of `say`
  int calls = 1;
  int listen_seconds = 0;
  std::string listen_sound = "silence";
  std::vector<std::string> codecs{"pcmu", "pcma"};
  std::string srtp = "off";
  int packet_ms = 20;
  bool band_limit = false;
  bool no_transcripts = false;
  bool json = false;
};

void add_call_command(CLI::App& app, CallCommandOptions& options);
int call_command(const CallCommandOptions& options);

}  // namespace frontdesk::app
