#include "sip/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "base/endpoint.hpp"

namespace frontdesk::sip {
namespace {

/// TLS 1.2: forward secrecy and authenticated encryption first; nothing anonymous, unencrypted or broken.
constexpr const char* kCiphers =
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:ECDHE+AES:DHE+AES:AESGCM:AES:!aNULL:!eNULL:!MD5:!PSK:!SRP:!DSS";
constexpr int kSecurityLevel = 2;  ///< keys of 112 bits and more, no SHA-1 signatures

int owner_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

TlsContext* owner_of(const SSL* connection) {
  return static_cast<TlsContext*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), owner_index()));
}

base::Result<std::unique_ptr<TlsContext>> unreadable(const std::string& what, const std::string& file) {
  ERR_clear_error();
  return base::fail(base::ErrorCode::invalid_argument, "sip",
                    what + " \"" + file + "\" cannot be read: name a PEM file that this program may read");
}

std::string explain(int fault, const std::string& host) {
  switch (fault) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "The certificate of " + host + " has expired: the provider must renew it (check this machine's clock).";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "The certificate of " + host + " is not valid yet: check this machine's clock.";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "The certificate is not for " + host + ": write the host name the provider's certificate names.";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "The certificate of " + host + " is self-signed: set ca_file to the authority it should be checked with.";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "The certificate of " + host + " is from an unknown authority: set ca_file if the provider has its own.";
    default:
      return "The certificate of " + host + " is not acceptable (" + X509_verify_cert_error_string(fault) + ").";
  }
}

}  // namespace

base::Status TlsContext::prepare() {
  if (tls_alloc(tls_.out(), TLS_METHOD_SSLV23, nullptr, nullptr) != 0) {
    return base::fail(base::ErrorCode::internal, "sip", "TLS cannot be started", base::Retry::later);
  }
  SSL_CTX* context = tls_openssl_context(tls_.get());
  SSL_CTX_set_ex_data(context, owner_index(), this);
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, 0);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_info_callback(context, on_progress);
  return {};
}

base::Status TlsContext::trust() {
  SSL_CTX* context = tls_openssl_context(tls_.get());
  SSL_CTX_set_verify(context, peer_.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     peer_.verify ? on_certificate : nullptr);
  const bool loaded = peer_.ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                            : SSL_CTX_load_verify_file(context, peer_.ca_file.c_str()) == 1;
  if (loaded) return {};
  return tl::unexpected(unreadable("the certificates in ca_file", peer_.ca_file).error());
}

base::Result<std::unique_ptr<TlsContext>> TlsContext::client(TlsPeer peer) {
  std::unique_ptr<TlsContext> context(new TlsContext);
  context->peer_ = std::move(peer);
  if (auto prepared = context->prepare(); !prepared) return tl::unexpected(prepared.error());
  if (auto trusted = context->trust(); !trusted) return tl::unexpected(trusted.error());
  return context;
}

base::Result<std::unique_ptr<TlsContext>> TlsContext::server(const std::string& certificate_file,
                                                             const std::string& key_file) {
  std::unique_ptr<TlsContext> context(new TlsContext);
  if (auto prepared = context->prepare(); !prepared) return tl::unexpected(prepared.error());
  SSL_CTX* ssl = tls_openssl_context(context->tls_.get());
  if (SSL_CTX_use_certificate_chain_file(ssl, certificate_file.c_str()) != 1)
    return unreadable("the TLS certificate", certificate_file);
  if (SSL_CTX_use_PrivateKey_file(ssl, key_file.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ssl) != 1)
    return unreadable("the private key of the TLS certificate", key_file);
  return context;
}

void TlsContext::note(std::string why) {
  // The first reason is the cause; alerts and closings follow from it.
  if (fault_.empty()) fault_ = std::move(why);
}

/// RFC 5922, section 7.3: the host of the provider's URI, not what DNS made of it.
void TlsContext::before_hello(SSL* connection) const {
  if (peer_.host.empty()) {
    // A listener's context: the peer that had connected is gone, and nobody says who would answer now.
    SSL_set_verify(connection, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 0; });
    return;
  }
  if (base::parse_address(peer_.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), peer_.host.c_str());
    return;
  }
  SSL_set_tlsext_host_name(connection, peer_.host.c_str());
  SSL_set1_host(connection, peer_.host.c_str());
}

void TlsContext::on_progress(const SSL* connection, int where, int code) {
  TlsContext* self = owner_of(connection);
  if (!self || SSL_is_server(connection)) return;
  if (where & SSL_CB_HANDSHAKE_START) return self->before_hello(const_cast<SSL*>(connection));
  if (where & SSL_CB_HANDSHAKE_DONE) return self->forget_fault();
  const bool fatal = (where & SSL_CB_ALERT) && (code >> 8) == SSL3_AL_FATAL;
  if (!fatal) return;
  const char* by = (where & SSL_CB_READ) ? "the server says" : "we found";
  self->note("No secure connection to " + self->peer_.host +
             " is possible: TLS 1.2 or later with a certificate and a " + "strong cipher is required (" + by + " \"" +
             SSL_alert_desc_string_long(code) + "\").");
}

int TlsContext::on_certificate(int accepted, X509_STORE_CTX* store) {
  if (accepted) return 1;
  const auto* connection =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (TlsContext* self = connection ? owner_of(connection) : nullptr) {
    self->note(explain(X509_STORE_CTX_get_error(store), self->peer_.host));
  }
  return 0;
}

}  // namespace frontdesk::sip
