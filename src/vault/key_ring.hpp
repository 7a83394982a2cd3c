// The master keys of this installation, and envelopes: each thing is sealed with a key of its own, and that key is
// wrapped by the newest master key. Rotation adds a master key and wraps again; what was sealed stays as it is.
//
// The key file is text: one key of 64 hexadecimal digits a line, the newest last; # begins a comment.
#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "vault/cipher.hpp"

namespace frontdesk::vault {

inline constexpr std::size_t kKeyIdBytes = 8;
inline constexpr std::size_t kWrappedKeyBytes = kKeyIdBytes + kNonceBytes + kKeyBytes + kTagBytes;
inline constexpr const char* kMasterKeyVariable = "FRONTDESK_MASTER_KEY";
inline constexpr const char* kMasterKeyFile = "master.key";

using KeyId = std::array<std::uint8_t, kKeyIdBytes>;

class KeyRing {
 public:
  /// From 64 hexadecimal digits, or several such words, the newest last; its id follows from the key.
  static base::Result<KeyRing> from_text(std::string_view text);
  /// The keys in `file`; not_found if there is none. permission_denied if others may read or write it.
  static base::Result<KeyRing> load(const std::filesystem::path& file);
  /// load(), or a new key, written durably with mode 0600.
  static base::Result<KeyRing> load_or_create(const std::filesystem::path& file);

  /// Only wrapped, with what it is for as associated data, may a key be written anywhere.
  base::Result<Bytes> wrap(const Key& key, ByteView associated) const;
  /// data_loss: changed, or for something else. not_found: this ring lacks the master key.
  base::Result<Key> unwrap(ByteView wrapped, ByteView associated) const;
  /// The same key under the newest master key.
  base::Result<Bytes> rewrap(ByteView wrapped, ByteView associated) const;
  bool is_newest(ByteView wrapped) const;

  /// Adds a key to `file` and to this ring: from here on it wraps.
  base::Status rotate(const std::filesystem::path& file);
  std::size_t size() const { return keys_.size(); }

 private:
  struct Entry {
    KeyId id;
    Key key;
  };
  base::Status add(const Key& key);
  const Entry* find(ByteView id) const;

  std::vector<Entry> keys_;  ///< the newest last; never empty once made
};

/// From FRONTDESK_MASTER_KEY (`environment`, may be empty), else the file of the data folder, made on first use.
base::Result<KeyRing> open_key_ring(const std::filesystem::path& data_folder, std::string_view environment);

}  // namespace frontdesk::vault
