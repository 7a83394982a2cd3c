// The live feed: one thread that keeps the board of running calls and tells it to watchers, ten times a second at
// most. Calls never wait for it: what they tell it goes into a bounded mailbox, and what finds no room is lost and
// counted; a watcher that reads slowly gets fewer, newer changes, and a snapshot if it was away too long.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "access/access.hpp"
#include "base/mailbox.hpp"
#include "cluster/ports.hpp"
#include "http/web_socket.hpp"
#include "live/board/live_board.hpp"
#include "live/neighbours.hpp"
#include "live/observation.hpp"

namespace frontdesk::live {

inline constexpr std::size_t kObservationsWaiting = 32'768;
inline constexpr std::size_t kPiecesKept = 32;               ///< of each call, prepared and not yet said
inline constexpr std::size_t kLargestDelivery = 512 * 1024;  ///< bytes at once; more becomes a snapshot
inline constexpr int kWatchesPerPrincipal = 20;

struct FeedOptions {
  base::Duration every = base::milliseconds(100);
  /// Whether a call still goes on: asked when something was lost, so that no call stays on the board for good.
  std::function<bool(const std::string& call)> running;
  /// Asked again and again while somebody watches; false: the session ended, the token was revoked.
  std::function<bool(const access::Principal&)> still_welcome;
  base::Duration ask_every = base::seconds(10);
  /// Other machines; none: this one is alone.
  std::shared_ptr<cluster::FanOut> fan_out;
  std::string machine;  ///< our name among them
  base::Duration tell_every = kTellEvery;
};

struct FeedStats {
  std::size_t watches = 0;
  std::uint64_t observed = 0;
  std::uint64_t lost = 0;
};

struct Watch {
  access::Principal principal;
  std::string cursor;       ///< of the last message seen; empty: none
  bool everything = false;  ///< false: only the call that follow() names
  std::shared_ptr<http::WebSocket> socket;
};

class Feed {
 public:
  using WatchId = std::uint64_t;

  explicit Feed(FeedOptions options);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// Asks nobody anything any more. Idempotent; not from two threads at once.
  void stop();
  /// From any thread; never blocks.
  void observe(Observation observation);
  WatchId watch(Watch watch);
  void unwatch(WatchId id);
  /// A watch of one call: from its beginning.
  void follow(WatchId id, std::string call);
  /// What the principal has open.
  int watches_of(const access::Principal& principal) const;
  FeedStats stats() const;
  /// The calls of an organisation that go on, on all machines; from any thread.
  std::vector<board::Shown> running(const std::string& organisation) const;
  bool has(const std::string& organisation, const std::string& call) const;

 private:
  struct Watcher {
    Watch watch;
    std::optional<std::uint64_t> position;
    std::string call;
  };
  struct Known {
    std::string call;
    Running running;
    std::map<std::uint64_t, base::Pii<std::string>> pieces;
    bool caller_speaks = false;
    std::uint64_t playing = 0;
  };

  void loop();
  void patrol();
  void ask_who_is_welcome();
  void apply(const Change& change);
  void take_in();
  void on(CallRang& rang);
  void on(CallAnswered& answered);
  void on(LineSaid& said);
  void on(CallOver& over);
  void on(SignSeen& seen);
  void on(WordsHeard& heard);
  void on(PiecePrepared& prepared);
  void on(ListenersSeen& seen);
  void reconcile();
  void show(const Change& change);
  void hear_neighbours();
  void deliver();
  bool deliver_to(Watcher& watcher);
  Known* find(runtime::CallNumber number);

  const FeedOptions options_;
  base::Mailbox<Observation> mailbox_;
  std::vector<Observation> inbox_;
  mutable std::mutex board_mutex_;                               ///< never taken with mutex_ held
  board::LiveBoard board_;                                       ///< under board_mutex_
  std::unordered_map<runtime::CallNumber, Known> known_;         ///< feed thread only
  Neighbours neighbours_;                                        ///< feed thread only
  base::Instant told_at_{};                                      ///< feed thread only
  std::shared_ptr<base::Mailbox<std::string>> from_neighbours_;  ///< the fan-out may outlive us
  std::vector<std::string> heard_;
  std::uint64_t lost_seen_ = 0;  ///< feed thread only
  std::atomic<std::uint64_t> observed_{0};
  mutable std::mutex mutex_;
  std::condition_variable stop_;
  std::map<WatchId, std::shared_ptr<Watcher>> watchers_;
  WatchId last_id_ = 0;
  bool stopping_ = false;
  std::thread thread_;
  std::thread patrol_;  ///< asks who is still welcome, and may wait for the database
};

}  // namespace frontdesk::live
