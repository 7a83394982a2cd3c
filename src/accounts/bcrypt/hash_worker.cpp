#include "accounts/bcrypt/hash_worker.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <future>

#include "base/entropy.hpp"

namespace frontdesk::bcrypt {
namespace {

constexpr int kNiceness = 10;

}  // namespace

HashWorker::HashWorker(int cost) : cost_(cost), thread_([this] { loop(); }) {}

HashWorker::~HashWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

void HashWorker::loop() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);  // of this thread alone, on Linux
  const base::Secret unknown(std::to_string(base::random_u64()) + std::to_string(base::random_u64()));
  dummy_ = bcrypt::hash(unknown, cost_).value_or("");
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

base::Status HashWorker::run(std::function<void()> work) {
  const auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kQueue)
      return base::fail(base::ErrorCode::resource_exhausted, "accounts",
                        "too many people are signing in at this moment: try again in a few seconds",
                        base::Retry::later);
    queue_.emplace_back([work = std::move(work), done] {
      work();
      done->set_value();
    });
  }
  changed_.notify_one();
  if (finished.wait_for(kLongestWait) == std::future_status::ready) {
    try {
      finished.get();
      return {};
    } catch (const std::future_error&) {  // the worker stopped before it came to this
    }
  }
  return base::fail(base::ErrorCode::deadline_exceeded, "accounts", "signing in took too long: try again",
                    base::Retry::later);
}

base::Result<std::string> HashWorker::hash(const base::Secret& input) {
  auto out = std::make_shared<base::Result<std::string>>();
  if (auto ran = run([out, input, cost = cost_] { *out = bcrypt::hash(input, cost); }); !ran)
    return tl::unexpected(ran.error());
  return *out;
}

base::Result<bool> HashWorker::matches(const base::Secret& input, const std::string& hash) {
  auto out = std::make_shared<bool>(false);
  auto ran = run([this, out, input, hash] {
    const bool same = bcrypt::matches(input, hash.empty() ? dummy_ : hash);
    *out = same && !hash.empty();
  });
  if (!ran) return tl::unexpected(ran.error());
  return *out;
}

}  // namespace frontdesk::bcrypt
