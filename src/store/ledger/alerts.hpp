// What somebody should look at. The same trouble raised again counts up one alert rather than making another.
#pragma once
#include <array>

#include "store/table.hpp"

namespace frontdesk::ledger {

enum class Severity { info, warning, critical };
inline std::span<const std::string_view> names_of(Severity) {
  static constexpr std::array<std::string_view, 3> kNames{"info", "warning", "critical"};
  return kNames;
}
enum class AlertState { open, acknowledged, resolved };
inline std::span<const std::string_view> names_of(AlertState) {
  static constexpr std::array<std::string_view, 3> kNames{"open", "acknowledged", "resolved"};
  return kNames;
}

struct Alert {
  static constexpr std::string_view kTable = "alerts";
  static constexpr std::string_view kNoun = "alert";

  std::string id;  ///< "alert_..."
  std::string organisation;
  std::string kind;     ///< "line_down", "disk_full"
  std::string subject;  ///< whose trouble it is: an id; may be empty
  Severity severity = Severity::warning;
  std::string title;
  std::string detail;
  AlertState state = AlertState::open;
  std::int64_t times = 1;
  base::UtcTime first_at;
  base::UtcTime last_at;
  std::string acknowledged_by;
  std::optional<base::UtcTime> acknowledged_at;
  std::optional<base::UtcTime> resolved_at;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("kind", self.kind);
    visit("subject", self.subject);
    visit("severity", self.severity);
    visit("title", self.title);
    visit("detail", self.detail);
    visit("state", self.state);
    visit("times", self.times);
    visit("first_at", self.first_at);
    visit("last_at", self.last_at);
    visit("acknowledged_by", self.acknowledged_by);
    visit("acknowledged_at", self.acknowledged_at);
    visit("resolved_at", self.resolved_at);
  }
};

struct Trouble {
  std::string organisation;
  std::string kind;
  std::string subject;
  Severity severity = Severity::warning;
  std::string title;
  std::string detail;
};

class Alerts : public store::Table<Alert> {
 public:
  using Table::Table;
  /// The alert as it is now: times == 1 if it is new. What was acknowledged stays so.
  base::Result<Alert> raise(const Trouble& trouble, base::UtcTime now);
  /// not_found if it is not open.
  base::Status acknowledge(const std::string& organisation, const std::string& id, const std::string& by,
                           base::UtcTime now);
  /// True if there was one to resolve.
  base::Result<bool> resolve(const std::string& organisation, const std::string& kind, const std::string& subject,
                             base::UtcTime now);
  /// not_found: there is none unresolved.
  base::Result<Alert> open_one(const std::string& organisation, const std::string& kind,
                               const std::string& subject) const;
  base::Result<store::Page<Alert>> in_state(const std::string& organisation, AlertState state, int limit,
                                            const std::string& after = {}) const;
  base::Result<store::Page<Alert>> unresolved(const std::string& organisation, int limit,
                                              const std::string& after = {}) const;
};

}  // namespace frontdesk::ledger
