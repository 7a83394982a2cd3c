#include "rtp/dtls/association.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/srtp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "rtp/dtls/certificate.hpp"
#include "rtp/dtls/datagram.hpp"

namespace frontdesk::dtls {
namespace {

constexpr unsigned kFirstRepeatUs = 200'000;  // a call waits: RFC 6347's 1 s is too long
constexpr unsigned kLongestRepeatUs = 1'600'000;
constexpr std::string_view kExporterLabel = "EXTRACTOR-dtls_srtp";  // RFC 5764, section 4.2
constexpr std::size_t kSaltBytesOfGcm = 12, kSaltBytesOfCounterMode = 14;

unsigned next_repeat(SSL*, unsigned us) {
  return us == 0 ? kFirstRepeatUs : std::min(2 * us, kLongestRepeatUs);
}

std::optional<srtp::CryptoSuite> suite_of(const SRTP_PROTECTION_PROFILE* profile) {
  switch (profile == nullptr ? 0 : profile->id) {
    case SRTP_AEAD_AES_256_GCM:
      return srtp::CryptoSuite::aead_aes_256_gcm;
    case SRTP_AEAD_AES_128_GCM:
      return srtp::CryptoSuite::aead_aes_128_gcm;
    case SRTP_AES128_CM_SHA1_80:
      return srtp::CryptoSuite::aes_cm_128_hmac_sha1_80;
    case SRTP_AES128_CM_SHA1_32:
      return srtp::CryptoSuite::aes_cm_128_hmac_sha1_32;
    default:
      return std::nullopt;
  }
}

bool is_gcm(srtp::CryptoSuite suite) {
  return suite == srtp::CryptoSuite::aead_aes_256_gcm || suite == srtp::CryptoSuite::aead_aes_128_gcm;
}

const EVP_MD* digest_of(srtp::FingerprintHash hash) {
  switch (hash) {
    case srtp::FingerprintHash::sha_256:
      return EVP_sha256();
    case srtp::FingerprintHash::sha_384:
      return EVP_sha384();
    case srtp::FingerprintHash::sha_512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

/// client key, server key, client salt, server salt
std::optional<srtp::SrtpKeys> exported_keys(SSL* ssl, bool we_began) {
  const auto suite = suite_of(SSL_get_selected_srtp_profile(ssl));
  if (!suite) return std::nullopt;
  const std::size_t salt = is_gcm(*suite) ? kSaltBytesOfGcm : kSaltBytesOfCounterMode;
  const std::size_t key = srtp::key_bytes(*suite) - salt;
  std::array<unsigned char, 2 * srtp::kMaxKeyBytes> material{};
  const int exported = SSL_export_keying_material(ssl, material.data(), 2 * (key + salt), kExporterLabel.data(),
                                                  kExporterLabel.size(), nullptr, 0, 0);
  if (exported != 1) return std::nullopt;
  const std::string_view all(reinterpret_cast<const char*>(material.data()), 2 * (key + salt));
  const base::Secret client(std::string(all.substr(0, key)).append(all.substr(2 * key, salt)));
  const base::Secret server(std::string(all.substr(key, key)).append(all.substr(2 * key + salt, salt)));
  OPENSSL_cleanse(material.data(), material.size());
  return srtp::SrtpKeys{*suite, we_began ? client : server, we_began ? server : client};
}

}  // namespace

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

std::optional<srtp::Fingerprint> fingerprint_of(const X509* certificate, srtp::FingerprintHash hash) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (certificate == nullptr || X509_digest(certificate, digest_of(hash), digest.data(), &size) != 1)
    return std::nullopt;
  return srtp::Fingerprint{hash, std::string(reinterpret_cast<const char*>(digest.data()), size)};
}

struct Association::Parts {
  std::shared_ptr<const Identity> identity;
  srtp::DtlsPeer peer;
  std::unique_ptr<SSL, decltype([](SSL* ssl) { SSL_free(ssl); })> ssl;
  State state = State::handshaking;
  std::string failure;
  std::optional<srtp::SrtpKeys> keys;
  bool other_certificate = false;

