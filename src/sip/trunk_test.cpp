// Registration against a registrar in the test: a UDP socket that checks digests.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <atomic>
#include <thread>

#include "sip/test_peer.hpp"

namespace frontdesk::sip {
namespace {

using namespace test;

std::string hash_hex(const EVP_MD* method, const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest, &length, method, nullptr);
  std::string out;
  for (unsigned int i = 0; i < length; ++i) {
    char two[3];
    std::snprintf(two, sizeof(two), "%02x", digest[i]);
    out += two;
  }
  return out;
}

std::string field(const std::string& line, const std::string& name) {
  const auto at = line.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  if (line[begin] != '"') return line.substr(begin, line.find(',', begin) - begin);
  return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
}

/// A registrar on a thread; what it saw can be asked after quiet moments.
class FakeRegistrar {
 public:
  struct Policy {
    std::string user = "ann", password = "secret", realm = "registrar";
    bool sha256 = false;
    bool qop = true;
    int min_expires = 0;  ///< answers 423 below
    int granted = 300;
    bool first_nonce_stale = false;
    int always_status = 0;  ///< answers everything with this
    std::string extra;      ///< headers of that answer
  };

  explicit FakeRegistrar(Policy policy) : policy_(std::move(policy)), thread_([this] { run(); }) {}
  ~FakeRegistrar() {
    stopping_ = true;
    thread_.join();
  }

  std::uint16_t port() const { return peer_.port(); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int crlf_count() const { return crlf_; }
  /// An INVITE from the registrar's address.
  void call(const base::Endpoint& to) {
    Request request;
    request.content = kOffer;
    peer_.send(to, request.text(peer_));
  }

 private:
  void run() {
    while (!stopping_) {
      const auto message = peer_.receive([](const std::string&) { return true; }, std::chrono::milliseconds(20));
      if (message == "\r\n\r\n") ++crlf_;
      if (message.rfind("REGISTER ", 0) != 0) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(message);
      }
      const auto via = header(message, "Via");
      const auto sent_by = via.substr(via.find(' ') + 1, via.find(';') - via.find(' ') - 1);
      peer_.send(*base::parse_endpoint(sent_by), answer(message));
    }
  }

  std::string answer(const std::string& request) {
    const auto reply = [&](const std::string& status, const std::string& lines) {
      return "SIP/2.0 " + status + "\r\nVia: " + header(request, "Via") + "\r\nFrom: " + header(request, "From") +
             "\r\nTo: " + header(request, "To") + ";tag=r\r\nCall-ID: " + header(request, "Call-ID") +
             "\r\nCSeq: " + header(request, "CSeq") + "\r\n" + lines + "Content-Length: 0\r\n\r\n";
    };
    if (policy_.always_status) return reply(std::to_string(policy_.always_status) + " No", policy_.extra);
    const int expires = std::stoi(header(request, "Expires"));
    if (expires > 0 && expires < policy_.min_expires) {
      return reply("423 Interval Too Brief", "Min-Expires: " + std::to_string(policy_.min_expires) + "\r\n");
    }
    const auto credentials = header(request, "Authorization");
    if (credentials.empty()) return reply("401 Unauthorized", challenge(false));
    if (policy_.first_nonce_stale && field(credentials, "nonce") == "nonce1") {
      return reply("401 Unauthorized", challenge(true));
    }
    if (!right(credentials)) return reply("401 Unauthorized", challenge(false));
    const int granted = expires == 0 ? 0 : policy_.granted;
    return reply("200 OK", "Contact: " + header(request, "Contact") + ";expires=" + std::to_string(granted) + "\r\n");
  }

  std::string challenge(bool stale) {
    ++nonce_;
    const std::string base = "WWW-Authenticate: Digest realm=\"" + policy_.realm + "\", nonce=\"nonce" +
                             std::to_string(nonce_) + "\", opaque=\"o\"" + (stale ? ", stale=true" : "") +
                             (policy_.qop ? ", qop=\"auth\"" : "");
    return (policy_.sha256 ? base + ", algorithm=SHA-256\r\n" : std::string()) + base + ", algorithm=MD5\r\n";
  }

  bool right(const std::string& credentials) const {
    const EVP_MD* method = policy_.sha256 ? EVP_sha256() : EVP_md5();
    const auto a1 = hash_hex(method, policy_.user + ":" + policy_.realm + ":" + policy_.password);
    const auto a2 = hash_hex(method, "REGISTER:" + field(credentials, "uri"));
    const auto middle =
        policy_.qop ? ":" + field(credentials, "nc") + ":" + field(credentials, "cnonce") + ":auth:" : std::string(":");
    return field(credentials, "username") == policy_.user &&
           field(credentials, "response") == hash_hex(method, a1 + ":" + field(credentials, "nonce") + middle + a2);
  }

  Policy policy_;
  UdpPeer peer_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::atomic<int> crlf_{0};
  std::atomic<bool> stopping_{false};
  int nonce_ = 0;
  std::thread thread_;
};

class Trunk : public ::testing::Test {
 protected:
  Trunk() {
    auto started = UserAgent::start(loopback_options(), sink);
    EXPECT_TRUE(started);
    agent = std::move(*started);
  }
  /// The registrars of the tests are gone by then.
  ~Trunk() override { agent->stop(base::milliseconds(20)); }
  TrunkRegistration trunk(const FakeRegistrar& registrar) const {
    TrunkRegistration out;
    out.name = "provider";
    out.registrar_host = "localhost";
    out.registrar_port = registrar.port();
    out.username = "ann";
    out.password = base::Secret("secret");
    return out;
  }
  /// The next status that is not "registering".
  std::optional<RegistrationStatus> outcome() {
    while (const auto event = sink.next(Event::registration)) {
      if (event->registration_status.state != RegistrationState::registering) return event->registration_status;
    }
    return std::nullopt;
  }

