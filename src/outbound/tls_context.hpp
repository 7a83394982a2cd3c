// How this client speaks TLS: authorities, versions, names, and sessions to be resumed. Private to this folder.
#pragma once
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "outbound/address_guard/url.hpp"

namespace frontdesk::outbound {

class TlsContext {
 public:
  static base::Result<std::unique_ptr<TlsContext>> create(const std::string& ca_file);
  boost::asio::ssl::context& context() { return context_; }
  /// Before the handshake: the name to ask for and to verify, and the session of an earlier connection.
  base::Status prepare(SSL* tls, const address_guard::Url& url);

 private:
  TlsContext() : context_(boost::asio::ssl::context::tls_client) {}
  static int keep_session(SSL* tls, SSL_SESSION* session);

  struct FreeSession {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  boost::asio::ssl::context context_;
  std::map<std::string, std::unique_ptr<SSL_SESSION, FreeSession>> sessions_;  ///< by origin; the latest
};

/// What is wrong with the peer's certificate, or with the handshake.
base::Error tls_error(SSL* tls, const boost::system::error_code& error, const std::string& host);

}  // namespace frontdesk::outbound
