// `frontdesk rerun`: recorded callers against another configuration, and what it answers differently.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct RerunOptions {
  std::string calls = "last:1";  ///< ids with commas between, "last:N", or a file of ids
  std::string config;            ///< a file; empty: as for serve
  std::string data = "./data";
  std::string models;
  std::string json;  ///< a file; "-" for standard output
  int allow_changed = 0;
  bool from_transcripts = false;
};

void add_rerun_command(CLI::App& app, RerunOptions& options);
/// 0 no more exchanges changed than allowed, 1 more, 2 could not run.
int rerun_command(const RerunOptions& options);

}  // namespace frontdesk::app
