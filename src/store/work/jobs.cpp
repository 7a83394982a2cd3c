#include "store/work/jobs.hpp"

namespace frontdesk::work {

base::Result<std::vector<Job>> Jobs::claim(const std::string& queue, const Claim& claim) {
  const auto rows = take_due(connection_, Job::kTable, store::columns_of<Job>(), "queue = ?", {queue}, claim);
  if (!rows) return tl::unexpected(rows.error());
  auto jobs = store::records_of<Job>(*rows);
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.id < b.id; });
  return jobs;
}

base::Status Jobs::extend(const Lease& lease, base::UtcTime until) {
  return work::extend(connection_, Job::kTable, lease, until);
}

base::Status Jobs::done(const Lease& lease, base::UtcTime now) {
  return finish(connection_, Job::kTable, lease, now);
}

base::Result<bool> Jobs::failed(const Lease& lease, const std::string& error, base::UtcTime next, base::UtcTime now) {
  return give_back(connection_, Job::kTable, lease, error, next, now);
}

base::Status Jobs::give_up(const Lease& lease, const std::string& error, base::UtcTime now) {
  return work::give_up(connection_, Job::kTable, lease, error, now);
}

base::Result<store::Page<Job>> Jobs::in_state(const std::string& organisation, std::optional<State> state, int limit,
                                              const std::string& after) const {
  if (!state) return list(organisation, limit, after);
  return page("organisation = ? AND state = ?", {organisation, std::string(store::name_of(*state))}, limit, after);
}

base::Result<store::Page<Job>> Jobs::dead(const std::string& organisation, int limit, const std::string& after) const {
  return page("organisation = ? AND state = 'dead'", {organisation}, limit, after);
}

base::Status Jobs::revive(const std::string& organisation, const std::string& id, base::UtcTime now) {
  return work::revive(connection_, Job::kTable, organisation, id, now);
}

base::Result<QueueLength> Jobs::length(const std::string& queue) const {
  const auto rows = connection_.run(
      "SELECT state, COUNT(*), MIN(next_at) FROM jobs WHERE queue = ? AND state <> 'done' GROUP BY state", {queue});
  if (!rows) return tl::unexpected(rows.error());
  QueueLength length;
  for (const auto& row : *rows) {
    const auto state = store::named<State>(row.text(0)).value_or(State::dead);
    if (state == State::waiting) length.oldest_due = row.maybe_time(2);
    (state == State::waiting   ? length.waiting
     : state == State::running ? length.running
                               : length.dead) = row.integer(1);
  }
  return length;
}

base::Result<std::int64_t> Jobs::forget(State state, base::UtcTime before) {
  return forget_ended(connection_, Job::kTable, state, before);
}

}  // namespace frontdesk::work
