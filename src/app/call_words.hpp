// What callers said, for those who may read it: the call log and journals opened with the master keys.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "store/call_log.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::app {

/// Seals and opens with keys of the database that `keys` unwraps; null for null.
std::shared_ptr<const store::WordSeal> words_of(std::shared_ptr<const vault::KeyRing> keys);

/// For commands: of the data folder or the database of the environment, with the master keys that are there.
base::Result<std::unique_ptr<store::CallLog>> open_call_log(const std::string& data_folder);

/// The journal at `path`, which may be sealed, with the master keys of the data folder.
base::Result<std::string> read_journal_file(const std::filesystem::path& path, const std::string& data_folder);

}  // namespace frontdesk::app
