// `frontdesk key new|list|rotate|rewrap|take-out`: the master keys, for people at the machine. The program may run
// meanwhile: it follows the key file.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct KeyOptions {
  std::string data = "./data";
  std::string id;  ///< of the key to take out
};

void add_key_command(CLI::App& app, KeyOptions& options);
int key_command(const CLI::App& app, const KeyOptions& options);
/// A new key, and everything rewrapped by it: here, or by the program if that runs.
int rotate_master_key(const std::string& data_folder);

}  // namespace frontdesk::app
