// People who speak to callers in the receptionist's place, over WebSockets. One thread begins and ends it and has each
// written down (the audit log); sound goes from the network thread straight to the call. Who is gone, or sends no sound
// for runtime::OperatorSpeech::kVoiceLost, has given the call back.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/mailbox.hpp"
#include "http/web_socket.hpp"
#include "live/listening.hpp"
#include "runtime/operator_speech.hpp"
#include "web_call/sound.hpp"

namespace frontdesk::live {

struct SpeakingOptions {
  std::function<bool(const std::string& organisation, const std::string& call)> known;
  /// The call is theirs; false: it is not on this machine.
  std::function<bool(const std::string& call, std::shared_ptr<runtime::OperatorVoice>)> speak;
  /// Writes it down; may block.
  std::function<base::Status(const Listener&, const std::string& call, ListeningOptions::Moment)> note;
  /// What the person is called, for whoever watches the call; may block.
  std::function<std::string(const access::Principal&)> name;
  base::Duration every = base::milliseconds(50);  ///< calls that were given back are looked for
};

class Speaking {
 public:
  /// One, as its connection holds it.
  class Held {
   public:
    Held(Listener speaker, std::string call, const web_call::Format& format, std::shared_ptr<http::WebSocket> socket);
    /// On the network thread.
    void sound(std::string_view bytes, base::Instant now);
    void end() { ended_ = true; }
    bool over() const { return over_; }

   private:
    friend class Speaking;
    const Listener speaker_;
    const std::string call_;
    const std::shared_ptr<http::WebSocket> socket_;
    web_call::SoundIn in_;                            ///< network thread
    std::vector<runtime::FrameLeg::Packet> packets_;  ///< network thread
    std::mutex mutex_;
    std::shared_ptr<runtime::OperatorVoice> voice_;  ///< under mutex_; null until it began
    std::atomic<bool> ended_{false};                 ///< by the client
    std::atomic<bool> over_{false};
  };

  explicit Speaking(SpeakingOptions options);
  ~Speaking();
  Speaking(const Speaking&) = delete;
  Speaking& operator=(const Speaking&) = delete;
  void stop();

  /// From any thread, never blocking. The socket is told call.speaking, and call.speak_end last.
  std::shared_ptr<Held> begin(Listener speaker, std::string call, const web_call::Format& format,
                              std::shared_ptr<http::WebSocket> socket);

 private:
  void loop();
  void start(const std::shared_ptr<Held>& held);
  base::Status admit(Held& held);
  void look_after();
  void write_down();

  const SpeakingOptions options_;
  base::Mailbox<std::shared_ptr<Held>> orders_;
  std::vector<std::shared_ptr<Held>> speaking_;   ///< the thread's own
  std::vector<std::shared_ptr<Held>> unwritten_;  ///< the thread's own
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ordered_ = false;   ///< under mutex_
  bool stopping_ = false;  ///< under mutex_
  std::thread thread_;
};

}  // namespace frontdesk::live
