// For tests: a name server on 127.0.0.1 that answers from a table (RFC 1035, without compression).
#pragma once
#include <atomic>
#include <map>
#include <thread>

#include "sip/test_peer.hpp"

namespace frontdesk::sip::test {

class NameServer {
 public:
  enum Type : std::uint16_t { a = 1, srv = 33, naptr = 35 };

  NameServer() : thread_([this] { run(); }) {}
  ~NameServer() {
    stopping_ = true;
    thread_.join();
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  base::Endpoint address() const { return *base::parse_address("127.0.0.1", peer_.port()); }
  void add_address(const std::string& name, std::array<std::uint8_t, 4> bytes) {
    add(name, a, std::string(bytes.begin(), bytes.end()));
  }
  void add_srv(const std::string& name, int priority, int weight, int port, const std::string& target) {
    add(name, srv, number(priority) + number(weight) + number(port) + labels(target));
  }
  void add_naptr(const std::string& name, int order, const std::string& service, const std::string& replacement) {
    add(name, naptr, number(order) + number(0) + text("s") + text(service) + text("") + labels(replacement));
  }

 private:
  static std::string number(int value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 255)}; }
  static std::string text(const std::string& value) { return static_cast<char>(value.size()) + value; }
  static std::string labels(const std::string& name) {
    std::string out;
    for (std::size_t at = 0; at < name.size();) {
      const auto dot = std::min(name.find('.', at), name.size());
      out += text(name.substr(at, dot - at));
      at = dot + 1;
    }
    return out + '\0';
  }
  void add(const std::string& name, Type type, const std::string& data) {
    const std::lock_guard lock(mutex_);
    records_[labels(name) + number(type)].push_back(data);
  }
  void run() {
    while (!stopping_) {
      std::string query;
      const auto from = peer_.receive_from(query, std::chrono::milliseconds(20));
      if (query.size() < 17) continue;
      const auto end = query.find('\0', 12);
      if (end == std::string::npos || end + 5 > query.size()) continue;
      const auto question = query.substr(12, end + 3 - 12);
      const std::lock_guard lock(mutex_);
      const auto found = records_.find(question);
      const int count = found == records_.end() ? 0 : static_cast<int>(found->second.size());
      std::string answer = query.substr(0, 2) + std::string("\x81", 1) + static_cast<char>(count ? 0x80 : 0x83);
      answer += number(1) + number(count) + number(0) + number(0) + query.substr(12, end + 5 - 12);
      for (int i = 0; i < count; ++i) {
        const auto& data = found->second[static_cast<std::size_t>(i)];
        answer += question + number(1) + number(0) + number(60) + number(static_cast<int>(data.size())) + data;
      }
      peer_.send(*base::parse_address("127.0.0.1", from), answer);
    }
  }

  UdpPeer peer_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> records_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace frontdesk::sip::test
