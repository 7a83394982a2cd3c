#include "outbound/tls_context.hpp"

#include <openssl/x509v3.h>

#include "outbound/errors.hpp"

namespace frontdesk::outbound {
namespace {

constexpr std::size_t kMostSessions = 256;
constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

void free_origin(void* /*parent*/, void* origin, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*argl*/,
                 void* /*argp*/) {
  delete static_cast<std::string*>(origin);
}

/// Where a connection keeps its origin, so that its sessions find it.
int origin_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_origin);
  return index;
}

int self_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

base::Result<std::unique_ptr<TlsContext>> TlsContext::create(const std::string& ca_file) {
  std::unique_ptr<TlsContext> self(new TlsContext());
  SSL_CTX* native = self->context_.native_handle();
  const bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(native) == 1
                                      : SSL_CTX_load_verify_locations(native, ca_file.c_str(), nullptr) == 1;
  if (!loaded)
    return tl::unexpected(error(base::ErrorCode::invalid_argument, "cannot read the certificate authorities" +
                                                                       (ca_file.empty() ? "" : " in " + ca_file) +
                                                                       ": name a file in PEM format"));
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_alpn_protos(native, kHttp11, sizeof kHttp11);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_ex_data(native, self_index(), self.get());
  SSL_CTX_sess_set_new_cb(native, &TlsContext::keep_session);
  return self;
}

int TlsContext::keep_session(SSL* tls, SSL_SESSION* session) {
  auto* self = static_cast<TlsContext*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), self_index()));
  const auto* origin = static_cast<const std::string*>(SSL_get_ex_data(tls, origin_index()));
  if (self == nullptr || origin == nullptr) return 0;
  if (self->sessions_.size() >= kMostSessions && !self->sessions_.contains(*origin)) self->sessions_.clear();
  self->sessions_[*origin].reset(session);
  return 1;  // ours now
}

base::Status TlsContext::prepare(SSL* tls, const address_guard::Url& url) {
  const std::string origin = url.origin();
  auto* kept = new std::string(origin);
  bool good = SSL_set_ex_data(tls, origin_index(), kept) == 1;
  if (!good) delete kept;
  if (url.numeric) {
    good = good && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), url.host.c_str()) == 1;
  } else {
    SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    good = good && SSL_set1_host(tls, url.host.c_str()) == 1 && SSL_set_tlsext_host_name(tls, url.host.c_str()) == 1;
  }
  if (!good) return tl::unexpected(error(base::ErrorCode::internal, "cannot prepare TLS"));
  const auto found = sessions_.find(origin);
  if (found == sessions_.end()) return {};
  SSL_set_session(tls, found->second.get());
  // A ticket of TLS 1.3 is for one use (RFC 8446, appendix C.4).
  if (SSL_SESSION_get_protocol_version(found->second.get()) >= TLS1_3_VERSION) sessions_.erase(found);
  return {};
}

base::Error tls_error(SSL* tls, const boost::system::error_code& error, const std::string& host) {
  const long verdict = SSL_get_verify_result(tls);
  if (verdict != X509_V_OK)
    return outbound::error(base::ErrorCode::unauthenticated, "the certificate of " + host + " is not accepted: " +
                                                                 X509_verify_cert_error_string(verdict));
  return outbound::error(base::ErrorCode::unavailable, "the TLS handshake with " + host + " failed: " + error.message(),
                         base::Retry::later);
}

}  // namespace frontdesk::outbound
