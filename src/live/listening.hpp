// People who listen to running calls over WebSockets. Two threads: one carries sound from the shards' mailbox to the
// sockets; the other begins and ends listenings and has each written down (the audit log), which may wait for the
// database. Nothing is heard that was not written down first.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "access/access.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/mailbox.hpp"
#include "http/web_socket.hpp"
#include "runtime/overhearing.hpp"
#include "web_call/sound.hpp"

namespace frontdesk::live {

inline constexpr std::size_t kListenersPerCall = 8;
inline constexpr std::size_t kOrdersWaiting = 1024;
inline constexpr std::size_t kMaxUnheard = 192'000;  ///< bytes a client has not read: three seconds of wide stereo

struct Listener {
  access::Principal who;
  base::Endpoint address;
  std::string user_agent;
};

struct ListeningOptions {
  enum class Moment { began, ended };

  /// Whether this call of this organisation goes on anywhere.
  std::function<bool(const std::string& organisation, const std::string& call)> known;
  /// The call's sound goes there from now on (null: no longer); nullopt: it is not on this machine.
  std::function<std::optional<runtime::CallNumber>(const std::string& call, std::shared_ptr<runtime::Ears>)> listen;
  /// Writes it down; may block.
  std::function<base::Status(const Listener&, const std::string& call, Moment)> note;
  /// Who listens to the call now.
  std::function<void(const std::string& call, std::vector<std::string> listeners)> show;
  base::Duration every = base::milliseconds(10);  ///< sound is carried
  base::Duration note_again = base::seconds(1);   ///< an end that could not be written down
};

/// A frame of stereo as a client gets it: web_call::SoundOut's header, then samples, caller and receptionist in turn.
class StereoOut {
 public:
  explicit StereoOut(const web_call::Format& format);
  /// `number` counts from the first that was given.
  std::string take(std::uint32_t number, audio::PcmView interleaved);

 private:
  const web_call::Format format_;
  std::optional<std::uint32_t> first_;
  std::optional<audio::Resampler> left_, right_;
};

class Listening {
 public:
  /// One listening, as its connection holds it.
  struct Held {
    std::uint64_t id = 0;
    std::atomic<bool> over{false};
  };

  explicit Listening(ListeningOptions options);
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  /// Ends all listenings. Idempotent; not from two threads at once.
  void stop();

  // From any thread; never blocking. What comes of it is told over the socket: call.listening and sound, or an error;
  // call.listen_end is last.
  std::shared_ptr<Held> begin(Listener listener, std::string call, const web_call::Format& format,
                              std::shared_ptr<http::WebSocket> socket);
  void end(const std::shared_ptr<Held>& held);

 private:
  struct Ear {
    std::shared_ptr<Held> held;
    Listener listener;
    std::string call;
    web_call::Format format;
    std::shared_ptr<http::WebSocket> socket;
    runtime::CallNumber number = 0;
    StereoOut out;  ///< the sound's thread
  };
  struct CallOver {
    runtime::CallNumber number = 0;
  };
  struct End {
    std::uint64_t id = 0;
  };
  using Order = std::variant<std::shared_ptr<Ear>, End, CallOver>;
  struct Unwritten {
    Listener listener;
    std::string call;
  };

  void carry();
  void hand_on(const runtime::HeardSound& sound);
  void clerk();
  void on(std::shared_ptr<Ear>& ear);
  void on(const End& end);
  void on(const CallOver& over);
  base::Status admit(Ear& ear);
  void remove(const std::shared_ptr<Ear>& ear, const std::string& reason, bool call_over);
  void write_down();
  void show(const std::string& call);
  std::vector<std::shared_ptr<Ear>> ears_of(const std::string& call) const;

  const ListeningOptions options_;
  const std::shared_ptr<runtime::Ears> ears_;  ///< the shards may outlive us
  base::Mailbox<Order> orders_;
  std::deque<Unwritten> unwritten_;  ///< clerk
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<runtime::CallNumber, std::shared_ptr<Ear>> listening_;  ///< under mutex_
  bool ordered_ = false;                                                ///< under mutex_
  bool stopping_ = false;                                               ///< under mutex_
  std::atomic<std::uint64_t> last_id_{0};
  std::thread carrier_;
  std::thread clerk_;
};

}  // namespace frontdesk::live
