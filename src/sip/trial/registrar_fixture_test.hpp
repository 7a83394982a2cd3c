// For the tests of the trial: a registrar over UDP that answers by a script, and a sink that remembers everything.
#pragma once
#include <atomic>
#include <mutex>

#include "sip/tls_fixture_test.hpp"
#include "sip/trial/findings/render.hpp"
#include "sip/trial/trial.hpp"
#include "udp/socket.hpp"

namespace frontdesk::trial::test {

using sip::test::header;
using sip::test::kPatience;
using sip::test::reply_to;
using sip::test::UdpPeer;

inline const std::string kPassword = "planted-pa55:word";
inline const std::string kNonce = "planted-nonce-4711";
inline const std::string kChallenge =
    "WWW-Authenticate: Digest realm=\"example.test\", nonce=\"" + kNonce + "\", algorithm=MD5, qop=\"auth\"\r\n";

/// Answers each request with what the script says; "" is silence.
class ScriptedRegistrar {
 public:
  using Script = std::function<std::string(const std::string& request)>;
  explicit ScriptedRegistrar(Script script) : script_(std::move(script)), thread_([this] { run(); }) {}
  ~ScriptedRegistrar() {
    stopping_ = true;
    thread_.join();
  }
  ScriptedRegistrar(const ScriptedRegistrar&) = delete;
  ScriptedRegistrar& operator=(const ScriptedRegistrar&) = delete;

  std::uint16_t port() const { return peer_.port(); }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void run() {
    while (!stopping_) {
      std::string request;
      const auto from = peer_.receive_from(request, std::chrono::milliseconds(20));
      if (request.empty()) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const auto answer = script_(request);
      if (!answer.empty()) peer_.send(*base::parse_address("127.0.0.1", from), answer);
    }
  }
  UdpPeer peer_;
  Script script_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

inline bool proves(const std::string& request) {
  return request.find("\r\nAuthorization: ") != std::string::npos;
}

class Collector final : public Sink {
 public:
  void on_step(const findings::Step& step) override { add(findings::json(step) + findings::text(step)); }
  void on_message(const findings::LadderMessage& message) override {
    add(findings::json(message) + findings::text(message));
  }
  void on_finished(const findings::Report& report) override {
    add(findings::closing_json(report) + findings::closing_text(report));
    report_ = report;
    ++finished_;
  }
  // After the trial's end.
  const findings::Report& report() const { return report_; }
  int finished() const { return finished_; }
  const std::string& output() const { return output_; }
  const findings::Step& step(findings::StepKind kind) const {
    for (const auto& each : report_.steps)
      if (each.kind == kind) return each;
    throw std::out_of_range("no such step");
  }
  /// Of the first step that did not go well.
  findings::Fault fault(findings::State state = findings::State::failed) const {
    for (const auto& each : report_.steps)
      if (each.state == state) return each.diagnosis.fault;
    return findings::Fault::none;
  }
  std::string fact(findings::StepKind kind, const std::string& name) const {
    for (const auto& each : step(kind).facts)
      if (each.name == name) return each.value;
    return {};
  }

 private:
  void add(const std::string& text) { output_ += text + "\n"; }
  findings::Report report_;
  std::string output_;
  int finished_ = 0;
};

inline Order order_for(std::uint16_t port, sip::Transport transport = sip::Transport::udp) {
  Order order;
  order.trunk.name = "provider";
  order.trunk.registrar_host = "localhost";
  order.trunk.registrar_port = port;
  order.trunk.transport = transport;
  order.trunk.username = "__23725.2testaccou__";
  order.trunk.authorization_username = "#PurplePhone5772";
  order.trunk.password = base::Secret(kPassword);
  order.local = *base::parse_address("127.0.0.1");
  order.rtp_first = 20000;
  order.rtp_last = 40000;
  return order;
}

/// Runs it to its end.
inline void run(const Order& order, Collector& collector) {
  Trial trial(order, collector);
  trial.wait();
}

}  // namespace frontdesk::trial::test
