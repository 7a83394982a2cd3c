#include "sip/user_agent.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/mailbox.hpp"
#include "sip/signalling.hpp"
#include "sip/syntax.hpp"

#define DEBUG_MODULE "sip"  // re_dbg.h wants them from everybody
#define DEBUG_LEVEL 0
extern "C" {
#include <re_dbg.h>
}

namespace frontdesk::sip {
namespace {

constexpr std::size_t kMaxCommands = 8192;
constexpr int kMaxSockets = 8192;
constexpr int kRealtimePriority = 5;
/// How long start() waits for the signalling thread; it only opens two sockets.
constexpr std::chrono::seconds kStartLimit{10};

void initialise_libre() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Its warnings go to stderr, one for each handshake that a stranger spoils.
    dbg_init(DBG_ERR, DBG_NONE);
    (void)libre_init();
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = std::max(files.rlim_cur, std::min<rlim_t>(files.rlim_max, kMaxSockets));
    (void)::setrlimit(RLIMIT_NOFILE, &files);
  });
}

/// Recognition and voices may keep every core busy; a call must be answered and hung up all the same. Below the threads
/// that carry sound. Needs CAP_SYS_NICE; goes on without.
void ask_for_real_time() {
  const sched_param priority{.sched_priority = kRealtimePriority};
  pthread_setschedparam(pthread_self(), SCHED_RR, &priority);
}

}  // namespace

struct UserAgent::Impl {
  Impl(const UserAgentOptions& wanted, UserAgentSink& to)
      : options(wanted), sink(to), commands(kMaxCommands, [this] { wake(); }) {}

  void wake();
  void run();
  bool open_loop();
  void drain();
  base::Status post(std::function<void()> action);

  UserAgentOptions options;
  UserAgentSink& sink;
  AtomicCounters counters;
  std::atomic<DialogId> last_dialog{0};
  base::Mailbox<std::function<void()>> commands;
  std::mutex mutex;
  std::condition_variable changed;
  struct mqueue* wake_up = nullptr;  ///< guarded by mutex
  std::optional<base::Status> started;
  bool finished = false;
  bool stopping = false;
  base::Endpoint listening;
  std::uint16_t tls_port = 0;
  std::unique_ptr<Signalling> signalling;  ///< signalling thread
  std::thread thread;
};

void UserAgent::Impl::wake() {
  const std::lock_guard lock(mutex);
  if (wake_up) (void)mqueue_push(wake_up, 0, nullptr);
}

base::Status UserAgent::Impl::post(std::function<void()> action) {
  {
    const std::lock_guard lock(mutex);
    if (stopping) return base::fail(base::ErrorCode::failed_precondition, "sip", "the user agent is stopped");
  }
  if (!commands.push(std::move(action))) {
    return base::fail(base::ErrorCode::resource_exhausted, "sip", "too many commands are waiting", base::Retry::later);
  }
  return {};
}

void UserAgent::Impl::drain() {
  std::vector<std::function<void()>> batch;
  commands.drain(batch);
  for (const auto& action : batch) at_boundary(*signalling, action);
}

bool UserAgent::Impl::open_loop() {
  struct mqueue* queue = nullptr;
  const auto on_wake = [](int, void*, void* arg) {
    auto& self = *static_cast<Impl*>(arg);
    at_boundary(*self.signalling, [&self] { self.drain(); });
  };
  const int error = mqueue_alloc(&queue, on_wake, this);
  const std::lock_guard lock(mutex);
  if (error) {
    started =
        base::fail(base::ErrorCode::resource_exhausted, "sip", "no file descriptors left", base::Retry::later, error);
    return false;
  }
  wake_up = queue;
  return true;
}

