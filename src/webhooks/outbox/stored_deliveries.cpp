#include "webhooks/outbox/stored_deliveries.hpp"

namespace frontdesk::outbox {
namespace {

constexpr std::size_t kLongestReason = 500;

work::Lease lease_of(const sending::Delivery& delivery) {
  return {delivery.id, delivery.attempts + 1};
}

work::Answer answer_of(const webhooks::Attempt& attempt, const webhooks::Verdict& verdict) {
  work::Answer answer;
  if (attempt.status != 0) answer.status = attempt.status;
  if (verdict.fate != webhooks::Fate::delivered) answer.error = verdict.reason.substr(0, kLongestReason);
  answer.took_ms = base::to_ms(attempt.took);
  return answer;
}

base::Status write(store::Connection& connection, const sending::Delivery& delivery, const work::Answer& answer,
                   webhooks::Fate fate, base::UtcTime at, base::UtcTime next) {
  work::Deliveries rows(connection);
  work::Webhooks hooks(connection);
  const auto lease = lease_of(delivery);
  if (fate == webhooks::Fate::delivered) {
    if (auto done = rows.delivered(lease, answer, at); !done) return done;
    return hooks.set_failing(delivery.endpoint, std::nullopt);
  }
  if (fate == webhooks::Fate::dead) {
    if (auto done = rows.given_up(lease, answer, at); !done) return done;
  } else if (const auto failed = rows.failed(lease, answer, next, at); !failed) {
    return tl::unexpected(failed.error());
  }
  return hooks.note_failing(delivery.endpoint, at);
}

}  // namespace

base::Result<sending::Delivery> StoredDeliveries::opened(store::Connection& connection, const work::Delivery& row,
                                                         base::UtcTime now) {
  const auto hook = work::Webhooks(connection).find(row.organisation, row.webhook);
  if (!hook) return tl::unexpected(hook.error());
  auto secrets = secrets_of(connection, box_, *hook, now);
  if (!secrets) return tl::unexpected(secrets.error());
  const auto body = body_of(connection, box_, row);
  if (!body) return tl::unexpected(body.error());
  sending::Delivery delivery;
  delivery.id = row.id;
  delivery.endpoint = row.webhook;
  delivery.url = hook->url;
  delivery.event = row.event;
  delivery.body = body->expose();
  delivery.secrets = std::move(*secrets);
  delivery.attempts = static_cast<int>(row.attempts - 1);
  if (delivery.attempts > 0) delivery.first_attempt = row.created_at;
  return delivery;
}

base::Result<std::vector<sending::Delivery>> StoredDeliveries::claim(base::UtcTime now, base::UtcTime lease_until,
                                                                     int limit, const std::set<std::string>& busy) {
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  const auto rows = work::Deliveries(**connection)
                        .claim({worker_, limit, now, base::milliseconds(lease_until.unix_ms - now.unix_ms)}, busy);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<sending::Delivery> out;
  for (const auto& row : *rows) {
    auto delivery = opened(**connection, row, now);
    if (delivery) {
      out.push_back(std::move(*delivery));
    } else if (delivery.error().retry == base::Retry::never) {
      // It cannot be opened another time either.
      (void)work::Deliveries(**connection).given_up(row.lease(), {std::nullopt, delivery.error().message, 0}, now);
    }
  }
  return out;
}

base::Status StoredDeliveries::record(const sending::Delivery& delivery, const webhooks::Attempt& attempt,
                                      const webhooks::Verdict& verdict, base::UtcTime at, base::UtcTime next) {
  auto connection = pool_.take();
  if (!connection) return tl::unexpected(connection.error());
  const auto answer = answer_of(attempt, verdict);
  return (*connection)->transaction([&] { return write(**connection, delivery, answer, verdict.fate, at, next); });
}

}  // namespace frontdesk::outbox
