// Events on their way to webhooks, in the database: written in the transaction of what they tell of, so that none is
// lost and none is made up. Bodies and signing secrets are sealed.
#pragma once
#include <string>

#include "store/work/webhooks.hpp"
#include "vault/secrets/secret_box.hpp"
#include "webhooks/events.hpp"

namespace frontdesk::outbox {

/// What a rotation of the organisation's key seals again.
inline constexpr secrets::SealedColumn kSealedColumns[] = {{"webhook_deliveries", "body"},
                                                           {"webhooks", "secret_sealed"}};

/// One delivery to each webhook of the organisation that wants the event and has not got it; how many.
base::Result<int> queue(store::Connection& connection, const secrets::SecretBox& box, const std::string& organisation,
                        const webhooks::Event& event, base::UtcTime now);

/// To one webhook, whatever it has chosen.
base::Result<work::Delivery> queue_to(store::Connection& connection, const secrets::SecretBox& box,
                                      const work::Webhook& webhook, const webhooks::Event& event, base::UtcTime now);

/// A new delivery of what another one brought, or should have; that one stays as it is.
base::Result<work::Delivery> send_again(store::Connection& connection, const secrets::SecretBox& box,
                                        const work::Delivery& delivery, base::UtcTime now);

base::Result<base::Secret> body_of(store::Connection& connection, const secrets::SecretBox& box,
                                   const work::Delivery& delivery);

/// All that tells of a call, delivered or not: for whoever erases a caller. How many rows.
base::Result<std::int64_t> forget_call(store::Connection& connection, const std::string& organisation,
                                       const std::string& call);

/// "whsec_" and 43 characters.
base::Result<base::Secret> new_secret();
base::Result<store::Sealed> seal_secret(store::Connection& connection, const secrets::SecretBox& box,
                                        const work::Webhook& webhook, const base::Secret& secret, base::UtcTime now);
/// Those a delivery is signed with now, the newest first.
base::Result<std::vector<base::Secret>> secrets_of(store::Connection& connection, const secrets::SecretBox& box,
                                                   const work::Webhook& webhook, base::UtcTime now);

/// What was delivered, or given up, long ago; how many rows.
base::Result<std::int64_t> forget_old(store::Connection& connection, base::UtcTime now);

}  // namespace frontdesk::outbox
