// For tests of TLS: certificates made here, and a registrar behind TLS that accepts everybody.
#pragma once
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sip/test_peer.hpp"

namespace frontdesk::sip::test {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

struct CertificatePlan {
  std::string names = "DNS:localhost";
  long valid_from_s = -3600, valid_to_s = 3600;
  bool authority = false;
};

/// Signed by `issuer`, or by itself.
inline Identity make_identity(const CertificatePlan& plan, const Identity* issuer = nullptr) {
  static std::atomic<long> serial{1};
  Identity made{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* x = made.certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x), plan.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(x), plan.valid_to_s);
  X509_set_pubkey(x, made.key.get());
  const auto name = (plan.authority ? "authority " : "server ") + std::to_string(serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* signer = issuer ? issuer->certificate.get() : x;
  X509_set_issuer_name(x, X509_get_subject_name(signer));
  X509V3_CTX context;
  X509V3_set_ctx(&context, signer, x, nullptr, nullptr, 0);
  const auto add = [&](int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_basic_constraints, plan.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!plan.authority) add(NID_subject_alt_name, plan.names);
  X509_sign(x, issuer ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

/// A folder of PEM files that goes with the test.
class PemFolder {
 public:
  PemFolder() {
    char name[] = "/tmp/frontdesk-pem-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~PemFolder() { std::filesystem::remove_all(path_); }
  PemFolder(const PemFolder&) = delete;
  PemFolder& operator=(const PemFolder&) = delete;

  std::string certificate(const Identity& identity) {
    return write([&](FILE* file) { PEM_write_X509(file, identity.certificate.get()); });
  }
  std::string key(const Identity& identity) {
    return write(
        [&](FILE* file) { PEM_write_PrivateKey(file, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }

 private:
  std::string write(const std::function<void(FILE*)>& content) {
    const auto path = path_ + "/" + std::to_string(++count_) + ".pem";
    FILE* file = std::fopen(path.c_str(), "w");
    content(file);
    std::fclose(file);
    return path;
  }
  std::string path_;
  int count_ = 0;
};

/// One connection of TLS, used from one thread.
class TlsPipe {
 public:
  TlsPipe(SSL_CTX* context, int fd, bool server) : ssl_(SSL_new(context)), fd_(fd) {
    timeval limit{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    SSL_set_fd(ssl_, fd);
    open_ = (server ? SSL_accept(ssl_) : SSL_connect(ssl_)) == 1;
  }
  ~TlsPipe() {
    if (open_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
    ::close(fd_);
  }
  TlsPipe(const TlsPipe&) = delete;
  TlsPipe& operator=(const TlsPipe&) = delete;

  bool open() const { return open_; }
  std::string server_name() const {
    const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
  }
  void send(const std::string& text) { SSL_write(ssl_, text.data(), static_cast<int>(text.size())); }
  /// Up to an empty line and the body's end; empty if nothing comes.
  std::string receive(int patience_ms) {
    if (SSL_pending(ssl_) == 0) {
      pollfd waiting{fd_, POLLIN, 0};
      if (::poll(&waiting, 1, patience_ms) <= 0) return {};
    }
    std::string text(65536, '\0');
    const int size = SSL_read(ssl_, text.data(), static_cast<int>(text.size()));
    if (size <= 0) open_ = false;
    text.resize(static_cast<std::size_t>(std::max(0, size)));
    return text;
  }

 private:
  SSL* ssl_;
  int fd_;
  bool open_ = false;
};

inline std::string reply_to(const std::string& request, const std::string& status, const std::string& lines = {}) {
  return "SIP/2.0 " + status + "\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
         "\r\nTo: " + header(request, "To") + ";tag=r\r\nCall-ID: " + header(request, "Call-ID") +
         "\r\nCSeq: " + header(request, "CSeq") + "\r\n" + lines + "Content-Length: 0\r\n\r\n";
}

/// Answers every REGISTER with 200, sends what it is told to, remembers what it got.
class TlsRegistrar {
 public:
  struct Policy {
    std::function<void(SSL_CTX*)> change;
    bool pongs = true;
    bool silent_after_first = false;  ///< reads nothing any more once it has answered a ping
  };
  TlsRegistrar(const Identity* identity, Policy policy)
      : policy_(std::move(policy)), context_(SSL_CTX_new(TLS_server_method())) {
    if (identity) {
      SSL_CTX_use_certificate(context_, identity->certificate.get());
      SSL_CTX_use_PrivateKey(context_, identity->key.get());
    }
    if (policy_.change) policy_.change(context_);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ::listen(listener_, 16);
    socklen_t length = sizeof(address);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsRegistrar() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
    SSL_CTX_free(context_);
  }
  TlsRegistrar(const TlsRegistrar&) = delete;
  TlsRegistrar& operator=(const TlsRegistrar&) = delete;

  std::uint16_t port() const { return port_; }
  int handshakes() const { return handshakes_; }
  int attempts() const { return attempts_; }
  int pings() const { return pings_; }
  std::string server_name() {
    const std::lock_guard lock(mutex_);
    return server_name_;
  }
  std::vector<std::string> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  /// Over the connection there is.
  void say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    to_say_.push_back(text);
  }

 private:
  void run() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      ++attempts_;
      TlsPipe pipe(context_, ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), true);
      if (!pipe.open()) continue;
      ++handshakes_;
      {
        const std::lock_guard lock(mutex_);
        server_name_ = pipe.server_name();
      }
      serve(pipe);
    }
  }
  void serve(TlsPipe& pipe) {
    bool silent = false;
    while (!stopping_ && pipe.open()) {
      {
        const std::lock_guard lock(mutex_);
        for (const auto& text : to_say_) pipe.send(text);
        to_say_.clear();
      }
      const auto message = pipe.receive(20);
      if (message.empty()) continue;
      if (message == "\r\n\r\n") {
        ++pings_;
        if (policy_.pongs && !silent) pipe.send("\r\n");
        silent = policy_.silent_after_first;
        continue;
      }
      {
        const std::lock_guard lock(mutex_);
        messages_.push_back(message);
      }
      if (message.rfind("REGISTER", 0) == 0)
        pipe.send(reply_to(message, "200 OK", "Contact: " + header(message, "Contact") + ";expires=300\r\n"));
    }
  }

  Policy policy_;
  SSL_CTX* context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> handshakes_{0}, attempts_{0}, pings_{0};
  std::mutex mutex_;
  std::string server_name_;
  std::vector<std::string> messages_, to_say_;
  std::thread thread_;
};

}  // namespace frontdesk::sip::test
