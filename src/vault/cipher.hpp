// Authenticated encryption: AES-256-GCM (NIST SP 800-38D) by OpenSSL. Whoever seals chooses the nonce and must never
// use one twice with the same key; the associated data says what the sealed bytes belong to, and must be the same
// when they are opened.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace frontdesk::vault {

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Nonce = std::array<std::uint8_t, kNonceBytes>;

/// 256 secret bits; wiped when they go.
class Key {
 public:
  Key() = default;
  explicit Key(std::span<const std::uint8_t, kKeyBytes> bytes);
  ~Key();
  Key(const Key& other) = default;
  Key& operator=(const Key& other) = default;

  /// From the system's generator.
  static base::Result<Key> random();
  std::span<const std::uint8_t, kKeyBytes> expose() const { return bytes_; }

 private:
  std::array<std::uint8_t, kKeyBytes> bytes_{};
};

base::Result<Nonce> random_nonce();
base::Status fill_random(std::span<std::uint8_t> bytes);

/// The ciphertext, as long as `plain`, and the tag after it.
base::Result<Bytes> seal(const Key& key, const Nonce& nonce, ByteView associated, ByteView plain);
/// data_loss if anything was changed, or it is another key's.
base::Result<Bytes> open(const Key& key, const Nonce& nonce, ByteView associated, ByteView sealed);

inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace frontdesk::vault
