// `frontdesk account first-link` and `frontdesk account reset-link`: for whoever has the machine.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct AccountOptions {
  std::string data = "./data";
  std::string url = "http://127.0.0.1:8080";  ///< where people reach the console
  std::string email;                          ///< of reset-link; empty: first-link
};

void add_account_command(CLI::App& app, AccountOptions& options);
int account_command(const AccountOptions& options);

}  // namespace frontdesk::app
