#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "outbound/fetch.hpp"
#include "outbound/recording_sink_test.hpp"
#include "outbound/scripted_server_test.hpp"

namespace frontdesk::outbound {
namespace {

template <class T, void (*free_it)(T*)>
struct Free {
  void operator()(T* value) const { free_it(value); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, Free<X509, X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free<SSL_CTX, SSL_CTX_free>>;

struct Identity {
  KeyPtr key;
  CertPtr certificate;
};

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  ASSERT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, or by itself. `names`: "DNS:a.example,IP:127.0.0.1"; empty: an authority.
Identity make_identity(const Identity* issuer, const std::string& names, long valid_seconds = 3600) {
  static long serial = 1;
  Identity made{KeyPtr(EVP_EC_gen("P-256")), CertPtr(X509_new())};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  X509_set_pubkey(certificate, made.key.get());
  const auto* name = reinterpret_cast<const unsigned char*>(names.empty() ? "test authority" : "test server");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509* signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  if (names.empty()) {
    add_extension(certificate, signer, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(certificate, signer, NID_subject_alt_name, names);
  }
  X509_sign(certificate, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

ContextPtr server_context(const Identity& identity) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  static const unsigned char kId[] = "test";
  SSL_CTX_set_session_id_context(context.get(), kId, sizeof kId);
  return context;
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("outbound-tls-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    authority_ = make_identity(nullptr, "");
    FILE* file = std::fopen(ca_file().c_str(), "w");
    PEM_write_X509(file, authority_.certificate.get());
    std::fclose(file);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string ca_file() const { return (folder_ / "ca.pem").string(); }
  std::unique_ptr<Client> start() {
    auto options = loopback_options();
    options.ca_file = ca_file();
    options.lookup = [](const std::string&, std::uint16_t port) -> base::Result<std::vector<base::Endpoint>> {
      return std::vector{*base::parse_address("127.0.0.1", port)};
    };
    return start_client(options).value();
  }
  static Request get(std::string url) {
    Request request;
    request.url = std::move(url);
    return request;
  }
  static void serve(Peer& peer) {
    while (!peer.request().empty())
      if (!peer.answer("hello")) return;
  }

  std::filesystem::path folder_;
  Identity authority_;
};

TEST_F(TlsTest, VerifiesNameAndChainAndAsksForTheName) {
  const auto identity = make_identity(&authority_, "DNS:good.example,IP:127.0.0.1");
  const auto context = server_context(identity);
  std::string asked, version;
  ScriptedServer server(
      [&](Peer& peer) {
        const char* name = SSL_get_servername(peer.tls(), TLSEXT_NAMETYPE_host_name);
        asked = name != nullptr ? name : "(none)";
        version = SSL_get_version(peer.tls());
        serve(peer);
      },
      context.get());
  const auto client = start();
  const auto named = fetch(*client, get(server.url("/", "good.example")));
  ASSERT_TRUE(named) << named.error().error.message;
  EXPECT_EQ(asked, "good.example");
  EXPECT_EQ(version, "TLSv1.3");
  EXPECT_TRUE(fetch(*client, get(server.url("/", "127.0.0.1"))));
  EXPECT_EQ(asked, "(none)") << "an address is no server name";
  EXPECT_TRUE(fetch(*client, get(server.url("/", "good.example")))->timing.reused) << "in spite of session tickets";
}

TEST_F(TlsTest, RefusesWhoCannotProveTheName) {
  const auto stranger_authority = make_identity(nullptr, "");
  const auto refused = [&](const Identity& identity, const std::string& host, int most = TLS1_3_VERSION) {
    const auto context = server_context(identity);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.get(), most);
    SSL_CTX_set_security_level(context.get(), 0);
    std::atomic<int> requests{0};
    ScriptedServer server(
        [&](Peer& peer) {
          if (!peer.request().empty()) ++requests;
        },
        context.get());
    const auto client = start();
    const auto result = fetch(*client, get(server.url("/", host)));
    EXPECT_FALSE(result) << host;
    EXPECT_EQ(requests, 0);
    return result ? base::Error{} : result.error().error;
  };
  const auto wrong_name = refused(make_identity(&authority_, "DNS:other.example"), "good.example");
  EXPECT_EQ(wrong_name.code, base::ErrorCode::unauthenticated);
  EXPECT_EQ(wrong_name.retry, base::Retry::never);
  EXPECT_NE(wrong_name.message.find("hostname mismatch"), std::string::npos) << wrong_name.message;
  EXPECT_EQ(refused(make_identity(&authority_, "DNS:good.example"), "127.0.0.1").code,
            base::ErrorCode::unauthenticated);
  EXPECT_EQ(refused(make_identity(&authority_, "DNS:*.example"), "a.b.example").code, base::ErrorCode::unauthenticated);
  EXPECT_EQ(refused(make_identity(&stranger_authority, "DNS:good.example"), "good.example").code,
            base::ErrorCode::unauthenticated);
  EXPECT_EQ(refused(make_identity(nullptr, "DNS:good.example"), "good.example").code, base::ErrorCode::unauthenticated);
  const auto expired = refused(make_identity(&authority_, "DNS:good.example", -3600), "good.example");
  EXPECT_NE(expired.message.find("expired"), std::string::npos) << expired.message;
  const auto old = refused(make_identity(&authority_, "DNS:good.example"), "good.example", TLS1_1_VERSION);
  EXPECT_EQ(old.code, base::ErrorCode::unavailable) << old.message;
}

TEST_F(TlsTest, ResumesSessions) {
  const auto identity = make_identity(&authority_, "DNS:good.example");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto context = server_context(identity);
    SSL_CTX_set_max_proto_version(context.get(), version);
    ScriptedServer server(
        [](Peer& peer) {
          peer.request();
          peer.answer("x", "Connection: close\r\n");
        },
        context.get());
    const auto client = start();
    EXPECT_FALSE(fetch(*client, get(server.url("/", "good.example")))->timing.resumed);
    EXPECT_TRUE(fetch(*client, get(server.url("/", "good.example")))->timing.resumed) << version;
    EXPECT_TRUE(fetch(*client, get(server.url("/", "good.example")))->timing.resumed) << version;
  }
}

TEST_F(TlsTest, AWarmConnectionIsUsedAlthoughItsTicketsAreUnread) {
  const auto identity = make_identity(&authority_, "DNS:good.example");
  const auto context = server_context(identity);
  ScriptedServer server(serve, context.get());
  const auto client = start();
  client->warm(server.url("/", "good.example"), 1);
  while (client->counts().idle < 1) std::this_thread::yield();
  EXPECT_TRUE(fetch(*client, get(server.url("/", "good.example")))->timing.reused);
}

TEST_F(TlsTest, ACutConnectionIsNotTheEndOfABody) {
  const auto identity = make_identity(&authority_, "DNS:good.example");
  const auto context = server_context(identity);
  std::atomic<bool> polite{false};
  ScriptedServer server(
      [&](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
        if (!polite) SSL_set_quiet_shutdown(peer.tls(), 1);
      },
      context.get());
  const auto client = start();
  const auto cut = fetch(*client, get(server.url("/", "good.example")));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().error.code, base::ErrorCode::data_loss);
  polite = true;
  EXPECT_TRUE(fetch(*client, get(server.url("/", "good.example"))));
}

TEST_F(TlsTest, ASilentPeerHasADeadlineForItsHandshake) {
  ScriptedServer server([](Peer& peer) { peer.ended(); });
  const auto client = start();
  auto request = get("https://127.0.0.1:" + std::to_string(server.port()));
  request.deadlines.connect = base::milliseconds(50);
  EXPECT_EQ(fetch(*client, request).error().error.code, base::ErrorCode::deadline_exceeded);
}

TEST_F(TlsTest, ARedirectToPlainTextIsNotFollowed) {
  const auto identity = make_identity(&authority_, "DNS:good.example");
  const auto context = server_context(identity);
  ScriptedServer plain(serve);
  ScriptedServer server(
      [&](Peer& peer) {
        peer.request();
        peer.send("HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: " + plain.url() + "\r\n\r\n");
        peer.ended();
      },
      context.get());
  const auto client = start();
  auto request = get(server.url("/", "good.example"));
  request.redirects = 3;
  EXPECT_EQ(fetch(*client, request).error().error.code, base::ErrorCode::permission_denied);
  EXPECT_EQ(plain.connections(), 0);
}

TEST_F(TlsTest, AMissingAuthorityFileIsReported) {
  auto options = loopback_options();
  options.ca_file = (folder_ / "none.pem").string();
  const auto client = start_client(options);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, base::ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace frontdesk::outbound
