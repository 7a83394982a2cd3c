#include "hashing/hashing.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.hpp"

namespace frontdesk::hashing {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> digest(std::string_view bytes, const EVP_MD* method) {
  std::array<std::uint8_t, N> out{};
  FRONTDESK_ASSERT(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, method, nullptr) == 1);
  return out;
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
  return digest<32>(bytes, EVP_sha256());
}

Md5 md5(std::string_view bytes) {
  return digest<16>(bytes, EVP_md5());
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  Sha256 out{};
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(), out.data(), nullptr);
  FRONTDESK_ASSERT(made != nullptr);
  return out;
}

RunningSha256::RunningSha256()
    : context_(EVP_MD_CTX_new(), [](void* context) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }) {
  FRONTDESK_ASSERT(EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_.get()), EVP_sha256(), nullptr) == 1);
}

void RunningSha256::add(std::string_view bytes) {
  FRONTDESK_ASSERT(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_.get()), bytes.data(), bytes.size()) == 1);
}

Sha256 RunningSha256::finish() {
  Sha256 out{};
  FRONTDESK_ASSERT(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_.get()), out.data(), nullptr) == 1);
  return out;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return out;
}

bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace frontdesk::hashing
