// Private: TLS as RFC 3261, section 26.2 and RFC 5922 want it, on top of libre, which by itself sends
// no server name and verifies nothing. Signalling thread only.
#pragma once
#include <openssl/types.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "sip/libre.hpp"

namespace frontdesk::sip {

/// Whom we expect at the other end of a connection of ours.
struct TlsPeer {
  std::string host;     ///< name or numeric address: sent as server name, compared with the certificate
  std::string ca_file;  ///< PEM; the only authorities trusted. Empty: those of the system
  bool verify = true;
  friend bool operator==(const TlsPeer&, const TlsPeer&) = default;
};

class TlsContext {
 public:
  /// invalid_argument: the file cannot be read or holds no certificate.
  static base::Result<std::unique_ptr<TlsContext>> client(TlsPeer peer);
  /// `certificate_file`: PEM, our chain; `key_file`: PEM. Connections we would open with it are refused.
  static base::Result<std::unique_ptr<TlsContext>> server(const std::string& certificate_file,
                                                          const std::string& key_file);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  struct tls* get() const {
    return tls_.get();
  }
  const TlsPeer& peer() const { return peer_; }
  /// Why the last handshake failed, as a sentence for the owner; empty if none did since forget_fault().
  const std::string& fault() const { return fault_; }
  void forget_fault() { fault_.clear(); }

 private:
  TlsContext() = default;
  base::Status prepare();
  base::Status trust();
  void before_hello(SSL* connection) const;
  void note(std::string why);
  static void on_progress(const SSL* connection, int where, int code);
  static int on_certificate(int accepted, X509_STORE_CTX* store);

  Ref<struct tls> tls_;
  TlsPeer peer_;
  std::string fault_;
};

}  // namespace frontdesk::sip
