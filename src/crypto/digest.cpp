#include "crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.hpp"

namespace frontdesk::crypto {
namespace {

template <class Out>
Out hmac(const EVP_MD* method, Bytes key, Bytes text) {
  Out out{};
  unsigned length = 0;
  const std::uint8_t none = 0;  // a null key would mean "the key before"
  const auto* bytes = key.empty() ? &none : key.data();
  const auto* done = HMAC(method, bytes, static_cast<int>(key.size()), text.data(), text.size(), out.data(), &length);
  FRONTDESK_ASSERT(done != nullptr && length == out.size());
  return out;
}

}  // namespace

Sha256 sha256(Bytes text) {
  Sha256 out{};
  unsigned length = 0;
  const int done = EVP_Digest(text.data(), text.size(), out.data(), &length, EVP_sha256(), nullptr);
  FRONTDESK_ASSERT(done == 1 && length == out.size());
  return out;
}

Sha256 hmac_sha256(Bytes key, Bytes text) {
  return hmac<Sha256>(EVP_sha256(), key, text);
}

Sha1 hmac_sha1(Bytes key, Bytes text) {
  return hmac<Sha1>(EVP_sha1(), key, text);
}

bool equal(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

std::uint32_t crc32(std::string_view text) {
  constexpr std::uint32_t kPolynomial = 0xedb88320U;
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
  }
  return ~crc;
}

}  // namespace frontdesk::crypto
