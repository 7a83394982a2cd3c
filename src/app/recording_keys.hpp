// The keys of this machine's recordings: FRONTDESK_MASTER_KEY, or the file in the data folder.
#pragma once
#include <filesystem>
#include <memory>

#include "vault/key_ring.hpp"

namespace frontdesk::app {

/// `create`: make the file if there is none. Otherwise null if there is none: nothing was ever sealed here.
base::Result<std::shared_ptr<const vault::KeyRing>> recording_keys(const std::filesystem::path& data_folder,
                                                                   bool create);

}  // namespace frontdesk::app
