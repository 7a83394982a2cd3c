// The anchor's file: replaced as a whole, on the disk before the function returns, for its owner alone.
#pragma once
#include <filesystem>

#include "audit/chain/anchor.hpp"

namespace frontdesk::audit {

/// Below the data folder. Better kept elsewhere: who can change the database should not be able to change this.
inline constexpr const char* kAnchorFile = "audit.anchor";

/// not_found: there is none.
base::Result<std::string> read_anchor(const std::filesystem::path& file);
base::Status write_anchor(const std::filesystem::path& file, std::string_view text);

}  // namespace frontdesk::audit
