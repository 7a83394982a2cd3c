#include <sys/prctl.h>
#include <sys/resource.h>

#include "app/command_line.hpp"

namespace {

/// A dump of this memory would hold keys, passwords and what callers said. The limit alone does not stop a system that
/// pipes dumps to a program.
void leave_no_core_dumps() {
  const rlimit none{0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace

int main(int argc, char** argv) {
  leave_no_core_dumps();
  return frontdesk::app::run_command_line(argc, argv);
}
