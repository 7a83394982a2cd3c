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

Md5 md5(std::string_view text) {
  Md5 out{};
  FRONTDESK_ASSERT(EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_md5(), nullptr) == 1);
  return out;
}

RunningSha256::RunningSha256()
    : context_(EVP_MD_CTX_new(), [](void* context) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }) {
  FRONTDESK_ASSERT(EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_.get()), EVP_sha256(), nullptr) == 1);
}

void RunningSha256::add(std::string_view text) {
  FRONTDESK_ASSERT(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), text.data(), text.size()) == 1);
}

Sha256 RunningSha256::finish() {
  Sha256 out{};
  FRONTDESK_ASSERT(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), out.data(), nullptr) == 1);
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
