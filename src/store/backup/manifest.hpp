// What a backup holds: a line of text for each file, with its SHA-256 (FIPS 180-4), and at the end that of the lines
// before, so that a backup that was cut off or changed is known for one. Paths are relative, with / between names.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::backup {

inline constexpr std::string_view kManifestFile = "manifest";

struct Entry {
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hexadecimal
  friend bool operator==(const Entry&, const Entry&) = default;
};

struct Manifest {
  base::UtcTime made_at;
  std::vector<Entry> entries;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

std::string to_text(const Manifest& manifest);
/// data_loss if it is cut off, changed, or names a path that would lead out of the folder.
base::Result<Manifest> read_manifest(std::string_view text);

/// No "..", no leading /, no empty or strange name: safe below any folder.
bool is_safe_path(std::string_view path);

}  // namespace frontdesk::backup
