// An open regular file whose size was taken when it was opened, read by position so that many
// connections may share one.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace frontdesk::http {

class File {
 public:
  /// Takes over the descriptor.
  File(int descriptor, std::uint64_t size, std::string entity_tag)
      : descriptor_(descriptor), size_(size), entity_tag_(std::move(entity_tag)) {}
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t size() const { return size_; }
  /// Quoted, changes with length and time of modification.
  const std::string& entity_tag() const { return entity_tag_; }
  /// Blocks. At most `length` bytes; shorter at the end of the file; data_loss if it cannot be read.
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const;

 private:
  int descriptor_;
  std::uint64_t size_;
  std::string entity_tag_;
};

using FileHandle = std::shared_ptr<const File>;

/// Opens `relative` below `folder`. Whatever would lead outside, by "..", an absolute path or a
/// symbolic link, is not_found, as is anything that is no regular file. Blocks.
base::Result<FileHandle> open_below(const std::filesystem::path& folder, const std::filesystem::path& relative);

}  // namespace frontdesk::http
