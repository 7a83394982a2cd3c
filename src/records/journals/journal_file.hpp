// A call's journal on the disk: journals/YYYY-MM/call_....tape.sealed, sealed as it grows with a key of its own, or
// ....tape as plain text where there is no master key and from earlier versions.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "vault/sealed_file.hpp"

namespace frontdesk::journals {

inline constexpr std::size_t kLongestJournal = 32U << 20U;  ///< bytes read of one: days of talk

/// "call_1.tape.sealed", or "call_1.tape".
std::string file_name(const std::string& call, bool sealed);
/// What a sealed one is sealed for.
std::string purpose_of(const std::filesystem::path& path);

class JournalFile {
 public:
  /// Where there is none yet. `keys` may be null: then it is plain text, and goes on where there is one.
  static base::Result<JournalFile> create(const std::filesystem::path& path, const vault::KeyRing* keys);
  /// Out of this process's hands when it returns; the device has it later.
  base::Status append(std::string_view lines);
  /// Waits until the device has it.
  base::Status synchronise();

 private:
  explicit JournalFile(vault::SealedWriter sealed) : sealed_(std::move(sealed)) {}
  JournalFile(files::Descriptor plain, std::uint64_t size) : plain_(std::move(plain)), size_(size) {}

  std::optional<vault::SealedWriter> sealed_;
  files::Descriptor plain_;
  std::uint64_t size_ = 0;
};

/// As far as it goes. not_found; failed_precondition: it is sealed, and `keys` is null; data_loss.
base::Result<std::string> read(const std::filesystem::path& path, const vault::KeyRing* keys);

}  // namespace frontdesk::journals
