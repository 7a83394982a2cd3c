// When somebody should be told that something is wrong, and when it is over: decided from readings that come every few
// seconds. Trouble must last before it is told, and be gone for a while before it is over, so that what comes and goes
// is told once.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::alerts {

namespace kind {
inline constexpr std::string_view kLineDown = "line_down";
inline constexpr std::string_view kRecordsStuck = "records_stuck";
inline constexpr std::string_view kDiskFull = "disk_full";
inline constexpr std::string_view kErrorRate = "error_rate";
inline constexpr std::string_view kRefusedSignIns = "refused_sign_ins";
inline constexpr std::string_view kDatabaseAway = "database_away";
inline constexpr std::string_view kSharedStateAway = "shared_state_away";
inline constexpr std::string_view kStorageAway = "storage_away";
inline constexpr std::string_view kMasterKeys = "master_keys";
inline constexpr std::string_view kVoiceUnusable = "voice_unusable";
}  // namespace kind

inline constexpr double kDiskNearlyFull = 0.80;
inline constexpr double kDiskRoomAgain = 0.78;
inline constexpr double kMostFailedCalls = 0.05;
inline constexpr std::int64_t kLeastFailedCalls = 3;  ///< fewer are chance
inline constexpr std::int64_t kMostRefusedSignIns = 20;
inline constexpr base::Duration kOverAfter = base::seconds(30);

struct LineReading {
  std::string name;
  bool working = false;
  std::string explanation;
};

/// Unset: not known now, which changes nothing. Problems are empty where there is none.
struct Readings {
  std::optional<std::vector<LineReading>> lines;
  std::optional<std::string> records_problem;
  std::optional<double> disk_used;                        ///< 0 to 1
  std::optional<std::int64_t> calls_ended, calls_failed;  ///< of the last hour
  std::optional<std::int64_t> refused_sign_ins;           ///< of the last quarter of an hour
  std::optional<std::string> database_problem, shared_state_problem, storage_problem, keys_problem, voice_problem;
};

enum class Severity { warning, critical };

struct Trouble {
  std::string kind;
  std::string subject;  ///< the line's name, or the machine's; may be empty
  Severity severity = Severity::warning;
  std::string title;
  std::string detail;
};

struct Change {
  Trouble trouble;
  bool over = false;
};

class Watch {
 public:
  /// `machine` is the subject of what is wrong with this machine; empty if there is one machine alone.
  explicit Watch(std::string machine = {}) : machine_(std::move(machine)) {}

  /// Was told before the program was started: is not told again, but its end is.
  void told_before(const Trouble& trouble);
  std::vector<Change> see(const Readings& readings, base::Instant now);

 private:
  struct State {
    Trouble trouble;
    std::optional<base::Instant> wrong_since;
    std::optional<base::Instant> well_since;
    bool told = false;
  };
  using Key = std::pair<std::string, std::string>;

  void judge(bool wrong, base::Duration patience, Trouble trouble, base::Instant now, std::vector<Change>& changes);
  void see_lines(const std::vector<LineReading>& lines, base::Instant now, std::vector<Change>& changes);
  void see_machine(const Readings& readings, base::Instant now, std::vector<Change>& changes);
  void see_services(const Readings& readings, base::Instant now, std::vector<Change>& changes);
  bool told(std::string_view kind, const std::string& subject) const;

  const std::string machine_;
  std::map<Key, State> states_;
};

}  // namespace frontdesk::alerts
