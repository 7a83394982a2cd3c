#include "alerts/watch.hpp"

#include <cmath>

namespace frontdesk::alerts {
namespace {

constexpr base::Duration kLinePatience = base::seconds(60);
constexpr base::Duration kRecordsPatience = base::seconds(15);
constexpr base::Duration kServicePatience = base::seconds(15);
constexpr base::Duration kStoragePatience = base::seconds(30);
constexpr base::Duration kAtOnce{0};
constexpr double kDiskCritical = 0.95;

std::string percent(double share) {
  return std::to_string(std::llround(share * 100)) + " %";
}

}  // namespace

void Watch::told_before(const Trouble& trouble) {
  auto& state = states_[{trouble.kind, trouble.subject}];
  state.trouble = trouble;
  state.told = true;
}

bool Watch::told(std::string_view kind, const std::string& subject) const {
  const auto found = states_.find({std::string(kind), subject});
  return found != states_.end() && found->second.told;
}

void Watch::judge(bool wrong, base::Duration patience, Trouble trouble, base::Instant now,
                  std::vector<Change>& changes) {
  const Key key{trouble.kind, trouble.subject};
  const auto found = states_.find(key);
  if (!wrong && found == states_.end()) return;
  auto& state = states_[key];
  if (wrong) {
    state.trouble = std::move(trouble);
    state.well_since.reset();
    if (!state.wrong_since) state.wrong_since = now;
    if (state.told || now - *state.wrong_since < patience) return;
    state.told = true;
    changes.push_back({state.trouble, false});
    return;
  }
  if (!state.told) return (void)states_.erase(key);
  if (!state.well_since) state.well_since = now;
  if (now - *state.well_since < kOverAfter) return;
  changes.push_back({state.trouble, true});
  states_.erase(key);
}

void Watch::see_lines(const std::vector<LineReading>& lines, base::Instant now, std::vector<Change>& changes) {
  std::vector<std::string> gone;
  for (const auto& [key, state] : states_) {
    if (key.first != kind::kLineDown) continue;
    bool configured = false;
    for (const auto& line : lines) configured = configured || line.name == key.second;
    if (!configured) gone.push_back(key.second);
  }
  for (const auto& name : gone) {
    const auto trouble = states_[{std::string(kind::kLineDown), name}].trouble;
    judge(false, kAtOnce, trouble, now, changes);
  }
  for (const auto& line : lines)
    judge(!line.working, kLinePatience,
          {std::string(kind::kLineDown), line.name, Severity::critical,
           "The line " + line.name + " is down: callers do not reach you by it", line.explanation},
          now, changes);
}

void Watch::see_machine(const Readings& readings, base::Instant now, std::vector<Change>& changes) {
  if (readings.records_problem)
    judge(!readings.records_problem->empty(), kRecordsPatience,
          {std::string(kind::kRecordsStuck), machine_, Severity::critical,
           "Calls cannot be recorded in the call log: they wait in memory", *readings.records_problem},
          now, changes);
  if (readings.disk_used) {
    const double most = told(kind::kDiskFull, machine_) ? kDiskRoomAgain : kDiskNearlyFull;
    judge(*readings.disk_used > most, kAtOnce,
          {std::string(kind::kDiskFull), machine_,
           *readings.disk_used > kDiskCritical ? Severity::critical : Severity::warning, "The disk is nearly full",
           percent(*readings.disk_used) +
               " of the disk of the data folder is in use: delete old recordings, or keep them for fewer days"},
          now, changes);
  }
}

void Watch::see_services(const Readings& readings, base::Instant now, std::vector<Change>& changes) {
  const auto away = [&](const std::optional<std::string>& problem, std::string_view kind, base::Duration patience,
                        const char* title) {
    if (!problem) return;
    judge(!problem->empty(), patience, {std::string(kind), machine_, Severity::critical, title, *problem}, now,
          changes);
  };
  away(readings.database_problem, kind::kDatabaseAway, kServicePatience, "The database does not answer");
  away(readings.shared_state_problem, kind::kSharedStateAway, kServicePatience,
       "Redis does not answer: this machine goes on alone");
  away(readings.storage_problem, kind::kStorageAway, kStoragePatience, "The storage for recordings does not answer");
  away(readings.keys_problem, kind::kMasterKeys, kAtOnce, "Something is wrong with the master keys");
  if (readings.voice_problem)
    judge(!readings.voice_problem->empty(), kAtOnce,
          {std::string(kind::kVoiceUnusable), "", Severity::warning,
           "The receptionist cannot speak with the voice that was chosen for her", *readings.voice_problem},
          now, changes);
  if (readings.calls_ended && readings.calls_failed) {
    const auto failed = *readings.calls_failed;
    const auto share =
        *readings.calls_ended > 0 ? static_cast<double>(failed) / static_cast<double>(*readings.calls_ended) : 0.0;
    judge(failed >= kLeastFailedCalls && share > kMostFailedCalls, kAtOnce,
          {std::string(kind::kErrorRate), "", Severity::warning, "Many calls fail",
           std::to_string(failed) + " of " + std::to_string(*readings.calls_ended) +
               " calls of the last hour failed or were cut off: look at them in the call log"},
          now, changes);
  }
  if (readings.refused_sign_ins)
    judge(*readings.refused_sign_ins >= kMostRefusedSignIns, kAtOnce,
          {std::string(kind::kRefusedSignIns), "", Severity::warning, "Many sign-ins were refused",
           std::to_string(*readings.refused_sign_ins) +
               " wrong passwords or codes within a quarter of an hour: somebody may be guessing"},
          now, changes);
}

std::vector<Change> Watch::see(const Readings& readings, base::Instant now) {
  std::vector<Change> changes;
  if (readings.lines) see_lines(*readings.lines, now, changes);
  see_machine(readings, now, changes);
  see_services(readings, now, changes);
  return changes;
}

}  // namespace frontdesk::alerts
