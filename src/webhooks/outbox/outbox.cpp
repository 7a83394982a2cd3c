#include "webhooks/outbox/outbox.hpp"

#include <array>

#include "base/entropy.hpp"
#include "crypto/encoding.hpp"
#include "vault/cipher.hpp"

namespace frontdesk::outbox {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::int64_t kKeepDeliveredMs = 7LL * 24 * 3600 * 1000;
constexpr std::int64_t kKeepDeadMs = 30LL * 24 * 3600 * 1000;

secrets::Place place_of_body(const work::Delivery& delivery) {
  return {delivery.organisation, delivery.id, "webhook_deliveries.body"};
}

secrets::Place place_of_secret(const work::Webhook& webhook) {
  return {webhook.organisation, webhook.id, "webhooks.secret_sealed"};
}

base::Result<base::Secret> open_secret(store::Connection& connection, const secrets::SecretBox& box,
                                       const work::Webhook& webhook, const store::Sealed& sealed) {
  return box.open(connection, place_of_secret(webhook), sealed.text);
}

base::Result<work::Delivery> add(store::Connection& connection, const secrets::SecretBox& box, work::Delivery delivery,
                                 const base::Secret& body, base::UtcTime now) {
  delivery.id = base::new_id("whd");
  delivery.next_at = now;
  delivery.created_at = now;
  const auto sealed = box.seal(connection, place_of_body(delivery), body, now);
  if (!sealed) return tl::unexpected(sealed.error());
  delivery.body = *sealed;
  if (auto added = work::Deliveries(connection).add(delivery); !added) return tl::unexpected(added.error());
  return delivery;
}

/// Asked first, because a failed statement would spoil the transaction.
base::Result<bool> has_got(store::Connection& connection, const std::string& webhook, const std::string& event_id) {
  const auto rows =
      connection.run("SELECT 1 FROM webhook_deliveries WHERE webhook = ? AND event_id = ?", {webhook, event_id});
  if (!rows) return tl::unexpected(rows.error());
  return !rows->empty();
}

}  // namespace

base::Result<work::Delivery> queue_to(store::Connection& connection, const secrets::SecretBox& box,
                                      const work::Webhook& webhook, const webhooks::Event& event, base::UtcTime now) {
  work::Delivery delivery;
  delivery.organisation = webhook.organisation;
  delivery.webhook = webhook.id;
  delivery.event = event.name;
  delivery.event_id = event.id;
  return add(connection, box, std::move(delivery), base::Secret(webhooks::body_of(event, webhook.organisation)), now);
}

base::Result<int> queue(store::Connection& connection, const secrets::SecretBox& box, const std::string& organisation,
                        const webhooks::Event& event, base::UtcTime now) {
  const auto hooks = work::Webhooks(connection).wanting(organisation, event.name);
  if (!hooks) return tl::unexpected(hooks.error());
  int queued = 0;
  for (const auto& hook : *hooks) {
    const auto got = has_got(connection, hook.id, event.id);
    if (!got) return tl::unexpected(got.error());
    if (*got) continue;
    if (const auto added = queue_to(connection, box, hook, event, now); !added) return tl::unexpected(added.error());
    ++queued;
  }
  return queued;
}

base::Result<work::Delivery> send_again(store::Connection& connection, const secrets::SecretBox& box,
                                        const work::Delivery& delivery, base::UtcTime now) {
  const auto body = body_of(connection, box, delivery);
  if (!body) return tl::unexpected(body.error());
  work::Delivery again;
  again.organisation = delivery.organisation;
  again.webhook = delivery.webhook;
  again.event = delivery.event;
  // What belongs to a call still begins with it, so that it is forgotten with it.
  again.event_id = delivery.event_id.substr(0, delivery.event_id.find('#')) + "#" + base::new_id("again");
  return add(connection, box, std::move(again), *body, now);
}

base::Result<base::Secret> body_of(store::Connection& connection, const secrets::SecretBox& box,
                                   const work::Delivery& delivery) {
  return box.open(connection, place_of_body(delivery), delivery.body);
}

base::Result<std::int64_t> forget_call(store::Connection& connection, const std::string& organisation,
                                       const std::string& call) {
  return work::Deliveries(connection).remove_events(organisation, webhooks::of_call(call));
}

base::Result<base::Secret> new_secret() {
  std::array<std::uint8_t, kSecretBytes> bytes{};
  if (auto made = vault::fill_random(bytes); !made) return tl::unexpected(made.error());
  return base::Secret("whsec_" + crypto::base64url(bytes));
}

base::Result<store::Sealed> seal_secret(store::Connection& connection, const secrets::SecretBox& box,
                                        const work::Webhook& webhook, const base::Secret& secret, base::UtcTime now) {
  auto sealed = box.seal(connection, place_of_secret(webhook), secret, now);
  if (!sealed) return tl::unexpected(sealed.error());
  return store::Sealed{std::move(*sealed)};
}

base::Result<std::vector<base::Secret>> secrets_of(store::Connection& connection, const secrets::SecretBox& box,
                                                   const work::Webhook& webhook, base::UtcTime now) {
  std::vector<base::Secret> secrets;
  auto newest = open_secret(connection, box, webhook, webhook.secret);
  if (!newest) return tl::unexpected(newest.error());
  secrets.push_back(std::move(*newest));
  const bool both =
      !webhook.previous_secret.empty() && webhook.previous_secret_until && now < *webhook.previous_secret_until;
  if (!both) return secrets;
  auto previous = open_secret(connection, box, webhook, webhook.previous_secret);
  if (!previous) return tl::unexpected(previous.error());
  secrets.push_back(std::move(*previous));
  return secrets;
}

base::Result<std::int64_t> forget_old(store::Connection& connection, base::UtcTime now) {
  work::Deliveries deliveries(connection);
  const auto done = deliveries.forget(work::State::done, {now.unix_ms - kKeepDeliveredMs});
  if (!done) return done;
  const auto dead = deliveries.forget(work::State::dead, {now.unix_ms - kKeepDeadMs});
  if (!dead) return dead;
  return *done + *dead;
}

}  // namespace frontdesk::outbox
