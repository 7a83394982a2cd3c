// The conversation as it happens, and the transcripts of the answers: takes what was said from the
// media thread and works through it on another.
#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/mailbox.hpp"
#include "caller/leg.hpp"
#include "caller/options.hpp"
#include "caller/report.hpp"

namespace frontdesk::caller {

class Narrator {
 public:
  Narrator(const CallPlan& plan, const Engines& engines, std::size_t calls);

  /// On the media thread. What does not fit is told in the transcript's place.
  void push(SpokenEvent event);
  /// No more will come: work_until_closed() returns when it has told everything.
  void close();
  /// Blocks.
  void work_until_closed();
  /// Puts the transcripts in their places.
  void complete(std::vector<CallLog>& logs) const;

 private:
  static constexpr std::size_t kCapacity = 256;
  using Place = std::pair<std::size_t, std::optional<std::size_t>>;  ///< call and step

  void tell(const SpokenEvent& event);
  std::string words_of(const SpokenEvent& event);
  void say(std::size_t call, std::string_view who, const std::string& what) const;

  const CallPlan& plan_;
  const Engines& engines_;
  const std::size_t calls_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool pending_ = false;
  bool closed_ = false;
  base::Mailbox<SpokenEvent> events_;
  std::map<Place, base::Result<std::string>> transcripts_;
};

}  // namespace frontdesk::caller
