// The master keys of this installation, and envelopes: each thing is sealed with a key of its own, and that key is
// wrapped by the newest master key. Rotation adds a master key and wraps again; what was sealed stays as it is.
//
// The key file is text: one key of 64 hexadecimal digits a line, the newest last; # begins a comment. A ring that the
// whole program shares can take on other keys while it is used: adopt().
#pragma once
#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "vault/cipher.hpp"

namespace frontdesk::vault {

inline constexpr std::size_t kKeyIdBytes = 8;
inline constexpr std::size_t kWrappedKeyBytes = kKeyIdBytes + kNonceBytes + kKeyBytes + kTagBytes;
inline constexpr const char* kMasterKeyVariable = "FRONTDESK_MASTER_KEY";
inline constexpr const char* kMasterKeyFile = "master.key";

using KeyId = std::array<std::uint8_t, kKeyIdBytes>;

/// 16 hexadecimal digits: a digest of the key, which tells nothing about it.
std::string to_text(const KeyId& id);
/// Of the master key that wrapped it; data_loss if it is no wrapped key.
base::Result<KeyId> master_key_of(ByteView wrapped);

/// Many threads may use it. A copy holds what the ring held then, and counts for itself.
class KeyRing {
 public:
  KeyRing(const KeyRing& other) : keys_(other.keys()) {}
  KeyRing(KeyRing&& other) noexcept : keys_(other.keys()) {}
  KeyRing& operator=(const KeyRing& other) {
    adopt(other);
    return *this;
  }
  ~KeyRing() = default;

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

  /// Adds a key to `file` and to this ring: from here on it wraps. `note` stands behind it as a comment.
  base::Status rotate(const std::filesystem::path& file, const std::string& note = {});
  /// Takes a key out of `file`, and nothing else. not_found; failed_precondition: it is the newest.
  static base::Status take_out(const std::filesystem::path& file, const std::string& id);

  /// Holds the other's keys from here on; what is under way ends with those it began with.
  void adopt(const KeyRing& other);
  /// Holds a key of `other` too, as the oldest. not_found: the other has no such key.
  base::Status keep_from(const KeyRing& other, const std::string& id);
  /// The newest last.
  std::vector<std::string> ids() const;
  std::size_t size() const { return keys()->size(); }
  /// How often each key wrapped or unwrapped since this was asked last.
  std::map<std::string, std::int64_t> take_uses() const;

 private:
  struct Entry {
    KeyId id;
    Key key;
    std::shared_ptr<std::atomic<std::int64_t>> uses = std::make_shared<std::atomic<std::int64_t>>(0);
  };
  using Entries = std::vector<Entry>;
  KeyRing() : keys_(std::make_shared<const Entries>()) {}
  static base::Result<Entry> entry_of(const Key& key);
  base::Status add(const Key& key);
  std::shared_ptr<const Entries> keys() const;
  void hold(Entries keys);
  static const Entry* find(const Entries& keys, ByteView id);

  mutable std::mutex mutex_;
  std::shared_ptr<const Entries> keys_;  ///< the newest last; never empty once made
};

/// From FRONTDESK_MASTER_KEY (`environment`, may be empty), else the file of the data folder, made on first use.
base::Result<KeyRing> open_key_ring(const std::filesystem::path& data_folder, std::string_view environment);

}  // namespace frontdesk::vault