void UserAgent::Impl::run() {
  pthread_setname_np(pthread_self(), "signalling");
  ask_for_real_time();
  re_thread_init();
  fd_setsize(kMaxSockets);
  poll_method_set(METHOD_EPOLL);
  const Post post_inside = [this](std::function<void()> action) { return commands.push(std::move(action)); };
  signalling = std::make_unique<Signalling>(options, sink, counters, post_inside, [this] { return ++last_dialog; });
  if (open_loop()) {
    const auto status = signalling->open();
    {
      const std::lock_guard lock(mutex);
      if (status) listening = signalling->stack().listening();
      if (status) tls_port = signalling->stack().tls_port();
      started = status;
    }
    changed.notify_all();
    if (status) re_main(nullptr);
  }
  struct mqueue* queue = nullptr;
  {
    const std::lock_guard lock(mutex);
    stopping = true;
    queue = std::exchange(wake_up, nullptr);
  }
  // What still waits in the queue may hold references to the calls about to go.
  std::vector<std::function<void()>> dropped;
  commands.drain(dropped);
  dropped.clear();
  signalling.reset();
  mem_deref(queue);
  re_thread_close();
  const std::lock_guard lock(mutex);
  finished = true;
  changed.notify_all();
}

UserAgent::UserAgent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<UserAgent>> UserAgent::start(const UserAgentOptions& options, UserAgentSink& sink) {
  if (options.t1 < base::milliseconds(1) || options.max_dialogs == 0 || options.max_messages_per_s <= 0) {
    return base::fail(base::ErrorCode::invalid_argument, "sip",
                      "t1, max_dialogs and max_messages_per_s must be positive");
  }
  initialise_libre();
  std::unique_ptr<UserAgent> agent(new UserAgent(std::make_unique<Impl>(options, sink)));
  Impl& impl = *agent->impl_;
  impl.thread = std::thread([&impl] { impl.run(); });
  std::unique_lock lock(impl.mutex);
  impl.changed.wait_for(lock, kStartLimit, [&] { return impl.started.has_value(); });
  const base::Status status = impl.started.value_or(
      base::fail(base::ErrorCode::deadline_exceeded, "sip", "the signalling thread did not start"));
  lock.unlock();
  if (!status) return tl::unexpected(status.error());
  return agent;
}

UserAgent::~UserAgent() {
  stop();
}

void UserAgent::stop(base::Duration limit) {
  Impl& impl = *impl_;
  if (!impl.thread.joinable()) return;
  const auto leave = [] { re_cancel(); };
  (void)impl.post([&impl, leave] { impl.signalling->shut_down(leave); });
  {
    std::unique_lock lock(impl.mutex);
    impl.changed.wait_for(lock, limit, [&] { return impl.finished; });
  }
  // Whatever is left is dropped; the loop takes one more command.
  if (!impl.commands.push(leave)) impl.wake();
  impl.thread.join();
}

base::Endpoint UserAgent::udp() const {
  return impl_->listening;
}
base::Endpoint UserAgent::tcp() const {
  return impl_->listening;
}

base::Endpoint UserAgent::tls() const {
  auto endpoint = impl_->listening;
  endpoint.port = impl_->tls_port;
  return endpoint;
}

base::Status UserAgent::run(std::function<void()> action) {
  return impl_->post(std::move(action));
}

base::Status UserAgent::ring(DialogId dialog, std::optional<LocalMedia> media) {
  return impl_->post([impl = impl_.get(), dialog, media = std::move(media)] {
    impl->signalling->command(dialog, [&media](CallSession& session) { session.ring(media); });
  });
}

base::Status UserAgent::progress(DialogId dialog, LocalMedia media) {
  return impl_->post([impl = impl_.get(), dialog, media = std::move(media)] {
    impl->signalling->command(dialog, [&media](CallSession& session) { session.progress(media); });
  });
}

base::Status UserAgent::hold(DialogId dialog) {
  return impl_->post([impl = impl_.get(), dialog] {
    impl->signalling->command(dialog, [](CallSession& session) { session.hold(true); });
  });
}

base::Status UserAgent::resume(DialogId dialog) {
  return impl_->post([impl = impl_.get(), dialog] {
    impl->signalling->command(dialog, [](CallSession& session) { session.hold(false); });
  });
}

base::Status UserAgent::send_digits(DialogId dialog, std::string digits) {
  return impl_->post([impl = impl_.get(), dialog, digits = std::move(digits)] {
    impl->signalling->command(dialog, [&digits](CallSession& session) { session.send_digits(digits); });
  });
}

