// Webhooks over the API: where events are told, what became of each telling, and telling again.
#pragma once
#include <functional>

#include "accounts/office.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

inline constexpr std::int64_t kMostWebhooks = 50;  ///< of one organisation
inline constexpr std::int64_t kBothSecretsMs = 24LL * 3600 * 1000;

struct WebhookSources {
  accounts::Office& office;
  std::function<void()> wake = {};  ///< there is something to deliver
};

/// GET and POST /api/webhooks; GET, PUT and DELETE /api/webhooks/{id}; POST .../secret and .../test;
/// GET .../deliveries, POST .../deliveries/{delivery}/resend.
void add_webhook_routes(rest::Api& api, const WebhookSources& sources);

}  // namespace frontdesk::api
