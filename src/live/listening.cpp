#include "live/listening.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "audio/g711.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;

constexpr std::size_t kVitalReserve = 8192;
constexpr std::size_t kMostUnwritten = 10'000;

void tell(http::WebSocket& socket, std::string_view type, const std::string& call, bj::object data) {
  const bj::object message{{"type", type}, {"call_id", call}, {"data", std::move(data)}};
  (void)socket.send({websocket::Kind::text, bj::serialize(message)});
}

void put(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
}

}  // namespace

StereoOut::StereoOut(const web_call::Format& format) : format_(format) {
  if (format.rate == audio::kTelephoneRate) return;
  left_.emplace(audio::kTelephoneRate, format.rate);
  right_.emplace(audio::kTelephoneRate, format.rate);
}

std::string StereoOut::take(std::uint32_t number, audio::PcmView interleaved) {
  if (!first_) first_ = number;
  const auto since = number - *first_;
  audio::Pcm caller, ours;
  for (std::size_t i = 0; i + 1 < interleaved.size(); i += 2) {
    caller.push_back(interleaved[i]);
    ours.push_back(interleaved[i + 1]);
  }
  if (left_) {
    audio::Pcm wide_caller, wide_ours;
    left_->process(caller, wide_caller);
    right_->process(ours, wide_ours);
    caller = std::move(wide_caller);
    ours = std::move(wide_ours);
  }
  std::string message;
  put(message, since);
  put(message, since * static_cast<std::uint32_t>(format_.rate / 1000 * audio::kFrameMs));
  const auto add = [&](audio::Sample sample) {
    if (format_.mulaw) {
      message += static_cast<char>(audio::encode_g711(audio::G711Law::mu, sample));
      return;
    }
    const auto bits = static_cast<std::uint16_t>(sample);
    message += static_cast<char>(bits & 0xFFU);
    message += static_cast<char>(bits >> 8U);
  };
  for (std::size_t i = 0; i < std::min(caller.size(), ours.size()); ++i) {
    add(caller[i]);
    add(ours[i]);
  }
  return message;
}

Listening::Listening(ListeningOptions options)
    : options_(std::move(options)),
      ears_(std::make_shared<runtime::Ears>(runtime::kHeardWaiting, nullptr, kVitalReserve)),
      orders_(
          kOrdersWaiting,
          [this] {
            const std::lock_guard lock(mutex_);
            ordered_ = true;
            changed_.notify_all();
          },
          kVitalReserve) {
  carrier_ = std::thread([this] { carry(); });
  pthread_setname_np(carrier_.native_handle(), "listening");
  clerk_ = std::thread([this] { clerk(); });
  pthread_setname_np(clerk_.native_handle(), "listening notes");
}

Listening::~Listening() {
  stop();
}

void Listening::stop() {
  if (!clerk_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  carrier_.join();
  clerk_.join();
}

std::shared_ptr<Listening::Held> Listening::begin(Listener listener, std::string call, const web_call::Format& format,
                                                  std::shared_ptr<http::WebSocket> socket) {
  auto held = std::make_shared<Held>();
  held->id = ++last_id_;
  auto ear = std::make_shared<Ear>(
      Ear{held, std::move(listener), std::move(call), format, std::move(socket), 0, StereoOut(format)});
  if (!orders_.push(ear)) {
    held->over = true;
    tell(*ear->socket, "call.listen_end", ear->call, {{"reason", "too many want to listen: try again"}});
  }
  return held;
}

void Listening::end(const std::shared_ptr<Held>& held) {
  if (held && !held->over) (void)orders_.push_vital(End{held->id});
}

// --- sound

void Listening::carry() {
  std::vector<runtime::HeardSound> heard;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto there = [this] { return stopping_ || !listening_.empty(); };
    if (listening_.empty())
      changed_.wait(lock, there);
    else
      changed_.wait_for(lock, options_.every, [this] { return stopping_; });
    lock.unlock();
    ears_->drain(heard);
    for (const auto& each : heard) hand_on(each);
    lock.lock();
  }
}

void Listening::hand_on(const runtime::HeardSound& sound) {
  if (sound.over) return (void)orders_.push_vital(CallOver{sound.call});
  std::vector<std::shared_ptr<Ear>> here;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = listening_.equal_range(sound.call);
    for (auto it = first; it != last; ++it) here.push_back(it->second);
  }
  for (const auto& ear : here) {
    auto message = ear->out.take(sound.number, sound.stereo);
    if (ear->socket->waiting() <= kMaxUnheard) (void)ear->socket->send({websocket::Kind::binary, std::move(message)});
  }
}

