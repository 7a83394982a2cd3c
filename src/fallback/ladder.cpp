#include "fallback/ladder.hpp"

#include <condition_variable>
#include <map>

#include "base/assert.hpp"

namespace frontdesk::fallback {
namespace {

using base::RequestId;

/// What is carried out are calls that never block, so this is long.
constexpr auto kClosingPatience = std::chrono::seconds(10);

constexpr int kTooManyRequests = 429;

base::Error overfull(const char* of_what) {
  return {base::ErrorCode::resource_exhausted, "fallback", std::string("too many ") + of_what + " at once",
          base::Retry::later, 0};
}

}  // namespace

Failure failure_of(const base::Error& error) {
  if (error.code == base::ErrorCode::invalid_argument) return Failure::rejected;
  if (error.code == base::ErrorCode::deadline_exceeded) return Failure::timed_out;
  const bool limited = error.code == base::ErrorCode::resource_exhausted || error.detail == kTooManyRequests;
  return limited ? Failure::limited : Failure::refused;
}

struct Ladder::State : std::enable_shared_from_this<Ladder::State> {
  explicit State(LadderOptions o) : options(std::move(o)), board(options.names, options.chain.breaker) {}

  const LadderOptions options;
  mutable std::mutex mutex;
  std::condition_variable idle;
  Board board;
  std::map<RequestId, std::shared_ptr<Job>> jobs;
  std::size_t active = 0;  ///< events being dealt with
  bool closing = false;

  bool enter() {
    const std::lock_guard lock(mutex);
    if (closing) return false;
    ++active;
    return true;
  }
  void leave() {
    const std::lock_guard lock(mutex);
    if (--active == 0) idle.notify_all();
  }
  bool add(RequestId id, const std::shared_ptr<Job>& job) {
    const std::lock_guard lock(mutex);
    return jobs.size() < kMaxJobs && jobs.emplace(id, job).second;
  }
  std::shared_ptr<Job> find(RequestId id) const {
    const std::lock_guard lock(mutex);
    const auto found = jobs.find(id);
    return found == jobs.end() ? nullptr : found->second;
  }
  void forget(const Job& job) {
    const std::lock_guard lock(mutex);
    const auto found = jobs.find(job.id_);
    if (found != jobs.end() && found->second.get() == &job) jobs.erase(found);
  }
  /// Calls one of the methods of Attempts that need the board.
  template <class F>
  auto with_board(F&& f) {
    const std::lock_guard lock(mutex);
    return f(board);
  }
  base::Instant now() const { return options.chain.timer->now(); }

  // With the job's lock held.
  bool arm(Job& job);
  void disarm(Job& job);

