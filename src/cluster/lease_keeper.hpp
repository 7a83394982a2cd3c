// Holds leases for good: each name, such as a telephone line, belongs to one machine, which renews its lease. When that
// machine dies another takes the name over, within `lives`. While leases cannot be asked for everybody keeps what it
// has: calls matter more than a line that is registered twice.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cluster/ports.hpp"

namespace frontdesk::cluster {

inline constexpr base::Duration kLeaseLives = base::seconds(15);

class LeaseKeeper {
 public:
  struct Options {
    std::string kind;                ///< "trunk"
    std::vector<std::string> names;  ///< to begin with
    std::string machine;
    /// On this thread.
    std::function<void(const std::string&trunk)> take, give_up;
    base::Duration lives = kLeaseLives;
  };
  LeaseKeeper(std::shared_ptr<Leases> leases, Options options);
  /// From now on these names and no others. One that is held and no longer named is given up and released; one of
  /// `renewed` that is held is taken again, because what it stands for has changed. Any thread; returns at once.
  void look_after(std::vector<std::string> names, const std::vector<std::string>& renewed = {});
  /// Releases what is held, so that another machine need not wait.
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

 private:
  void loop();
  void give_up_all_but(const std::vector<std::string>& names);
  void tend(const std::string& name, bool renewed);

  const std::shared_ptr<Leases> leases_;
  const Options options_;
  std::map<std::string, Lease> held_;  ///< its thread's
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> names_;
  std::set<std::string> renewed_;
  bool changed_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace frontdesk::cluster
