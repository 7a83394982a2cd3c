// The body of a response that comes into being while it is sent: pieces from one thread, the connection on another.
#pragma once
#include <functional>
#include <mutex>
#include <string>

namespace frontdesk::http {

class LiveBody {
 public:
  static constexpr std::size_t kMaxWaiting = 1024 * 1024;  ///< bytes a slow client may leave unread

  // Whoever has something to say; any thread.
  /// False: the client is gone, or so slow that the body is given up.
  bool push(std::string piece);
  /// Nothing more comes.
  void finish();
  bool abandoned() const;

  // The connection.
  struct Taken {
    std::string bytes;
    bool finished = false;  ///< these are the last
  };
  Taken take();
  /// `wake` is called from push() and finish(), until it is replaced.
  void on_change(std::function<void()> wake);
  void abandon();

 private:
  mutable std::mutex mutex_;
  std::string waiting_;
  bool finished_ = false, abandoned_ = false;
  std::function<void()> wake_;
};

}  // namespace frontdesk::http
