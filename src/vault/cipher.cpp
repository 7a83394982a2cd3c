#include "vault/cipher.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace frontdesk::vault {
namespace {

constexpr std::size_t kLongest = std::numeric_limits<int>::max() / 2;  // OpenSSL counts in int

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

tl::unexpected<base::Error> broken(const char* what) {
  return base::fail(base::ErrorCode::internal, "vault", std::string("the cryptographic library failed to ") + what);
}

int length(ByteView bytes) {
  return static_cast<int>(bytes.size());
}

}  // namespace

Key::Key(std::span<const std::uint8_t, kKeyBytes> bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

Key::~Key() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

base::Status fill_random(std::span<std::uint8_t> bytes) {
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return broken("make random bytes");
  return {};
}

base::Result<Key> Key::random() {
  Key key;
  if (auto made = fill_random(key.bytes_); !made) return tl::unexpected(made.error());
  return key;
}

base::Result<Nonce> random_nonce() {
  Nonce nonce{};
  if (auto made = fill_random(nonce); !made) return tl::unexpected(made.error());
  return nonce;
}

base::Result<Bytes> seal(const Key& key, const Nonce& nonce, ByteView associated, ByteView plain) {
  if (plain.size() > kLongest || associated.size() > kLongest)
    return base::fail(base::ErrorCode::invalid_argument, "vault", "too long to be sealed at once");
  const Context context(EVP_CIPHER_CTX_new());
  Bytes out(plain.size() + kTagBytes);
  int count = 0;
  int rest = 0;
  const bool done =
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.expose().data(), nonce.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &count, associated.data(), length(associated)) == 1 &&
      EVP_EncryptUpdate(context.get(), out.data(), &count, plain.data(), length(plain)) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out.data() + plain.size(), &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, out.data() + plain.size()) == 1;
  if (!done) return broken("seal");
  return out;
}

base::Result<Bytes> open(const Key& key, const Nonce& nonce, ByteView associated, ByteView sealed) {
  const auto changed = [] {
    return base::fail(base::ErrorCode::data_loss, "vault",
                      "the sealed data was changed, or was sealed with another key");
  };
  if (sealed.size() < kTagBytes || sealed.size() > kLongest || associated.size() > kLongest) return changed();
  const auto text = sealed.first(sealed.size() - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag{};
  std::copy(sealed.end() - kTagBytes, sealed.end(), tag.begin());
  const Context context(EVP_CIPHER_CTX_new());
  Bytes out(text.size());
  int count = 0;
  int rest = 0;
  const bool ready =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.expose().data(), nonce.data()) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &count, associated.data(), length(associated)) == 1 &&
      EVP_DecryptUpdate(context.get(), out.data(), &count, text.data(), length(text)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1;
  if (!ready) return broken("open");
  if (EVP_DecryptFinal_ex(context.get(), out.data() + text.size(), &rest) != 1) return changed();
  return out;
}

}  // namespace frontdesk::vault
