// A Redis of a test's own, on a Unix socket in a temporary folder.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "cluster/redis/connection.hpp"

namespace frontdesk::redis {

/// Polls until `condition` holds; false after ten seconds.
template <class Condition>
bool await(Condition condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> more = {}) : more_(std::move(more)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontdesk-redis-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    start();
  }
  ~RedisServer() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  void start() {
    std::vector<std::string> arguments{
        "redis-server", "--port", "0",         "--unixsocket",   path(),         "--save", "",
        "--dir",        folder_,  "--logfile", folder_ + "/log", "--appendonly", "no"};
    arguments.insert(arguments.end(), more_.begin(), more_.end());
    std::vector<char*> raw;
    for (auto& each : arguments) raw.push_back(each.data());
    raw.push_back(nullptr);
    std::filesystem::remove(path());
    if (posix_spawnp(&process_, "redis-server", nullptr, nullptr, raw.data(), environ) != 0) process_ = -1;
    started_ = process_ > 0 && await([this] {
                 Address plain;
                 plain.path = path();
                 return Connection::open(plain, base::monotonic_now() + base::seconds(1)).has_value();
               });
  }
  void stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  /// It is there, and answers nothing.
  void freeze() const { ::kill(process_, SIGSTOP); }
  void thaw() const { ::kill(process_, SIGCONT); }

  bool started() const { return started_; }
  std::string path() const { return folder_ + "/redis.sock"; }
  Address address() const { return *parse_address("unix://" + path()); }

 private:
  std::vector<std::string> more_;
  std::string folder_;
  pid_t process_ = -1;
  bool started_ = false;
};

}  // namespace frontdesk::redis
