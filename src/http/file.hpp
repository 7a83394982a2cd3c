// Content of known size that is read by position, so that many connections may share it: an open regular file whose
// size was taken when it was opened, or whatever else reads like one.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace frontdesk::http {

class File {
 public:
  virtual ~File() = default;
  virtual std::uint64_t size() const = 0;
  /// Quoted, changes with the content.
  virtual const std::string& entity_tag() const = 0;
  /// Blocks. At most `length` bytes; shorter at the end of the file; data_loss if it cannot be read.
  virtual base::Result<std::string> read(std::uint64_t offset, std::size_t length) const = 0;
};

using FileHandle = std::shared_ptr<const File>;

/// Where `relative` lies, once links are followed; not_found if that is not below `folder`.
base::Result<std::filesystem::path> path_below(const std::filesystem::path& folder,
                                               const std::filesystem::path& relative);

/// Opens `relative` below `folder`. Whatever would lead outside, by "..", an absolute path or a
/// symbolic link, is not_found, as is anything that is no regular file. Blocks.
base::Result<FileHandle> open_below(const std::filesystem::path& folder, const std::filesystem::path& relative);

}  // namespace frontdesk::http
