#include "rtp/dtls/association.hpp"

#include <gtest/gtest.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>

#include <thread>

#include "base/random.hpp"
#include "rtp/dtls/datagram.hpp"
#include "rtp/srtp/protection.hpp"

namespace frontdesk::dtls {
namespace {

using Datagrams = std::vector<std::vector<std::uint8_t>>;

std::shared_ptr<const Identity> identity() {
  return Identity::create().value();
}

srtp::DtlsPeer peer_with(const Identity& identity, bool we_begin) {
  return {{identity.fingerprint()}, we_begin, {}};
}

void carry(Association& from, Association& to) {
  for (const auto& datagram : from.take_outgoing()) {
    EXPECT_EQ(kind_of(datagram), DatagramKind::dtls);
    EXPECT_LE(datagram.size(), kMaxDatagram);
    to.on_datagram(datagram);
  }
}

struct Pair {
  std::shared_ptr<const Identity> left = identity(), right = identity();
  Association client = Association::create(left, peer_with(*right, true)).value();
  Association server = Association::create(right, peer_with(*left, false)).value();
  void run() {
    client.on_tick();
    for (int i = 0; i < 10; ++i) {
      carry(client, server);
      carry(server, client);
    }
  }
};

TEST(Association, BothEndsGetTheSameKeysTheOtherWayRound) {
  Pair pair;
  pair.run();
  ASSERT_EQ(pair.client.state(), Association::State::established) << pair.client.failure();
  ASSERT_EQ(pair.server.state(), Association::State::established) << pair.server.failure();
  const auto& ours = *pair.client.keys();
  const auto& theirs = *pair.server.keys();
  EXPECT_EQ(ours.suite, srtp::CryptoSuite::aead_aes_256_gcm);
  EXPECT_EQ(ours.send, theirs.receive);
  EXPECT_EQ(ours.receive, theirs.send);
  EXPECT_NE(ours.send, ours.receive);
  EXPECT_EQ(ours.send.expose().size(), srtp::key_bytes(ours.suite));
  EXPECT_TRUE(srtp::Protector::create(ours.suite, ours.send));
}

TEST(Association, ACertificateThatTheSdpDidNotNameIsRefusedByEitherEnd) {
  for (const bool wrong_client : {true, false}) {
    Pair pair;
    const auto stranger = identity();
    if (wrong_client)
      pair.client = Association::create(stranger, peer_with(*pair.right, true)).value();
    else
      pair.server = Association::create(stranger, peer_with(*pair.left, false)).value();
    pair.run();
    Association& judge = wrong_client ? pair.server : pair.client;
    EXPECT_EQ(judge.state(), Association::State::failed);
    EXPECT_NE(judge.failure().find("fingerprint"), std::string::npos) << judge.failure();
    EXPECT_FALSE(judge.keys());
    Association& other = wrong_client ? pair.client : pair.server;
    EXPECT_NE(other.state(), Association::State::handshaking) << "it was told";
  }
}

TEST(Association, AnyOfSeveralFingerprintsWillDo) {
  Pair pair;
  auto peer = peer_with(*pair.left, false);
  peer.fingerprints.insert(peer.fingerprints.begin(),
                           srtp::Fingerprint{srtp::FingerprintHash::sha_512, std::string(64, 'x')});
  pair.server = Association::create(pair.right, peer).value();
  pair.run();
  EXPECT_EQ(pair.server.state(), Association::State::established);
}

TEST(Association, NobodyIsBelievedWithoutAFingerprint) {
  Pair pair;
  pair.server = Association::create(pair.right, {{}, false, {}}).value();
  pair.run();
  EXPECT_EQ(pair.server.state(), Association::State::failed);
}

TEST(Association, RepeatsWhatWasLost) {
  Pair pair;
  base::Random random(4);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  int lost = 0;
  const auto lossy = [&](Association& from, Association& to) {
    for (const auto& datagram : from.take_outgoing()) {
      if (lost < 4 && random.below(2) == 0)
        ++lost;
      else
        to.on_datagram(datagram);
    }
  };
  const auto done = [](const Association& end) { return end.state() != Association::State::handshaking; };
  while (!(done(pair.client) && done(pair.server)) && std::chrono::steady_clock::now() < deadline) {
    pair.client.on_tick();
    pair.server.on_tick();
    lossy(pair.client, pair.server);
    lossy(pair.server, pair.client);
    std::this_thread::yield();
  }
  EXPECT_EQ(pair.client.state(), Association::State::established) << pair.client.failure();
  EXPECT_EQ(pair.server.state(), Association::State::established) << pair.server.failure();
  EXPECT_EQ(lost, 4);
}

TEST(Association, JunkNeitherEndsNorFinishesAHandshake) {
  Pair pair;
  base::Random random(9);
  pair.client.on_tick();
  const auto hello = pair.client.take_outgoing();
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> junk(1 + random.below(200));
    for (auto& byte : junk) byte = static_cast<std::uint8_t>(random.next());
    junk[0] = static_cast<std::uint8_t>(20 + random.below(44));
    if (i % 2 == 0) {
      junk = hello.front();
      junk.resize(random.below(junk.size()));
    }
    pair.server.on_datagram(junk);
    (void)pair.server.take_outgoing();
  }
  EXPECT_NE(pair.server.state(), Association::State::established);
  EXPECT_FALSE(pair.server.keys());
}

TEST(Association, JunkDoesNotEndAnEstablishedOne) {
  Pair pair;
  pair.run();
  base::Random random(2);
  for (int i = 0; i < 500; ++i) {
    std::vector<std::uint8_t> junk(1 + random.below(200), 22);
    for (std::size_t k = 1; k < junk.size(); ++k) junk[k] = static_cast<std::uint8_t>(random.next());
    pair.server.on_datagram(junk);
  }
  EXPECT_EQ(pair.server.state(), Association::State::established);
  EXPECT_TRUE(pair.server.keys());
}

// --- a peer that shares no code with ours

struct PlainOpenSsl {
  explicit PlainOpenSsl(bool client, const char* profiles = "SRTP_AES128_CM_SHA1_80")
      : context(SSL_CTX_new(DTLS_method())), ssl(nullptr) {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    EVP_PKEY_free(key);
    if (profiles != nullptr) SSL_CTX_set_tlsext_use_srtp(context, profiles);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    ssl = SSL_new(context);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    client ? SSL_set_connect_state(ssl) : SSL_set_accept_state(ssl);
  }
  ~PlainOpenSsl() {
    SSL_free(ssl);
    X509_free(certificate);
    SSL_CTX_free(context);
  }
  srtp::Fingerprint fingerprint(const EVP_MD* hash, srtp::FingerprintHash name) const {
    std::array<unsigned char, 64> digest{};
    unsigned size = 0;
    X509_digest(certificate, hash, digest.data(), &size);
    return {name, std::string(reinterpret_cast<const char*>(digest.data()), size)};
  }
  std::string exported(std::size_t size) const {
    std::string out(size, '\0');
    SSL_export_keying_material(ssl, reinterpret_cast<unsigned char*>(out.data()), size, "EXTRACTOR-dtls_srtp", 19,
                               nullptr, 0, 0);
    return out;
  }
  SSL_CTX* context;
  SSL* ssl;
  X509* certificate = nullptr;
};

/// The association at the end of a handshake with `peer`.
Association against(PlainOpenSsl& peer, bool we_begin, const srtp::Fingerprint& named) {
  auto ours = Association::create(identity(), {{named}, we_begin, {}}).value();
  ours.on_tick();
  for (int i = 0; i < 20; ++i) {
    for (const auto& datagram : ours.take_outgoing())
      BIO_write(SSL_get_rbio(peer.ssl), datagram.data(), static_cast<int>(datagram.size()));
    SSL_do_handshake(peer.ssl);
    std::array<std::uint8_t, 16384> flight{};
    const int size = BIO_read(SSL_get_wbio(peer.ssl), flight.data(), static_cast<int>(flight.size()));
    if (size <= 0) continue;
    for (const auto& datagram : packed(std::span(flight).first(static_cast<std::size_t>(size))))
      ours.on_datagram(datagram);
  }
  return ours;
}

TEST(AssociationWithOpenSsl, AgreesOnTheKeysOfEveryProfile) {
  struct Case {
    const char* profile;
    srtp::CryptoSuite suite;
    std::size_t key, salt;
  };
  const Case cases[] = {{"SRTP_AES128_CM_SHA1_80", srtp::CryptoSuite::aes_cm_128_hmac_sha1_80, 16, 14},
                        {"SRTP_AES128_CM_SHA1_32", srtp::CryptoSuite::aes_cm_128_hmac_sha1_32, 16, 14},
                        {"SRTP_AEAD_AES_128_GCM", srtp::CryptoSuite::aead_aes_128_gcm, 16, 12},
                        {"SRTP_AEAD_AES_256_GCM", srtp::CryptoSuite::aead_aes_256_gcm, 32, 12}};
  for (const auto& c : cases) {
    for (const bool we_begin : {true, false}) {
      PlainOpenSsl peer(!we_begin, c.profile);
      const auto ours = against(peer, we_begin, peer.fingerprint(EVP_sha384(), srtp::FingerprintHash::sha_384));
      ASSERT_EQ(ours.state(), Association::State::established) << c.profile << " " << ours.failure();
      ASSERT_EQ(ours.keys()->suite, c.suite);
      const auto all = peer.exported(2 * (c.key + c.salt));
      const auto client = all.substr(0, c.key) + all.substr(2 * c.key, c.salt);
      EXPECT_EQ(we_begin ? ours.keys()->send.expose() : ours.keys()->receive.expose(), client);
    }
  }
}

TEST(AssociationWithOpenSsl, WithoutAProtectionOfSrtpItFails) {
  PlainOpenSsl peer(true, nullptr);
  const auto ours = against(peer, false, peer.fingerprint(EVP_sha256(), srtp::FingerprintHash::sha_256));
  EXPECT_EQ(ours.state(), Association::State::failed);
  EXPECT_NE(ours.failure().find("SRTP"), std::string::npos) << ours.failure();
}

TEST(AssociationWithOpenSsl, OldDtlsIsRefused) {
  PlainOpenSsl peer(true);
  SSL_set_security_level(peer.ssl, 0);
  SSL_set_min_proto_version(peer.ssl, DTLS1_VERSION);
  SSL_set_max_proto_version(peer.ssl, DTLS1_VERSION);
  const auto ours = against(peer, false, peer.fingerprint(EVP_sha256(), srtp::FingerprintHash::sha_256));
  EXPECT_NE(ours.state(), Association::State::established);
}

TEST(Datagram, IsToldByItsFirstByte) {
  const auto kind = [](int first) { return kind_of(std::vector<std::uint8_t>{static_cast<std::uint8_t>(first)}); };
  EXPECT_EQ(kind(0), DatagramKind::stun);
  EXPECT_EQ(kind(3), DatagramKind::stun);
  EXPECT_EQ(kind(4), DatagramKind::unknown);
  EXPECT_EQ(kind(20), DatagramKind::dtls);
  EXPECT_EQ(kind(63), DatagramKind::dtls);
  EXPECT_EQ(kind(64), DatagramKind::turn_channel);
  EXPECT_EQ(kind(79), DatagramKind::turn_channel);
  EXPECT_EQ(kind(127), DatagramKind::unknown);
  EXPECT_EQ(kind(128), DatagramKind::rtp);
  EXPECT_EQ(kind(191), DatagramKind::rtp);
  EXPECT_EQ(kind(192), DatagramKind::unknown);
  EXPECT_EQ(kind_of({}), DatagramKind::unknown);
}

TEST(Datagram, RecordsArePackedAndNeverCut) {
  const auto record = [](std::size_t body) {
    std::vector<std::uint8_t> bytes(13 + body, 22);
    bytes[11] = static_cast<std::uint8_t>(body >> 8);
    bytes[12] = static_cast<std::uint8_t>(body & 0xff);
    return bytes;
  };
  std::vector<std::uint8_t> run;
  for (const std::size_t body : {100U, 500U, 500U, 1180U, 20U}) {
    const auto bytes = record(body);
    run.insert(run.end(), bytes.begin(), bytes.end());
  }
  run.resize(run.size() + 5, 22);  // a broken end
  std::vector<std::size_t> sizes;
  for (const auto& datagram : packed(run)) sizes.push_back(datagram.size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{113 + 513 + 513, 1193, 33}));
}

}  // namespace
}  // namespace frontdesk::dtls
