// `frontdesk calls list|show`: the call log in the terminal.
#pragma once
#include <string>

namespace frontdesk::app {

struct CallsOptions {
  std::string data = "./data";
  std::string id;  ///< empty: list
  int limit = 20;
  bool json = false;
  bool why = false;
};

int calls_command(const CallsOptions& options);

}  // namespace frontdesk::app