base::Status UserAgent::change_media(DialogId dialog, std::vector<Codec> preferred, int ptime_ms) {
  return impl_->post([impl = impl_.get(), dialog, ptime_ms, preferred = std::move(preferred)] {
    impl->signalling->command(dialog, [&](CallSession& session) { session.change_media(preferred, ptime_ms); });
  });
}

base::Status UserAgent::transfer(DialogId dialog, std::string target, base::Duration limit) {
  if (!transferable(target)) {
    return base::fail(base::ErrorCode::invalid_argument, "sip",
                      "the target must look like sip:user@host or tel:+number");
  }
  return impl_->post([impl = impl_.get(), dialog, order = TransferOrder{std::move(target), 0, limit}] {
    impl->signalling->transfer(dialog, order);
  });
}

base::Status UserAgent::join(DialogId dialog, DialogId second_leg, base::Duration limit) {
  if (second_leg == 0 || second_leg == dialog) {
    return base::fail(base::ErrorCode::invalid_argument, "sip", "two different calls are needed to join them");
  }
  return impl_->post([impl = impl_.get(), dialog, order = TransferOrder{{}, second_leg, limit}] {
    impl->signalling->transfer(dialog, order);
  });
}

base::Status UserAgent::drain(base::Duration limit) {
  return impl_->post([impl = impl_.get(), limit] { impl->signalling->drain(limit); });
}

base::Status UserAgent::answer(DialogId dialog, LocalMedia media) {
  return impl_->post([impl = impl_.get(), dialog, media = std::move(media)] {
    impl->signalling->command(dialog, [&media](CallSession& session) { session.answer(media); });
  });
}

base::Status UserAgent::reject(DialogId dialog, int status, std::string reason, std::optional<int> retry_after_s) {
  return impl_->post([impl = impl_.get(), dialog, status, reason = std::move(reason), retry_after_s] {
    impl->signalling->command(dialog, [&](CallSession& session) { session.reject(status, reason, retry_after_s); });
  });
}

base::Status UserAgent::hang_up(DialogId dialog, std::string reason) {
  return impl_->post(
      [impl = impl_.get(), dialog, reason = std::move(reason)] { impl->signalling->hang_up(dialog, reason); });
}

base::Result<DialogId> UserAgent::invite(OutgoingCall call) {
  const auto target = parse_uri(call.target);
  if (!target || target->scheme != "sip") {
    return base::fail(base::ErrorCode::invalid_argument, "sip", "the target must look like sip:user@host:port");
  }
  if (call.media.allowed.empty()) return base::fail(base::ErrorCode::invalid_argument, "sip", "no codec is allowed");
  const DialogId id = ++impl_->last_dialog;
  const auto status =
      impl_->post([impl = impl_.get(), id, call = std::move(call)] { impl->signalling->invite(id, call); });
  if (!status) return tl::unexpected(status.error());
  return id;
}

base::Status UserAgent::register_trunk(TrunkRegistration trunk) {
  if (trunk.name.empty() || trunk.registrar_host.empty() || (trunk.registers && trunk.username.empty()) ||
      trunk.expires < base::seconds(1) || trunk.keep_alive < base::seconds(1)) {
    return base::fail(base::ErrorCode::invalid_argument, "sip",
                      "a trunk needs a name, a registrar host, a user name and times of at least 1 s");
  }
  return impl_->post([impl = impl_.get(), trunk = std::move(trunk)] { impl->signalling->register_trunk(trunk); });
}

base::Status UserAgent::remove_trunk(std::string name) {
  return impl_->post([impl = impl_.get(), name = std::move(name)] { impl->signalling->remove_trunk(name); });
}

Counters UserAgent::counters() const {
  const auto& from = impl_->counters;
  return {from.requests, from.refused,       from.malformed,      from.rate_limited,
          from.dialogs,  from.total_dialogs, from.unacknowledged, from.faults};
}

}  // namespace frontdesk::sip