  void advance();
  void fail(std::string why) {
    if (state == State::failed) return;
    state = State::failed;
    failure = std::move(why);
    keys.reset();
  }
};

int judge_certificate(X509_STORE_CTX* store, void*) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* peer = static_cast<const srtp::DtlsPeer*>(SSL_get_app_data(ssl));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  for (const auto& wanted : peer->fingerprints) {
    if (fingerprint_of(certificate, wanted.hash) == wanted) return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

Association::Association(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Association::~Association() = default;
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;

base::Result<Association> Association::create(std::shared_ptr<const Identity> identity, const srtp::DtlsPeer& peer) {
  ERR_clear_error();
  auto parts = std::make_unique<Parts>();
  parts->identity = std::move(identity);
  parts->peer = peer;
  parts->ssl.reset(SSL_new(parts->identity->context()));
  SSL* ssl = parts->ssl.get();
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (ssl == nullptr || in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    return base::fail(base::ErrorCode::unavailable, "dtls", "no DTLS association: " + openssl_reason());
  }
  BIO_set_mem_eof_return(in, -1);
  BIO_set_mem_eof_return(out, -1);
  SSL_set_bio(ssl, in, out);
  SSL_set_app_data(ssl, &parts->peer);
  SSL_set_mtu(ssl, kMaxDatagram);
  DTLS_set_timer_cb(ssl, next_repeat);
  peer.we_begin ? SSL_set_connect_state(ssl) : SSL_set_accept_state(ssl);
  return Association(std::move(parts));
}

void Association::Parts::advance() {
  ERR_clear_error();
  if (state == State::failed) return;
  int result = 0;
  if (state == State::handshaking) {
    result = SSL_do_handshake(ssl.get());
  } else {
    // No data is expected: alerts are, and a last flight that must be repeated.
    std::array<unsigned char, 256> unexpected{};
    result = SSL_read(ssl.get(), unexpected.data(), static_cast<int>(unexpected.size()));
  }
  const int error = SSL_get_error(ssl.get(), result);
  if (state == State::handshaking && result == 1) {
    keys = exported_keys(ssl.get(), peer.we_begin);
    if (!keys) return fail("the peer finished DTLS without agreeing on a protection of SRTP");
    state = State::established;
    return;
  }
  if (result > 0 || error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  if (error == SSL_ERROR_ZERO_RETURN) return fail("the peer ended its DTLS association");
  if (SSL_get_verify_result(ssl.get()) == X509_V_ERR_CERT_REJECTED) {
    ERR_clear_error();
    return fail("the peer's certificate is not the one whose fingerprint its SDP gave");
  }
  fail("the DTLS handshake failed: " + openssl_reason());
}

void Association::on_datagram(std::span<const std::uint8_t> datagram) {
  Parts& p = *parts_;
  if (p.state == State::failed || datagram.empty()) return;
  BIO* in = SSL_get_rbio(p.ssl.get());
  BIO_write(in, datagram.data(), static_cast<int>(datagram.size()));
  p.advance();
  // What is left would run into the next datagram.
  (void)BIO_reset(in);
}

void Association::on_tick() {
  Parts& p = *parts_;
  if (p.state != State::handshaking) return;
  if (p.peer.we_begin && SSL_get_state(p.ssl.get()) == TLS_ST_BEFORE) return p.advance();
  ERR_clear_error();
  if (DTLSv1_handle_timeout(p.ssl.get()) < 0) p.fail("the peer does not answer in DTLS");
}

std::vector<std::vector<std::uint8_t>> Association::take_outgoing() {
  BIO* out = SSL_get_wbio(parts_->ssl.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  if (size <= 0) return {};
  auto datagrams = packed({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
  (void)BIO_reset(out);
  return datagrams;
}

Association::State Association::state() const {
  return parts_->state;
}

const std::string& Association::failure() const {
  return parts_->failure;
}

const std::optional<srtp::SrtpKeys>& Association::keys() const {
  return parts_->keys;
}

}  // namespace frontdesk::dtls
