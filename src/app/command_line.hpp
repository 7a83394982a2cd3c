// The program's commands: serve, call, calls, doctor, replay, rerun.
#pragma once

namespace frontdesk::app {

/// The process's exit code: 0 done, 1 failed, 2 misused.
int run_command_line(int argc, char** argv);

}  // namespace frontdesk::app
