// Keeps what is saved and what is in force together, on a thread of its own: looks again when another machine says that
// something was saved, and every now and then in case nobody could say so; and writes down how the lines are, which the
// signalling thread must not wait for.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::app {

inline constexpr base::Duration kLookAtSettings = base::seconds(30);

class SettingsWatch {
 public:
  using States = std::map<std::string, std::string>;  ///< "registered", "failed", ... by the line's name
  struct Work {
    /// Takes in force what was saved elsewhere; may take seconds. Empty: nobody else saves anything.
    std::function<base::Status()> look;
    std::function<base::Status(const States&)> write;
    base::Duration every = kLookAtSettings;  ///< to look, and to write again what could not be written
  };
  explicit SettingsWatch(Work work);
  ~SettingsWatch();
  SettingsWatch(const SettingsWatch&) = delete;
  SettingsWatch& operator=(const SettingsWatch&) = delete;

  /// Any thread; these return at once.
  void look_soon();
  void line_is(const std::string& line, const std::string& state);
  /// Waits for what runs; nothing runs afterwards.
  void stop();

 private:
  void loop();
  void write(States states);

  const Work work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  States states_;  ///< not written yet, one for each line
  bool look_ = false, write_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace frontdesk::app
