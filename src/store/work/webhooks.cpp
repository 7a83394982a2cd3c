#include "store/work/webhooks.hpp"

namespace frontdesk::work {

bool Webhook::wants(std::string_view event) const {
  return std::any_of(events.begin(), events.end(), [&](const auto& each) { return each == "*" || each == event; });
}

base::Result<std::vector<Webhook>> Webhooks::wanting(const std::string& organisation, std::string_view event) const {
  auto found = select("organisation = ? AND enabled = 1 ORDER BY id", {organisation});
  if (found) std::erase_if(*found, [&](const Webhook& each) { return !each.wants(event); });
  return found;
}

base::Status Webhooks::set_failing(const std::string& id, std::optional<base::UtcTime> since) {
  const auto done =
      connection_.write("UPDATE webhooks SET failing_since = ? WHERE id = ?", {store::value_of(since), id});
  return changed_one(done, store::no_such(Webhook::kNoun));
}

base::Status Webhooks::note_failing(const std::string& id, base::UtcTime since) {
  return connection_.write("UPDATE webhooks SET failing_since = ? WHERE id = ? AND failing_since IS NULL",
                           {since.unix_ms, id});
}

base::Result<std::vector<Delivery>> Deliveries::claim(const Claim& claim, const std::set<std::string>& busy) {
  std::string condition = "webhook IN (SELECT id AS hook FROM webhooks WHERE enabled = 1)";
  std::vector<store::Value> values;
  for (const auto& webhook : busy) {
    condition += " AND webhook <> ?";
    values.emplace_back(webhook);
  }
  const auto rows = take_due(connection_, Delivery::kTable, store::columns_of<Delivery>(), condition, values, claim);
  if (!rows) return tl::unexpected(rows.error());
  auto deliveries = store::records_of<Delivery>(*rows);
  std::sort(deliveries.begin(), deliveries.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return deliveries;
}

base::Status Deliveries::note(const Lease& lease, const Answer& answer) {
  return connection_.write(
      "UPDATE webhook_deliveries SET last_status = ?, took_ms = ?, last_error = ? WHERE id = ? AND attempts = ?",
      {store::value_of(answer.status), answer.took_ms, answer.error, lease.id, lease.attempt});
}

base::Status Deliveries::delivered(const Lease& lease, const Answer& answer, base::UtcTime now) {
  return connection_.transaction([&]() -> base::Status {
    if (auto done = note(lease, answer); !done) return done;
    return finish(connection_, Delivery::kTable, lease, now);
  });
}

base::Result<bool> Deliveries::failed(const Lease& lease, const Answer& answer, base::UtcTime next, base::UtcTime now) {
  bool dead = false;
  auto done = connection_.transaction([&]() -> base::Status {
    if (auto noted = note(lease, answer); !noted) return noted;
    const auto given_back = give_back(connection_, Delivery::kTable, lease, answer.error, next, now);
    if (!given_back) return tl::unexpected(given_back.error());
    dead = *given_back;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return dead;
}

base::Status Deliveries::given_up(const Lease& lease, const Answer& answer, base::UtcTime now) {
  return connection_.transaction([&]() -> base::Status {
    if (auto noted = note(lease, answer); !noted) return noted;
    return give_up(connection_, Delivery::kTable, lease, answer.error, now);
  });
}

base::Result<std::int64_t> Deliveries::remove_events(const std::string& organisation, const std::string& prefix) {
  const auto done = connection_.write(
      "DELETE FROM webhook_deliveries WHERE organisation = ? AND substr(event_id, 1, CAST(? AS INTEGER)) = ?",
      {organisation, static_cast<std::int64_t>(prefix.size()), prefix});
  if (!done) return tl::unexpected(done.error());
  return connection_.changed();
}

base::Result<store::Page<Delivery>> Deliveries::of_webhook(const std::string& organisation, const std::string& webhook,
                                                           int limit, const std::string& after,
                                                           std::optional<State> state) const {
  if (!state) return page("organisation = ? AND webhook = ?", {organisation, webhook}, limit, after);
  return page("organisation = ? AND webhook = ? AND state = ?",
              {organisation, webhook, std::string(store::name_of(*state))}, limit, after);
}

base::Status Deliveries::revive(const std::string& organisation, const std::string& id, base::UtcTime now) {
  return work::revive(connection_, Delivery::kTable, organisation, id, now);
}

base::Result<std::int64_t> Deliveries::forget(State state, base::UtcTime before) {
  return forget_ended(connection_, Delivery::kTable, state, before);
}

}  // namespace frontdesk::work