  void carry_out(Job& job, std::unique_lock<std::recursive_mutex>& lock, const Verdict& verdict, bool stop);
  void ask(Job& job, std::size_t provider, RequestId attempt);
  void give_up(Job& job, std::unique_lock<std::recursive_mutex>& lock, const base::Error& error, bool stop);
  void expire(Job& job);
  void cancel(Job& job);
};

bool Ladder::State::arm(Job& job) {
  const auto due = job.attempts_->deadline();
  if (due == base::kNever) return disarm(job), true;
  if (job.timer_ != 0 && job.armed_ <= due) return true;  // it will look again then
  disarm(job);
  job.timer_ = options.chain.timer->at(due, [state = weak_from_this(), weak = job.weak_from_this()] {
    const auto self = state.lock();
    const auto alive = weak.lock();
    if (self == nullptr || alive == nullptr || !self->enter()) return;
    self->expire(*alive);
    self->leave();
  });
  job.armed_ = due;
  return job.timer_ != 0;
}

void Ladder::State::disarm(Job& job) {
  if (job.timer_ != 0) options.chain.timer->cancel(job.timer_);
  job.timer_ = 0;
  job.armed_ = base::kNever;
}

void Ladder::State::expire(Job& job) {
  std::unique_lock lock(job.mutex_);
  job.timer_ = 0;
  job.armed_ = base::kNever;
  const auto verdict = with_board([&](Board& b) { return job.attempts_->expired(b, now()); });
  carry_out(job, lock, verdict, true);
}

/// `stop`: the try before has not ended by itself.
void Ladder::State::carry_out(Job& job, std::unique_lock<std::recursive_mutex>& lock, const Verdict& verdict,
                              bool stop) {
  if (verdict.kind == Verdict::Kind::give_up) return give_up(job, lock, verdict.error, stop);
  const auto old_attempt = job.attempt_;
  const auto old_provider = job.asked_;
  const bool ask_next = verdict.kind == Verdict::Kind::ask;
  if (ask_next) {
    job.start_over();
    job.attempt_ = options.chain.new_id();
    job.asked_ = verdict.provider;
  }
  if (!arm(job)) {
    with_board([&](Board& b) { job.attempts_->abandon(b); });
    // Of two tries the new one has not begun.
    if (ask_next) job.attempt_ = old_attempt, job.asked_ = old_provider;
    return give_up(job, lock, overfull("deadlines"), stop || !ask_next);
  }
  const auto attempt = job.attempt_;
  const bool over = job.attempts_->over();
  lock.unlock();
  if (ask_next && stop && old_attempt != 0) job.end(old_provider, old_attempt);
  if (ask_next) ask(job, verdict.provider, attempt);
  if (over) forget(job);
}

void Ladder::State::ask(Job& job, std::size_t provider, RequestId attempt) {
  const auto wanted = [&] {
    const std::lock_guard lock(job.mutex_);
    return !job.attempts_->over() && job.attempt_ == attempt;
  };
  if (!wanted()) return;
  job.begin(provider, attempt);
  // Cancelled while it began: then the provider may have been told so too early.
  if (!wanted()) job.end(provider, attempt);
}

void Ladder::State::give_up(Job& job, std::unique_lock<std::recursive_mutex>& lock, const base::Error& error,
                            bool stop) {
  disarm(job);
  const auto attempt = job.attempt_;
  const auto provider = job.asked_;
  job.give_up(error);
  lock.unlock();
  if (stop && attempt != 0) job.end(provider, attempt);
  forget(job);
}

void Ladder::State::cancel(Job& job) {
  std::unique_lock lock(job.mutex_);
  if (job.attempts_->over()) return;  // whoever ended it sees to the rest
  with_board([&](Board& b) { job.attempts_->abandon(b); });
  disarm(job);
  const auto attempt = job.attempt_;
  const auto provider = job.asked_;
  lock.unlock();
  if (attempt != 0) job.end(provider, attempt);
  forget(job);
}

Ladder::Ladder(LadderOptions options) {
  FRONTDESK_ASSERT(options.chain.timer != nullptr && options.chain.new_id != nullptr);
  FRONTDESK_ASSERT(!options.names.empty() && options.names.size() == options.patience.size());
  state_ = std::make_shared<State>(std::move(options));
}

Ladder::~Ladder() {
  std::map<RequestId, std::shared_ptr<Job>> open;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
    open = state_->jobs;
  }
  for (const auto& [id, job] : open) state_->cancel(*job);
  std::unique_lock lock(state_->mutex);
  state_->idle.wait_for(lock, kClosingPatience, [this] { return state_->active == 0; });
}

void Ladder::start(RequestId id, std::shared_ptr<Job> job) {
  auto& state = *state_;
  job->id_ = id;
  job->attempts_ = std::make_unique<Attempts>(state.options.patience, state.options.rejection_is_final);
  if (!state.enter()) return;
  std::unique_lock lock(job->mutex_);
  if (!state.add(id, job)) {
    state.give_up(*job, lock, overfull("requests"), false);
  } else {
    const auto verdict = state.with_board([&](Board& b) { return job->attempts_->start(b, state.now()); });
    state.carry_out(*job, lock, verdict, false);
  }
  state.leave();
}

void Ladder::cancel(RequestId id) {
  if (const auto job = state_->find(id)) state_->cancel(*job);
}

std::vector<ProviderStats> Ladder::stats() const {
  return state_->with_board([](const Board& board) { return board.stats(); });
}

std::size_t Ladder::open_jobs() const {
  const std::lock_guard lock(state_->mutex);
  return state_->jobs.size();
}

// --- one event

Step::Step(Ladder& ladder, Job& job, RequestId attempt) : state_(ladder.state_) {
  entered_ = state_->enter();
  if (!entered_) return;
  job_ = job.shared_from_this();
  lock_ = std::unique_lock(job.mutex_);
  live_ = !job.attempts_->over() && job.attempt_ == attempt;
}

Step::~Step() {
  if (!entered_) return;
  if (live_) state_->carry_out(*job_, lock_, verdict_, stop_);
  if (lock_.owns_lock()) lock_.unlock();
  state_->leave();
}

Step::operator bool() const {
  return live_ && !job_->attempts_->over();
}

bool Step::committed() const {
  return job_->attempts_->committed();
}

void Step::held() {
  job_->attempts_->held(state_->now());
}

void Step::delivered() {
  job_->attempts_->delivered(state_->now());
}

void Step::failed(Failure failure, const base::Error& error, bool stop) {
  const auto& retry_after = state_->options.chain.retry_after;
  const auto at_least = retry_after ? retry_after(error) : base::Duration{0};
  stop_ = stop;
  verdict_ =
      state_->with_board([&](Board& b) { return job_->attempts_->failed(b, failure, error, state_->now(), at_least); });
}

bool Step::doubted() {
  verdict_ = state_->with_board([&](Board& b) { return job_->attempts_->doubted(b, state_->now()); });
  return verdict_.kind == Verdict::Kind::nothing;
}

void Step::finished(bool found) {
  state_->with_board([&](Board& b) { job_->attempts_->finished(b, state_->now(), found); });
}

}  // namespace frontdesk::fallback
