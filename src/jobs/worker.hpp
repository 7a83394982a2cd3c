// Carries out jobs from the database, on the thread that calls it: takes what is due, runs the function of its kind,
// writes down how it went. A job is done at least once: one whose worker died is taken again when its lease is over.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "store/pool.hpp"
#include "store/work/jobs.hpp"

namespace frontdesk::jobs {

inline constexpr std::string_view kQueue = "program";
inline constexpr base::Duration kLease = base::seconds(300);
inline constexpr std::size_t kLongestPayload = 16U << 10U;

/// One attempt at a job, as its function sees it.
struct Attempt {
  std::string id;
  std::string organisation;
  std::string payload;  ///< JSON
  std::int64_t number = 1;
  base::UtcTime now;
  std::function<bool()> stopping;         ///< return soon, with any error that may be tried again, if it says so
  std::function<base::Status()> go_on{};  ///< renews the lease, for work that takes minutes; an error: stop
};

/// An error with Retry::never makes a dead letter at once; others are tried again later.
using Work = std::function<base::Status(const Attempt&)>;

struct Kind {
  std::string name;
  Work work;
  /// Done again and again, for the installation: as long after it ended. 0: only when it is added.
  base::Duration every{0};
};

/// How to hand in a job; in the transaction of whatever asks for it. `singleton`: another one unfinished will do.
base::Status add(store::Connection& connection, const std::string& organisation, const std::string& kind,
                 const std::string& payload, base::UtcTime now, const std::optional<std::string>& singleton = {});

class Worker {
 public:
  /// `pool` must outlive it.
  Worker(store::Pool& pool, std::vector<Kind> kinds, std::string name, std::uint64_t seed);

  struct Round {
    int done = 0;
    int failed = 0;
    int dead = 0;
  };
  /// Everything that is due at `now`, at most one batch. An error: the database is away, and what was under way will be
  /// taken again.
  base::Result<Round> round(base::UtcTime now, const std::function<bool()>& stopping);

 private:
  base::Status plan(base::UtcTime now);
  base::Status add_regular(store::Connection& connection, const Kind& kind, base::UtcTime due, base::UtcTime now);
  base::Status carry_out(const work::Job& job, base::UtcTime now, const std::function<bool()>& stopping, Round& round);
  base::Status run(const Kind& kind, const work::Job& job, base::UtcTime now, const std::function<bool()>& stopping);
  base::Status with_connection(const std::function<base::Status(store::Connection&)>& work);

  store::Pool& pool_;
  std::map<std::string, Kind> kinds_;
  const std::string name_;
  base::Random random_;
  base::UtcTime plan_at_{};
  bool planned_ = false;
};

}  // namespace frontdesk::jobs
