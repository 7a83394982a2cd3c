// Where an organisation wants to be told of events, and each telling of one.
#pragma once
#include <set>

#include "store/work/queue.hpp"

namespace frontdesk::work {

struct Webhook {
  static constexpr std::string_view kTable = "webhooks";
  static constexpr std::string_view kNoun = "webhook";

  std::string id;  ///< "hook_..."
  std::string organisation;
  std::string url;
  std::vector<std::string> events;  ///< "*": all
  std::string description;
  store::Sealed secret;
  store::Sealed previous_secret;  ///< deliveries are signed with it too, until then; empty: none
  std::optional<base::UtcTime> previous_secret_until;
  bool enabled = true;
  std::optional<base::UtcTime> failing_since;
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("url", self.url);
    visit("events", self.events);
    visit("description", self.description);
    visit("secret_sealed", self.secret);
    visit("previous_secret_sealed", self.previous_secret);
    visit("previous_secret_until", self.previous_secret_until);
    visit("enabled", self.enabled);
    visit("failing_since", self.failing_since);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
  bool wants(std::string_view event) const;
};

class Webhooks : public store::Table<Webhook> {
 public:
  using Table::Table;
  /// The enabled ones that want the event.
  base::Result<std::vector<Webhook>> wanting(const std::string& organisation, std::string_view event) const;
  /// nullopt: it works again. Leaves `version` alone.
  base::Status set_failing(const std::string& id, std::optional<base::UtcTime> since);
  /// The same, but the first failure's time stays.
  base::Status note_failing(const std::string& id, base::UtcTime since);
};

struct Delivery {
  static constexpr std::string_view kTable = "webhook_deliveries";
  static constexpr std::string_view kNoun = "delivery";

  std::string id;  ///< "del_..."
  std::string organisation;
  std::string webhook;
  std::string event;
  std::string event_id;  ///< one delivery of each to a webhook
  std::string body;
  State state = State::waiting;
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 32;
  base::UtcTime next_at;
  std::string worker;
  std::optional<std::int64_t> last_status;  ///< HTTP
  std::string last_error;
  std::optional<std::int64_t> took_ms;
  base::UtcTime created_at;
  std::optional<base::UtcTime> finished_at;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("webhook", self.webhook);
    visit("event", self.event);
    visit("event_id", self.event_id);
    visit("body", self.body);
    visit("state", self.state);
    visit("attempts", self.attempts);
    visit("max_attempts", self.max_attempts);
    visit("next_at", self.next_at);
    visit("worker", self.worker);
    visit("last_status", self.last_status);
    visit("last_error", self.last_error);
    visit("took_ms", self.took_ms);
    visit("created_at", self.created_at);
    visit("finished_at", self.finished_at);
  }
  Lease lease() const { return {id, attempts}; }
};

/// What came of one attempt.
struct Answer {
  std::optional<std::int64_t> status;  ///< HTTP; none: it was not reached
  std::string error;                   ///< safe to show
  std::int64_t took_ms = 0;
};

/// add() is already_exists if the webhook has been told of the event.
class Deliveries : public store::Table<Delivery> {
 public:
  using Table::Table;
  /// None of webhooks that are switched off, none of those in `busy`.
  base::Result<std::vector<Delivery>> claim(const Claim& claim, const std::set<std::string>& busy = {});
  base::Status delivered(const Lease& lease, const Answer& answer, base::UtcTime now);
  /// Again at `next`, or dead after the last attempt; true if it is dead.
  base::Result<bool> failed(const Lease& lease, const Answer& answer, base::UtcTime next, base::UtcTime now);
  /// Dead at once: trying again cannot help.
  base::Status given_up(const Lease& lease, const Answer& answer, base::UtcTime now);
  base::Result<store::Page<Delivery>> of_webhook(const std::string& organisation, const std::string& webhook, int limit,
                                                 const std::string& after = {}, std::optional<State> state = {}) const;
  base::Status revive(const std::string& organisation, const std::string& id, base::UtcTime now);
  base::Result<std::int64_t> forget(State state, base::UtcTime before);
  /// All whose event_id begins with `prefix`, in whatever state; how many.
  base::Result<std::int64_t> remove_events(const std::string& organisation, const std::string& prefix);

 private:
  base::Status note(const Lease& lease, const Answer& answer);
};

}  // namespace frontdesk::work
