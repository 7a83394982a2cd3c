// `frontdesk replay CALL`: plays a call's journal to its machine again and says whether it decides the same.
// `frontdesk journal CALL`: prints it, unsealed.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct ReplayOptions {
  std::string journal;  ///< a call's id, "last", or a path
  std::string data = "./data";
  bool tape = false;
};

void add_replay_command(CLI::App& app, ReplayOptions& options);
/// 0 identical, 1 not, 2 cannot be replayed.
int replay_command(const ReplayOptions& options);

/// Takes `journal` and `data` of the options.
void add_journal_command(CLI::App& app, ReplayOptions& options);
int journal_command(const ReplayOptions& options);

}  // namespace frontdesk::app
