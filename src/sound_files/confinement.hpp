// Gives up what a process does not need. Private to this folder.
#pragma once

namespace frontdesk::sound_files {

/// False if the system would not: then nothing foreign may be read. For good.
bool confine_this_process();

}  // namespace frontdesk::sound_files
