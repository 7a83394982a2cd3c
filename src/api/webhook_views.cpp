#include "api/webhook_views.hpp"

namespace frontdesk::api {

WebhookView view_of(const work::Webhook& webhook) {
  WebhookView view;
  view.id = webhook.id;
  view.url = webhook.url;
  view.events = webhook.events;
  view.description = webhook.description;
  view.enabled = webhook.enabled;
  view.failing_since = webhook.failing_since;
  view.previous_secret_until = webhook.previous_secret_until;
  view.created_at = webhook.created_at;
  view.updated_at = webhook.updated_at;
  return view;
}

WebhookWithSecret view_of(const work::Webhook& webhook, const base::Secret& secret) {
  WebhookWithSecret view;
  static_cast<WebhookView&>(view) = view_of(webhook);
  view.secret = secret.expose();
  return view;
}

DeliveryView view_of(const work::Delivery& delivery) {
  DeliveryView view;
  view.id = delivery.id;
  view.event = delivery.event;
  view.event_id = delivery.event_id;
  view.state = static_cast<WorkState>(delivery.state);
  view.attempts = delivery.attempts;
  if (delivery.state == work::State::waiting) view.next_at = delivery.next_at;
  view.last_status = delivery.last_status;
  view.last_error = delivery.last_error;
  view.took_ms = delivery.took_ms;
  view.created_at = delivery.created_at;
  view.finished_at = delivery.finished_at;
  return view;
}

}  // namespace frontdesk::api
