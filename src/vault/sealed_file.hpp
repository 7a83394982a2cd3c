// A file that is sealed as it grows: chunk after chunk, each authenticated by itself and bound to its place, so that a
// crash costs the last chunk at most and any part can be read alone. A missing tail is tolerated and told; every
// other change is refused. The file's key is its own, wrapped by a master key.
//
//     "FDSEAL01"  id, 16 bytes  wrapped key, 68 bytes
//     then chunks: length and, in the top bit, "the last one", 4 bytes little endian; nonce; ciphertext; tag
//
// `purpose` says what the file is ("recording call_..."); opened under another name it is refused.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "files/file.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::vault {

inline constexpr std::size_t kLongestChunk = 1U << 20U;  ///< bytes in the clear

class SealedWriter {
 public:
  /// A new file, mode 0600; already_exists if there is one.
  static base::Result<SealedWriter> create(const std::filesystem::path& path, const KeyRing& keys,
                                           std::string_view purpose);

  /// One chunk, at the disk's mercy but out of this process's hands when it returns. After an error (a full disk) the
  /// file is as before and the writer may be tried again.
  base::Status append(ByteView plain);
  /// Waits until the device has all that was appended.
  base::Status synchronise();
  /// Marks the end, and waits for the device.
  base::Status finish();
  std::uint64_t size() const { return size_; }  ///< in the clear

 private:
  SealedWriter(files::Descriptor file, Key key, Bytes id) : file_(std::move(file)), key_(key), id_(std::move(id)) {}
  base::Status write_chunk(ByteView plain, bool last);

  files::Descriptor file_;
  Key key_;
  Bytes id_;
  std::uint64_t index_ = 0;
  std::uint64_t end_ = 0;  ///< of the file
  std::uint64_t size_ = 0;
  bool finished_ = false;
};

/// Many threads may read at once.
class SealedReader {
 public:
  static base::Result<SealedReader> open(const std::filesystem::path& path, const KeyRing& keys,
                                         std::string_view purpose);

  std::uint64_t size() const { return size_; }
  /// False: it was never finished, or its tail is missing.
  bool complete() const { return complete_; }
  /// Shorter at the end. data_loss if what is asked for was changed.
  base::Result<Bytes> read(std::uint64_t offset, std::size_t length) const;

 private:
  struct Chunk {
    std::uint64_t at = 0;      ///< in the file
    std::uint64_t offset = 0;  ///< in the clear
    std::uint32_t length = 0;
    bool last = false;
  };
  SealedReader(files::Descriptor file, Key key, Bytes id) : file_(std::move(file)), key_(key), id_(std::move(id)) {}
  base::Status index();
  base::Result<Bytes> open_chunk(std::size_t number) const;

  files::Descriptor file_;
  Key key_;
  Bytes id_;
  std::vector<Chunk> chunks_;
  std::uint64_t size_ = 0;
  bool complete_ = false;
};

bool is_sealed(const std::filesystem::path& path);

/// Of the master key that the file's key is wrapped by. data_loss: it is no sealed file.
base::Result<KeyId> master_key_of_file(const std::filesystem::path& path);

/// Wraps the file's key by the newest master key, in its place; true if it was not before. Others may read the file, or
/// write to it, meanwhile. The head lies within the first 512 bytes, which a disk writes whole or not at all, and its
/// length stays, so that a kill or a power failure leaves the old head or the new one. On the disk when it returns. The
/// file's time of change stays, because what it holds does.
base::Result<bool> rewrap_file(const std::filesystem::path& path, const KeyRing& keys, std::string_view purpose);

}  // namespace frontdesk::vault
