#include "live/speaking.hpp"

#include <pthread.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "audio/g711.hpp"
#include "rtp/packet.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;
using Moment = ListeningOptions::Moment;

void tell(http::WebSocket& socket, std::string_view type, const std::string& call, bj::object data) {
  const bj::object message{{"type", type}, {"call_id", call}, {"data", std::move(data)}};
  (void)socket.send({websocket::Kind::text, bj::serialize(message)});
}

}  // namespace

Speaking::Held::Held(Listener speaker, std::string call, const web_call::Format& format,
                     std::shared_ptr<http::WebSocket> socket)
    : speaker_(std::move(speaker)), call_(std::move(call)), socket_(std::move(socket)), in_(format, {}) {}

void Speaking::Held::sound(std::string_view bytes, base::Instant now) {
  std::shared_ptr<runtime::OperatorVoice> voice;
  {
    const std::lock_guard lock(mutex_);
    voice = voice_;
  }
  if (!voice || over_) return;
  packets_.clear();
  in_.take(bytes, now, packets_);
  for (const auto& packet : packets_) {
    audio::Pcm frame(packet.bytes.size() - rtp::kHeaderBytes);
    audio::decode_g711(audio::G711Law::mu, std::span(packet.bytes).subspan(rtp::kHeaderBytes), frame);
    (void)voice->sound.push(std::move(frame));
  }
}

Speaking::Speaking(SpeakingOptions options)
    : options_(std::move(options)), orders_(kOrdersWaiting, [this] {
        const std::lock_guard lock(mutex_);
        ordered_ = true;
        changed_.notify_all();
      }) {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "speaking");
}

Speaking::~Speaking() {
  stop();
}

void Speaking::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<Speaking::Held> Speaking::begin(Listener speaker, std::string call, const web_call::Format& format,
                                                std::shared_ptr<http::WebSocket> socket) {
  auto held = std::make_shared<Held>(std::move(speaker), std::move(call), format, std::move(socket));
  if (!orders_.push(held)) {
    held->over_ = true;
    tell(*held->socket_, "call.speak_end", held->call_, {{"reason", "too many want to speak: try again"}});
  }
  return held;
}

void Speaking::loop() {
  std::vector<std::shared_ptr<Held>> inbox;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto there = [this] { return stopping_ || ordered_; };
    if (speaking_.empty() && unwritten_.empty())
      changed_.wait(lock, there);
    else
      changed_.wait_for(lock, options_.every, there);
    ordered_ = false;
    lock.unlock();
    orders_.drain(inbox);
    for (const auto& held : inbox) start(held);
    look_after();
    write_down();
    lock.lock();
  }
  lock.unlock();
  for (const auto& held : speaking_) held->ended_ = true;
  look_after();
  for (const auto& held : speaking_) unwritten_.push_back(held);
  write_down();
}

base::Status Speaking::admit(Held& held) {
  using base::ErrorCode;
  if (!options_.known(held.speaker_.who.organisation, held.call_))
    return base::fail(ErrorCode::not_found, "ws", "no such call is going on");
  for (const auto& other : speaking_)
    if (other->call_ == held.call_)
      return base::fail(ErrorCode::failed_precondition, "ws", "somebody else speaks in this call");
  // First of all, so that nobody speaks of whom nothing is known.
  if (auto noted = options_.note(held.speaker_, held.call_, Moment::began); !noted) return noted;
  auto voice = std::make_shared<runtime::OperatorVoice>(options_.name(held.speaker_.who));
  if (!options_.speak(held.call_, voice)) {
    (void)options_.note(held.speaker_, held.call_, Moment::ended);
    return base::fail(ErrorCode::failed_precondition, "ws",
                      "this call is not on this machine any more, or on another one: connect to that");
  }
  const std::lock_guard lock(held.mutex_);
  held.voice_ = std::move(voice);
  return {};
}

void Speaking::start(const std::shared_ptr<Held>& held) {
  if (const auto admitted = admit(*held); !admitted) {
    held->over_ = true;
    return tell(*held->socket_, "call.speak_end", held->call_,
                {{"reason", admitted.error().message}, {"code", base::name(admitted.error().code)}});
  }
  speaking_.push_back(held);
  tell(*held->socket_, "call.speaking", held->call_, {});
}

void Speaking::look_after() {
  std::erase_if(speaking_, [this](const std::shared_ptr<Held>& held) {
    if (held->ended_) held->voice_->given_back = true;
    if (!held->voice_->over) return false;
    held->over_ = true;
    tell(*held->socket_, "call.speak_end", held->call_,
         {{"reason", held->ended_ ? "you gave it back" : "the call is the receptionist's again, or has ended"}});
    unwritten_.push_back(held);
    return true;
  });
}

/// Ends that the database did not take are tried again.
void Speaking::write_down() {
  while (!unwritten_.empty()) {
    if (!options_.note(unwritten_.front()->speaker_, unwritten_.front()->call_, Moment::ended)) return;
    unwritten_.erase(unwritten_.begin());
  }
}

}  // namespace frontdesk::live