// --- beginnings and ends

void Listening::clerk() {
  std::vector<Order> inbox;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, options_.note_again, [this] { return stopping_ || ordered_; });
    ordered_ = false;
    lock.unlock();
    orders_.drain(inbox);
    for (auto& order : inbox) std::visit([this](auto& each) { on(each); }, order);
    write_down();
    lock.lock();
  }
  const auto left = std::move(listening_);
  lock.unlock();
  for (const auto& [number, ear] : left) unwritten_.push_back({ear->listener, ear->call});
  write_down();
}

base::Status Listening::admit(Ear& ear) {
  using base::ErrorCode;
  if (!options_.known(ear.listener.who.organisation, ear.call))
    return base::fail(ErrorCode::not_found, "ws", "no such call is going on");
  if (ears_of(ear.call).size() >= kListenersPerCall)
    return base::fail(ErrorCode::resource_exhausted, "ws", "as many people as may listen to this call already do");
  // First of all, so that nobody listens of whom nothing is known.
  if (auto noted = options_.note(ear.listener, ear.call, ListeningOptions::Moment::began); !noted) return noted;
  const bool first = ears_of(ear.call).empty();
  if (first) {
    const auto number = options_.listen(ear.call, ears_);
    if (number) ear.number = *number;
  } else {
    ear.number = ears_of(ear.call).front()->number;
  }
  if (ear.number != 0) return {};
  unwritten_.push_back({ear.listener, ear.call});
  return base::fail(ErrorCode::failed_precondition, "ws",
                    "this call is not on this machine any more, or on another one: connect to that");
}

void Listening::on(std::shared_ptr<Ear>& ear) {
  if (const auto admitted = admit(*ear); !admitted) {
    ear->held->over = true;
    return tell(*ear->socket, "call.listen_end", ear->call,
                {{"reason", admitted.error().message}, {"code", base::name(admitted.error().code)}});
  }
  tell(*ear->socket, "call.listening", ear->call,
       {{"format", ear->format.mulaw ? "mulaw" : "pcm16"},
        {"rate", ear->format.rate},
        {"channels", 2},
        {"delay_ms", base::to_ms(runtime::kHeardLate)}});
  {
    const std::lock_guard lock(mutex_);
    listening_.emplace(ear->number, ear);
  }
  changed_.notify_all();
  show(ear->call);
}

void Listening::on(const End& end) {
  std::shared_ptr<Ear> ear;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, each] : listening_)
      if (each->held->id == end.id) ear = each;
  }
  if (ear) remove(ear, "you asked for it", false);
}

void Listening::on(const CallOver& over) {
  std::vector<std::shared_ptr<Ear>> gone;
  {
    const std::lock_guard lock(mutex_);
    const auto [first, last] = listening_.equal_range(over.number);
    for (auto it = first; it != last; ++it) gone.push_back(it->second);
  }
  for (const auto& ear : gone) remove(ear, "the call ended", true);
}

void Listening::remove(const std::shared_ptr<Ear>& ear, const std::string& reason, bool call_over) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(listening_, [&](const auto& each) { return each.second == ear; });
  }
  ear->held->over = true;
  tell(*ear->socket, "call.listen_end", ear->call, {{"reason", reason}});
  if (unwritten_.size() < kMostUnwritten) unwritten_.push_back({ear->listener, ear->call});
  if (call_over) return;
  if (ears_of(ear->call).empty()) (void)options_.listen(ear->call, nullptr);
  show(ear->call);
}

/// Ends that the database did not take are tried again.
void Listening::write_down() {
  while (!unwritten_.empty()) {
    const auto& oldest = unwritten_.front();
    if (!options_.note(oldest.listener, oldest.call, ListeningOptions::Moment::ended)) return;
    unwritten_.pop_front();
  }
}

void Listening::show(const std::string& call) {
  std::vector<std::string> names;
  for (const auto& ear : ears_of(call)) names.push_back(ear->listener.who.id);
  options_.show(call, std::move(names));
}

std::vector<std::shared_ptr<Listening::Ear>> Listening::ears_of(const std::string& call) const {
  std::vector<std::shared_ptr<Ear>> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [number, each] : listening_)
    if (each->call == call) all.push_back(each);
  return all;
}

}  // namespace frontdesk::live
