// System calls on files, with their errors worded. Private to this folder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::disk {

class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  int get() const { return descriptor_; }

  base::Status write(std::string_view bytes) const;
  /// Fewer at the end.
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const;
  base::Status sync() const;
  struct Facts {
    std::uint64_t size = 0;
    base::UtcTime modified;
    bool regular = false;
  };
  base::Result<Facts> facts() const;

 private:
  int descriptor_ = -1;
};

/// The folder at `relative` below `root`, entered name by name so that no symbolic link is followed; made if `create`,
/// each new one brought to the device. not_found; failed_precondition if something on the way is no folder.
base::Result<File> open_folder(const std::filesystem::path& root, const std::filesystem::path& relative, bool create);
base::Result<File> open_file(const File& folder, const std::string& name);
base::Result<File> create_file(const std::filesystem::path& path);

/// What errno says about `doing`.
base::Error system_error(std::string_view doing);

}  // namespace frontdesk::disk
