// Carries requests along a chain of providers: deadlines, identifiers, cancelling, the next provider when one
// fails. What the decorators for models, recognisers and voices have in common.
//
// Locks: a job's own is held while its listener is told something, so that nothing is delivered after cancel();
// none is held while a provider is called, so that it may answer at once.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "fallback/attempts.hpp"
#include "fallback/timer.hpp"

namespace frontdesk::fallback {

inline constexpr std::size_t kMaxJobs = 4096;  ///< requests under way in one chain

/// What every chain is given, whatever its providers do.
struct ChainOptions {
  BreakerSettings breaker;
  Timer* timer = nullptr;                   ///< required; outlives the chain
  std::function<base::RequestId()> new_id;  ///< for each try; required
  /// How long the provider asked to be left alone (Retry-After); unset or 0: it did not say.
  std::function<base::Duration(const base::Error&)> retry_after;
};

struct LadderOptions {
  std::vector<std::string> names;  ///< of the providers, in order
  std::vector<Patience> patience;  ///< one for each
  bool rejection_is_final = false;
  ChainOptions chain;
};

/// `providers` in the order of preference, each with a name and a patience.
template <class Provider>
LadderOptions ladder_of(const std::vector<Provider>& providers, ChainOptions options) {
  LadderOptions ladder;
  for (const auto& provider : providers) {
    ladder.names.push_back(provider.name);
    ladder.patience.push_back(provider.patience);
  }
  ladder.chain = std::move(options);
  return ladder;
}

class Ladder;

/// One request. Its sink for the providers is the class derived from it: every event of a provider begins
/// with a Step for the try it belongs to.
class Job : public std::enable_shared_from_this<Job> {
 public:
  virtual ~Job() = default;

 protected:
  /// Asks a provider, under this id. No lock is held; it may answer before this returns.
  virtual void begin(std::size_t provider, base::RequestId attempt) = 0;
  /// Nothing more of this try is wanted. No lock is held. Idempotent.
  virtual void end(std::size_t provider, base::RequestId attempt) = 0;
  /// Tells the listener. The job's lock is held.
  virtual void give_up(const base::Error& error) = 0;
  /// What was kept back of an answer is void: another provider begins. The job's lock is held.
  virtual void start_over() {}

 private:
  friend class Ladder;
  friend class Step;
  std::recursive_mutex mutex_;
  std::unique_ptr<Attempts> attempts_;
  base::RequestId id_ = 0;
  base::RequestId attempt_ = 0;
  std::size_t asked_ = 0;  ///< the provider of `attempt_`
  TimerId timer_ = 0;
  base::Instant armed_ = base::kNever;
};

class Ladder {
 public:
  explicit Ladder(LadderOptions options);
  /// Ends what is open; waits for events being carried out.
  ~Ladder();
  Ladder(const Ladder&) = delete;
  Ladder& operator=(const Ladder&) = delete;

  void start(base::RequestId id, std::shared_ptr<Job> job);
  /// Idempotent. The listener is told nothing after this has returned.
  void cancel(base::RequestId id);

  std::vector<ProviderStats> stats() const;
  std::size_t open_jobs() const;

 private:
  friend class Step;
  struct State;
  std::shared_ptr<State> state_;
};

/// One event of a provider, while it is dealt with. What it leads to (another provider, the end) is done when
/// the step ends and the locks are free.
class Step {
 public:
  /// False as a bool when the try is no longer the current one (the event is stale) or the listener has
  /// cancelled: it is told nothing more.
  Step(Ladder& ladder, Job& job, base::RequestId attempt);
  ~Step();
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  explicit operator bool() const;
  bool committed() const;

  void held();
  void delivered();
  /// `stop`: the provider has not ended the try itself.
  void failed(Failure failure, const base::Error& error, bool stop = false);
  /// True if the empty answer stands and is to be delivered.
  bool doubted();
  void finished(bool found = true);

 private:
  std::shared_ptr<Ladder::State> state_;
  std::shared_ptr<Job> job_;
  std::unique_lock<std::recursive_mutex> lock_;
  Verdict verdict_;
  bool live_ = false;
  bool entered_ = false;
  bool stop_ = false;
};

/// The kind of failure that a provider's own error is.
Failure failure_of(const base::Error& error);

}  // namespace frontdesk::fallback