  RecordingSink sink;
  std::unique_ptr<UserAgent> agent;
};

TEST_F(Trunk, RegistersIsCalledAndUnregistersAtStop) {
  FakeRegistrar registrar({});
  ASSERT_TRUE(agent->register_trunk(trunk(registrar)));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::registered) << status->explanation;
  EXPECT_GE(status->next_attempt, base::seconds(200));

  registrar.call(agent->udp());
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.trunk, "provider");
  ASSERT_TRUE(agent->reject(incoming->dialog, 486, "Busy Here"));

  agent->stop();
  const auto last = outcome();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->state, RegistrationState::unregistered);
  const auto requests = registrar.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(header(requests.back(), "Expires"), "0");
  EXPECT_NE(header(requests.back(), "Authorization"), "");
}

TEST_F(Trunk, Sha256WithoutQopAndAnAuthorizationUserOfItsOwn) {
  FakeRegistrar::Policy policy;
  policy.sha256 = true;
  policy.qop = false;
  policy.user = "#PurplePhone5772";
  policy.password = "a:b \"c\" \\ d";
  FakeRegistrar registrar(policy);
  auto wanted = trunk(registrar);
  wanted.username = "__23725.2testaccou__ #1";
  wanted.authorization_username = policy.user;
  wanted.password = base::Secret(policy.password);
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::registered) << status->explanation;
  const auto request = registrar.requests().back();
  EXPECT_EQ(header(request, "From").rfind("<sip:__23725.2testaccou__%20%231@localhost>;tag=", 0), 0U);
  EXPECT_EQ(header(request, "Contact"), "<sip:__23725.2testaccou__%20%231@" + base::to_string(agent->udp()) + ">");
}

TEST_F(Trunk, AWrongPasswordStopsAfterOneTryAndSaysSo) {
  FakeRegistrar registrar({});
  auto wanted = trunk(registrar);
  wanted.password = base::Secret("wrong");
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::failed);
  EXPECT_EQ(status->status, 401);
  EXPECT_NE(status->explanation.find("password"), std::string::npos);
  EXPECT_GE(status->next_attempt, base::seconds(60));
  EXPECT_FALSE(sink.next(Event::registration, std::chrono::milliseconds(300)));
  EXPECT_EQ(registrar.requests().size(), 2U);
}

TEST_F(Trunk, AStaleNonceIsReplaced) {
  FakeRegistrar::Policy policy;
  policy.first_nonce_stale = true;
  FakeRegistrar registrar(policy);
  ASSERT_TRUE(agent->register_trunk(trunk(registrar)));
  EXPECT_EQ(outcome()->state, RegistrationState::registered);
  EXPECT_EQ(registrar.requests().size(), 3U);
}

TEST_F(Trunk, AnIntervalTooBriefIsRaised) {
  FakeRegistrar::Policy policy;
  policy.min_expires = 600;
  policy.granted = 600;
  FakeRegistrar registrar(policy);
  ASSERT_TRUE(agent->register_trunk(trunk(registrar)));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::registered);
  EXPECT_GE(status->next_attempt, base::seconds(450));
  EXPECT_EQ(header(registrar.requests().back(), "Expires"), "600");
}

TEST_F(Trunk, RefreshesBeforeExpiryWithTheNonceItHas) {
  FakeRegistrar::Policy policy;
  policy.granted = 1;
  FakeRegistrar registrar(policy);
  ASSERT_TRUE(agent->register_trunk(trunk(registrar)));
  for (int i = 0; i < 3; ++i) ASSERT_EQ(outcome()->state, RegistrationState::registered) << i;
  const auto requests = registrar.requests();
  ASSERT_EQ(requests.size(), 4U);
  EXPECT_EQ(field(header(requests[1], "Authorization"), "nc"), "00000001");
  EXPECT_EQ(field(header(requests[3], "Authorization"), "nc"), "00000003");
  EXPECT_EQ(header(requests[0], "Call-ID"), header(requests[3], "Call-ID"));
}

TEST_F(Trunk, RetryAfterIsHonoured) {
  FakeRegistrar::Policy policy;
  policy.always_status = 503;
  policy.extra = "Retry-After: 1000 (maintenance)\r\n";
  FakeRegistrar registrar(policy);
  ASSERT_TRUE(agent->register_trunk(trunk(registrar)));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->status, 503);
  EXPECT_EQ(status->next_attempt, base::seconds(1000));
}

TEST_F(Trunk, AnUnknownHostIsExplained) {
  TrunkRegistration wanted;
  wanted.name = "nowhere";
  wanted.registrar_host = "no-such-host.invalid";
  wanted.username = "ann";
  ASSERT_TRUE(agent->register_trunk(wanted));
  const auto status = outcome();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RegistrationState::failed);
  EXPECT_NE(status->explanation.find("resolved"), std::string::npos);
}

TEST_F(Trunk, RemovedTrunksUnregisterAndReplacedOnesStartAnew) {
  FakeRegistrar registrar({});
  ASSERT_TRUE(agent->register_trunk(trunk(registrar)));
  ASSERT_EQ(outcome()->state, RegistrationState::registered);
  ASSERT_TRUE(agent->remove_trunk("provider"));
  EXPECT_EQ(outcome()->state, RegistrationState::unregistered);
  registrar.call(agent->udp());
  const auto incoming = sink.next(Event::incoming);
  ASSERT_TRUE(incoming);
  EXPECT_EQ(incoming->call.trunk, "");
  EXPECT_TRUE(agent->remove_trunk("never there"));
  EXPECT_FALSE(agent->register_trunk({}));
}

}  // namespace
}  // namespace frontdesk::sip
