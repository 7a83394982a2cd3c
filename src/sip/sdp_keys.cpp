#include "base/entropy.hpp"
#include "sip/sdp_crypto.hpp"

namespace frontdesk::sip {

CryptoKeys random_crypto_keys() {
  CryptoKeys keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string bytes;
    while (bytes.size() < srtp::kMaxKeyBytes) {
      const std::uint64_t random = base::random_u64();
      bytes.append(reinterpret_cast<const char*>(&random), sizeof random);
    }
    bytes.resize(srtp::key_bytes(srtp::kAllSuites[i]));
    keys[i] = base::Secret(std::move(bytes));
  }
  return keys;
}

}  // namespace frontdesk::sip
