// `frontdesk audit verify` and `frontdesk audit reanchor`.
#pragma once
#include <string>

namespace CLI {
class App;
}

namespace frontdesk::app {

struct AuditOptions {
  std::string data = "./data";
  std::string anchor;  ///< empty: in the data folder
  std::string reason;  ///< of reanchor; empty: verify
};

void add_audit_command(CLI::App& app, AuditOptions& options);
/// 0: the log is whole. 1: it is not, or could not be read.
int audit_command(const AuditOptions& options);

}  // namespace frontdesk::app
