// Webhooks and their deliveries as the API shows them. A webhook's secret is shown when it is made, and never again.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "rest/paging.hpp"
#include "store/work/webhooks.hpp"

namespace frontdesk::api {

using json::Note;

inline constexpr std::size_t kLongestWebhookUrl = 2000;
inline constexpr std::size_t kMostChosenEvents = 20;

inline constexpr Note kWebhookUrl{.member = "url",
                                  .text = "Where events are posted to, by http or https.",
                                  .min_length = 1,
                                  .max_length = kLongestWebhookUrl,
                                  .format = "uri",
                                  .example = "\"https://crm.example.org/frontdesk\""};
inline constexpr Note kWebhookEvents{.member = "events",
                                     .text = "Which events; \"*\" for all.",
                                     .max_length = 50,
                                     .max_items = kMostChosenEvents,
                                     .example = "[\"call.ended\", \"message.taken\"]"};

struct NewWebhook {
  std::string url;
  std::vector<std::string> events;
  std::string description;
};
BOOST_DESCRIBE_STRUCT(NewWebhook, (), (url, events, description))
constexpr auto about(const NewWebhook*) {
  return json::about("NewWebhook", "Where to tell of which events.", kWebhookUrl, kWebhookEvents,
                     Note{.member = "description", .text = "For people.", .max_length = 200, .optional = true});
}

struct WebhookSettings {
  std::string url;
  std::vector<std::string> events;
  std::string description;
  bool enabled = true;
};
BOOST_DESCRIBE_STRUCT(WebhookSettings, (), (url, events, description, enabled))
constexpr auto about(const WebhookSettings*) {
  return json::about("WebhookSettings", "All that can be changed about a webhook.", kWebhookUrl, kWebhookEvents,
                     Note{.member = "description", .text = "For people.", .max_length = 200, .optional = true},
                     Note{.member = "enabled",
                          .text = "Switched off, nothing is delivered; what was waiting goes on waiting.",
                          .optional = true});
}

struct WebhookView {
  std::string id;
  std::string url;
  std::vector<std::string> events;
  std::string description;
  bool enabled = true;
  std::optional<base::UtcTime> failing_since;
  std::optional<base::UtcTime> previous_secret_until;
  base::UtcTime created_at;
  base::UtcTime updated_at;
};
BOOST_DESCRIBE_STRUCT(WebhookView, (),
                      (id, url, events, description, enabled, failing_since, previous_secret_until, created_at,
                       updated_at))
constexpr auto about(const WebhookView*) {
  return json::about(
      "Webhook", "Where events are told.",
      Note{.member = "failing_since", .text = "Since when no delivery has succeeded; null if the last one did."},
      Note{.member = "previous_secret_until", .text = "Until when deliveries are signed with the former secret too."});
}

struct WebhookWithSecret : WebhookView {
  std::string secret;
};
BOOST_DESCRIBE_STRUCT(WebhookWithSecret, (WebhookView), (secret))
constexpr auto about(const WebhookWithSecret*) {
  return json::about("WebhookWithSecret", "A webhook with its signing secret, which is not shown again.");
}

struct WebhookList {
  std::vector<WebhookView> webhooks;
  std::vector<std::string> event_names;
};
BOOST_DESCRIBE_STRUCT(WebhookList, (), (webhooks, event_names))
constexpr auto about(const WebhookList*) {
  return json::about("Webhooks", "All webhooks.", Note{.member = "event_names", .text = "Those that can be chosen."});
}

struct WebhookPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(WebhookPath, (), (id))
constexpr auto about(const WebhookPath*) {
  return json::about("WebhookPath", "", Note{.member = "id", .text = "Of the webhook.", .max_length = 100});
}

struct DeliveryPath {
  std::string id;
  std::string delivery;
};
BOOST_DESCRIBE_STRUCT(DeliveryPath, (), (id, delivery))
constexpr auto about(const DeliveryPath*) {
  return json::about("DeliveryPath", "", Note{.member = "id", .text = "Of the webhook.", .max_length = 100},
                     Note{.member = "delivery", .text = "Of the delivery.", .max_length = 100});
}

/// In the order of work::State.
enum class WorkState { waiting, running, done, dead };
BOOST_DESCRIBE_ENUM(WorkState, waiting, running, done, dead)

struct DeliveryView {
  std::string id;
  std::string event;
  std::string event_id;
  WorkState state = WorkState::waiting;
  std::int64_t attempts = 0;
  std::optional<base::UtcTime> next_at;
  std::optional<std::int64_t> last_status;
  std::string last_error;
  std::optional<std::int64_t> took_ms;
  base::UtcTime created_at;
  std::optional<base::UtcTime> finished_at;
};
BOOST_DESCRIBE_STRUCT(DeliveryView, (),
                      (id, event, event_id, state, attempts, next_at, last_status, last_error, took_ms, created_at,
                       finished_at))
constexpr auto about(const DeliveryView*) {
  return json::about("Delivery", "One event on its way to one webhook. What the receiver answered is not kept.",
                     Note{.member = "state", .text = "dead: given up; it can be sent again."},
                     Note{.member = "next_at", .text = "When it is tried again; null if it is not."},
                     Note{.member = "last_status", .text = "HTTP status of the last answer; null if there was none."},
                     Note{.member = "last_error", .text = "Why the last attempt failed; empty if it did not."});
}

struct DeliveriesQuery {
  std::optional<WorkState> state;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(DeliveriesQuery, (), (state, limit, cursor))
constexpr auto about(const DeliveriesQuery*) {
  return json::about("DeliveriesQuery", "", Note{.member = "state", .text = "Only these."}, rest::kLimitNote,
                     rest::kCursorNote);
}

struct DeliveryPage {
  std::vector<DeliveryView> deliveries;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(DeliveryPage, (), (deliveries, next_cursor))
constexpr auto about(const DeliveryPage*) {
  return json::about("DeliveryPage", "Deliveries, the newest first.",
                     Note{.member = "next_cursor", .text = "Null on the last page."});
}

WebhookView view_of(const work::Webhook& webhook);
WebhookWithSecret view_of(const work::Webhook& webhook, const base::Secret& secret);
DeliveryView view_of(const work::Delivery& delivery);

}  // namespace frontdesk::api
