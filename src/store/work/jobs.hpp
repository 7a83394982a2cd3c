// Work to be done later, by whichever worker of whichever machine comes first.
#pragma once
#include "store/work/queue.hpp"

namespace frontdesk::work {

struct Job {
  static constexpr std::string_view kTable = "jobs";
  static constexpr std::string_view kNoun = "job";

  std::string id;  ///< "job_..."
  std::string organisation;
  std::string queue;
  std::string kind;
  std::string payload;                   ///< JSON
  std::optional<std::string> singleton;  ///< no two unfinished jobs of a queue have the same
  State state = State::waiting;
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 20;
  base::UtcTime next_at;  ///< when it is due; while it runs, the end of the lease
  std::string worker;
  std::string last_error;
  base::UtcTime created_at;
  std::optional<base::UtcTime> finished_at;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("queue", self.queue);
    visit("kind", self.kind);
    visit("payload", self.payload);
    visit("singleton", self.singleton);
    visit("state", self.state);
    visit("attempts", self.attempts);
    visit("max_attempts", self.max_attempts);
    visit("next_at", self.next_at);
    visit("worker", self.worker);
    visit("last_error", self.last_error);
    visit("created_at", self.created_at);
    visit("finished_at", self.finished_at);
  }
  Lease lease() const { return {id, attempts}; }
};

struct QueueLength {
  std::int64_t waiting = 0;
  std::int64_t running = 0;
  std::int64_t dead = 0;
  std::optional<base::UtcTime> oldest_due;  ///< of those that wait
};

/// add() is already_exists for a second unfinished job with the same singleton.
class Jobs : public store::Table<Job> {
 public:
  using Table::Table;
  base::Result<std::vector<Job>> claim(const std::string& queue, const Claim& claim);
  base::Status extend(const Lease& lease, base::UtcTime until);
  base::Status done(const Lease& lease, base::UtcTime now);
  base::Result<bool> failed(const Lease& lease, const std::string& error, base::UtcTime next, base::UtcTime now);
  /// Dead at once.
  base::Status give_up(const Lease& lease, const std::string& error, base::UtcTime now);
  /// Of an organisation, in one state or in any.
  base::Result<store::Page<Job>> in_state(const std::string& organisation, std::optional<State> state, int limit,
                                          const std::string& after = {}) const;
  base::Result<store::Page<Job>> dead(const std::string& organisation, int limit, const std::string& after = {}) const;
  base::Status revive(const std::string& organisation, const std::string& id, base::UtcTime now);
  base::Result<QueueLength> length(const std::string& queue) const;
  base::Result<std::int64_t> forget(State state, base::UtcTime before);
};

}  // namespace frontdesk::work
