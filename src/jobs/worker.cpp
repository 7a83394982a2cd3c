#include "jobs/worker.hpp"

#include <exception>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "store/call_records.hpp"

namespace frontdesk::jobs {
namespace {

constexpr int kBatch = 4;                                 // taken at once, one after the other within one lease
constexpr base::Duration kPlanEvery = base::seconds(60);  // in case another machine was stopped before it planned
constexpr std::size_t kLongestError = 500;
constexpr std::int64_t kRegularAttempts = 5;  // then dead, and the next one is planned all the same

work::Job new_job(const std::string& organisation, const std::string& kind, const std::string& payload,
                  base::UtcTime due, base::UtcTime now) {
  work::Job job;
  job.id = base::new_id("job");
  job.organisation = organisation;
  job.queue = kQueue;
  job.kind = kind;
  job.payload = payload;
  job.next_at = due;
  job.created_at = now;
  return job;
}

/// Asked first, because a failed statement would spoil the caller's transaction.
base::Status add_singleton(store::Connection& connection, const work::Job& job) {
  const auto there =
      connection.run("SELECT 1 FROM jobs WHERE queue = ? AND singleton = ? AND state IN ('waiting', 'running')",
                     {job.queue, *job.singleton});
  if (!there) return tl::unexpected(there.error());
  if (!there->empty()) return {};
  auto added = work::Jobs(connection).add(job);
  if (!added && added.error().code == base::ErrorCode::already_exists)
    return base::fail(base::ErrorCode::aborted, "jobs", "somebody else added it at the same time", base::Retry::now);
  return added;
}

base::UtcTime later(base::UtcTime than, base::Duration by) {
  return {than.unix_ms + base::to_ms(by)};
}

}  // namespace

base::Status add(store::Connection& connection, const std::string& organisation, const std::string& kind,
                 const std::string& payload, base::UtcTime now, const std::optional<std::string>& singleton) {
  if (payload.size() > kLongestPayload)
    return base::fail(base::ErrorCode::invalid_argument, "jobs", "a job's payload may have 16 KiB at most");
  auto job = new_job(organisation, kind, payload, now, now);
  if (!singleton) return work::Jobs(connection).add(job);
  job.singleton = kind + "/" + *singleton;
  return add_singleton(connection, job);
}

Worker::Worker(store::Pool& pool, std::vector<Kind> kinds, std::string name, std::uint64_t seed)
    : pool_(pool), name_(std::move(name)), random_(seed) {
  for (auto& kind : kinds) {
    const auto key = kind.name;
    kinds_.emplace(key, std::move(kind));
  }
}

base::Status Worker::with_connection(const std::function<base::Status(store::Connection&)>& work) {
  auto lease = pool_.take();
  if (!lease) return tl::unexpected(lease.error());
  return work(**lease);
}

base::Status Worker::add_regular(store::Connection& connection, const Kind& kind, base::UtcTime due,
                                 base::UtcTime now) {
  auto job = new_job(std::string(store::kLocalOrganisation), kind.name, "{}", due, now);
  job.singleton = kind.name;
  job.max_attempts = kRegularAttempts;
  return add_singleton(connection, job);
}

/// What is done regularly waits in the queue from the start.
base::Status Worker::plan(base::UtcTime now) {
  if (planned_ && now < plan_at_) return {};
  auto done = with_connection([&](store::Connection& connection) -> base::Status {
    for (const auto& [name, kind] : kinds_) {
      if (kind.every <= base::Duration(0)) continue;
      if (auto added = add_regular(connection, kind, planned_ ? later(now, kind.every) : now, now); !added)
        return added;
    }
    return {};
  });
  if (!done) return done;
  planned_ = true;
  plan_at_ = later(now, kPlanEvery);
  return {};
}

base::Result<Worker::Round> Worker::round(base::UtcTime now, const std::function<bool()>& stopping) {
  if (auto planned = plan(now); !planned) return tl::unexpected(planned.error());
  std::vector<work::Job> taken;
  auto claimed = with_connection([&](store::Connection& connection) -> base::Status {
    auto due = work::Jobs(connection).claim(std::string(kQueue), {name_, kBatch, now, kLease});
    if (!due) return tl::unexpected(due.error());
    taken = std::move(*due);
    return {};
  });
  if (!claimed) return tl::unexpected(claimed.error());
  Round round;
  for (const auto& job : taken) {
    if (stopping()) break;
    if (auto done = carry_out(job, now, stopping, round); !done) return tl::unexpected(done.error());
  }
  return round;
}

base::Status Worker::run(const Kind& kind, const work::Job& job, base::UtcTime now,
                         const std::function<bool()>& stopping) {
  Attempt attempt{job.id, job.organisation, job.payload, job.attempts, now, stopping};
  attempt.go_on = [this, lease = job.lease()] {
    return with_connection([&](store::Connection& connection) {
      return work::Jobs(connection).extend(lease, later(base::wall_now(), kLease));
    });
  };
  try {
    return kind.work(attempt);
  } catch (const std::exception& error) {
    return base::fail(base::ErrorCode::internal, "jobs", error.what(), base::Retry::later);
  }
}

/// An error: how it went could not be written down.
base::Status Worker::carry_out(const work::Job& job, base::UtcTime now, const std::function<bool()>& stopping,
                               Round& round) {
  const auto kind = kinds_.find(job.kind);
  auto outcome = kind == kinds_.end()
                     ? base::fail(base::ErrorCode::unimplemented, "jobs",
                                  "this version of the program does not know the kind " + job.kind, base::Retry::later)
                     : run(kind->second, job, now, stopping);
  Round after = round;
  auto written = with_connection([&](store::Connection& connection) {
    return connection.transaction([&]() -> base::Status {
      after = round;
      work::Jobs jobs(connection);
      const auto error = outcome ? std::string() : outcome.error().message.substr(0, kLongestError);
      bool over = true;
      if (outcome) {
        if (auto done = jobs.done(job.lease(), now); !done) return done;
        ++after.done;
      } else if (outcome.error().retry == base::Retry::never) {
        if (auto done = jobs.give_up(job.lease(), error, now); !done) return done;
        ++after.dead;
      } else {
        const auto next = later(now, work::back_off(job.attempts, random_.unit()));
        const auto dead = jobs.failed(job.lease(), error, next, now);
        if (!dead) return tl::unexpected(dead.error());
        over = *dead;
        ++(*dead ? after.dead : after.failed);
      }
      if (!over || kind == kinds_.end() || kind->second.every <= base::Duration(0) || !job.singleton) return {};
      return add_regular(connection, kind->second, later(now, kind->second.every), now);
    });
  });
  if (written) round = after;
  // The lease was over: whoever has the job now says how it went.
  if (!written && written.error().code == base::ErrorCode::aborted && written.error().retry == base::Retry::never)
    return {};
  return written;
}

}  // namespace frontdesk::jobs
