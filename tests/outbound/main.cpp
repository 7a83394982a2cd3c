// Times requests of the HTTP client over loopback, plain and TLS, on kept and on new connections: microseconds from
// send() to the response's first byte and to its end, and how soon a piece of a stream is heard. Prints JSON.
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <future>

#include "base/clock.hpp"
#include "outbound/fetch.hpp"
#include "outbound/scripted_server_test.hpp"

namespace frontdesk::outbound {
namespace {

constexpr int kWarm = 5000;
constexpr int kFresh = 500;

std::int64_t microseconds(base::Duration d) {
  return std::chrono::duration_cast<base::microseconds>(d).count();
}

void print(const char* name, std::vector<std::int64_t> values, bool last = false) {
  std::sort(values.begin(), values.end());
  const auto at = [&](std::size_t per_cent) {
    return values[std::min(values.size() - 1, values.size() * per_cent / 100)];
  };
  std::printf("  \"%s\": {\"n\": %zu, \"p50\": %lld, \"p95\": %lld, \"p99\": %lld, \"max\": %lld}%s\n", name,
              values.size(), static_cast<long long>(at(50)), static_cast<long long>(at(95)),
              static_cast<long long>(at(99)), static_cast<long long>(values.back()), last ? "" : ",");
}

/// A server's key and certificate for 127.0.0.1, which is its own authority in `ca_file`.
SSL_CTX* server_context(const std::string& ca_file) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  const auto* name = reinterpret_cast<const unsigned char*>("bench");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, names, -1);
  X509_sign(certificate, key, EVP_sha256());
  FILE* file = std::fopen(ca_file.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  SSL_CTX* tls = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(tls, certificate);
  SSL_CTX_use_PrivateKey(tls, key);
  static const unsigned char kId[] = "bench";
  SSL_CTX_set_session_id_context(tls, kId, sizeof kId);
  return tls;
}

void answer(Peer& peer) {
  for (std::string request = peer.request(); !request.empty(); request = peer.request()) {
    const bool last = request.find(" /close ") != std::string::npos;
    if (!peer.answer("hello", last ? "Connection: close\r\n" : "") || last) return;
  }
}

std::vector<std::int64_t> first_bytes(Client& client, const std::string& url, int count) {
  std::vector<std::int64_t> out;
  for (int i = 0; i < count; ++i) {
    Request request;
    request.url = url;
    request.method = "POST";
    request.body = std::string(2000, 'x');
    const auto response = fetch(client, request);
    if (!response) std::fprintf(stderr, "%s\n", response.error().error.message.c_str());
    if (!response) std::exit(1);
    if (i > 0) out.push_back(microseconds(response->timing.first_byte));
  }
  return out;
}

/// Hears when each piece of a stream arrives.
class Listener : public Sink {
 public:
  void head(base::RequestId, const Head&) override {}
  Flow body(base::RequestId, std::string_view) override {
    heard_.store(base::monotonic_now().since_start.count());
    return Flow::more;
  }
  void end(base::RequestId, const Ending&) override {
    over_ = true;
    ended_.set_value();
  }
  std::atomic<std::int64_t> heard_{0};
  std::atomic<bool> over_{false};
  std::promise<void> ended_;
};

std::vector<std::int64_t> stream_delays(Client& client) {
  const auto listener = std::make_shared<Listener>();
  std::vector<std::int64_t> out;
  ScriptedServer server([&](Peer& peer) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < kWarm; ++i) {
      const auto before = base::monotonic_now().since_start.count();
      peer.send("17\r\ndata: {\"token\":\"abc\"}\n\n\r\n");
      while (listener->heard_ < before && !listener->over_) std::this_thread::yield();
      out.push_back((listener->heard_ - before) / 1000);
    }
    peer.send("0\r\n\r\n");
    peer.ended();
  });
  Request request;
  request.url = server.url();
  client.send(request, listener);
  listener->ended_.get_future().wait();
  return out;
}

int run() {
  const auto ca_file =
      (std::filesystem::temp_directory_path() / ("bench-" + std::to_string(::getpid()) + ".pem")).string();
  SSL_CTX* tls = server_context(ca_file);
  ClientOptions options;
  options.policy.allowed.push_back(*address_guard::parse_allowed("127.0.0.1"));
  options.ca_file = ca_file;
  auto client = start_client(options);
  if (!client) return 1;
  ScriptedServer plain(answer), secure(answer, tls);
  std::printf("{\n");
  print("plain_kept_us", first_bytes(**client, plain.url(), kWarm));
  print("plain_new_us", first_bytes(**client, plain.url("/close"), kFresh));
  print("tls_kept_us", first_bytes(**client, secure.url(), kWarm));
  print("tls_new_resumed_us", first_bytes(**client, secure.url("/close"), kFresh));
  SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(tls, 0);
  print("tls_new_full_us", first_bytes(**client, secure.url("/close"), 100));
  print("stream_piece_us", stream_delays(**client), true);
  std::printf("}\n");
  SSL_CTX_free(tls);
  std::filesystem::remove(ca_file);
  return 0;
}

}  // namespace
}  // namespace frontdesk::outbound

int main() {
  return frontdesk::outbound::run();
}
