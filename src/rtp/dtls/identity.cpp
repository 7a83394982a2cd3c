#include "rtp/dtls/identity.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>

#include "base/entropy.hpp"
#include "rtp/dtls/certificate.hpp"

namespace frontdesk::dtls {
namespace {

constexpr long kDay = 24 * 60 * 60;
constexpr long kValidFor = 3650 * kDay;  // longer than a process runs
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES";
constexpr const char* kCurves = "X25519:P-256:P-384";
// Strongest first, as for keys in the SDP.
constexpr const char* kProfiles =
    "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32";

using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* certificate) { X509_free(certificate); })>;

auto failed(const std::string& what) {
  return base::fail(base::ErrorCode::unavailable, "dtls",
                    "OpenSSL cannot " + what + ": " + openssl_reason() + ". Encrypted audio by DTLS is not possible");
}

/// The name says nothing: the certificate is no more than a key.
bool fill(X509* certificate, EVP_PKEY* key) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::array<unsigned char, 3> common{'s', 'i', 'p'};
  return X509_set_version(certificate, 2) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), base::random_u64() >> 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kValidFor) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common.data(), common.size(), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) != 0;
}

/// Sessions are never resumed: each association has keys of its own.
bool configure(SSL_CTX* context, X509* certificate, EVP_PKEY* key) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge_certificate, nullptr);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 && SSL_CTX_set1_groups_list(context, kCurves) == 1 &&
         SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1 &&
         SSL_CTX_set_tlsext_use_srtp(context, kProfiles) == 0;  // 0 is its success
}

}  // namespace

base::Result<std::shared_ptr<const Identity>> Identity::create() {
  ERR_clear_error();
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get())) return failed("make a certificate");
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(DTLS_method()), [](SSL_CTX* c) { SSL_CTX_free(c); });
  if (!context || !configure(context.get(), certificate.get(), key.get())) return failed("prepare DTLS");
  auto fingerprint = fingerprint_of(certificate.get(), srtp::FingerprintHash::sha_256);
  if (!fingerprint) return failed("take a fingerprint");
  return std::shared_ptr<const Identity>(new Identity(context, std::move(*fingerprint)));
}

const base::Result<std::shared_ptr<const Identity>>& Identity::of_process() {
  static const auto identity = create();
  return identity;
}

}  // namespace frontdesk::dtls
