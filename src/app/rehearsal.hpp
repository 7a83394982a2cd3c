// Has the first words of likely answers spoken before anyone asks, while no call is up: the voice needs
// up to 300 ms for a sentence, the phrase cache none. Again each hour, because "we close at six today" ages.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::app {

struct RehearsalPlan {
  std::function<std::vector<std::string>(base::UtcTime)> foreseeable_replies;
  std::function<bool()> busy;                                       ///< a call is up: wait
  std::function<void(const std::vector<std::string>&)> synthesise;  ///< into the phrase cache; returns at once
};

/// The first pieces that a reply is cut into for the voice, each once.
std::vector<std::string> first_clauses(const std::vector<std::string>& replies);

class Rehearsal {
 public:
  explicit Rehearsal(RehearsalPlan plan);
  ~Rehearsal();  ///< waits for the round under way: seconds at most
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

 private:
  void run();

  const RehearsalPlan plan_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace frontdesk::app
