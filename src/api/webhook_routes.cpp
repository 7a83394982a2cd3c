#include "api/webhook_routes.hpp"

#include <algorithm>

#include "api/auth_routes.hpp"
#include "api/webhook_views.hpp"
#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "outbound/address_guard/url.hpp"
#include "rest/protocol/entity_tag.hpp"
#include "webhooks/outbox/outbox.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using rest::Problem;
using Made = rest::Request<rest::Body<NewWebhook>>;
using OfWebhook = rest::Request<rest::Path<WebhookPath>>;
using Changed = rest::Request<rest::Path<WebhookPath>, rest::Body<WebhookSettings>>;
using OfDelivery = rest::Request<rest::Path<DeliveryPath>>;
using Listed = rest::Request<rest::Path<WebhookPath>, rest::Query<DeliveriesQuery>>;

std::string tag_of(const work::Webhook& webhook) {
  return protocol::entity_tag(std::to_string(webhook.version));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& each : texts) out += (out.empty() ? "" : " ") + each;
  return out;
}

/// What is wrong with what was sent; nothing if all is well.
std::optional<Problem> problem_of(const std::string& url, const std::vector<std::string>& events) {
  std::vector<rest::FieldProblem> errors;
  if (const auto parsed = address_guard::parse_url(url); !parsed)
    errors.push_back({"/url", {}, parsed.error().message});
  if (events.empty()) errors.push_back({"/events", {}, "choose at least one, or \"*\" for all"});
  for (std::size_t i = 0; i < events.size(); ++i)
    if (!webhooks::may_be_chosen(events[i]))
      errors.push_back({"/events/" + std::to_string(i), {}, "there is no such event: see event_names in the list"});
  if (errors.empty()) return std::nullopt;
  Problem problem(422, "the webhook cannot be used like this: see errors", "validation");
  problem.errors = std::move(errors);
  return problem;
}

/// A change that is recorded; `work` is given the connection and the trail.
template <class Work>
auto change(const WebhookSources& sources, Work&& work)
    -> Answer<typename decltype(work(std::declval<store::Connection&>(), std::declval<audit::Trail&>(),
                                     base::UtcTime()))::value_type> {
  const auto now = base::wall_now();
  auto done = sources.office.change(
      now, [&](store::Connection& connection, audit::Trail& trail) { return work(connection, trail, now); });
  if (!done) return tl::unexpected(Problem(done.error()));
  return std::move(*done);
}

template <class Work>
auto read(const WebhookSources& sources, Work&& work)
    -> Answer<typename decltype(work(std::declval<store::Connection&>()))::value_type> {
  auto done = sources.office.with_connection(work);
  if (!done) return tl::unexpected(Problem(done.error()));
  return std::move(*done);
}

void wake(const WebhookSources& sources) {
  if (sources.wake) sources.wake();
}

Answer<WebhookList> list(const WebhookSources& sources, const rest::Request<>& request) {
  const auto page = read(sources, [&](store::Connection& connection) {
    return work::Webhooks(connection).list(request.principal.organisation, static_cast<int>(kMostWebhooks));
  });
  if (!page) return tl::unexpected(page.error());
  WebhookList view;
  for (const auto& each : page->rows) view.webhooks.push_back(view_of(each));
  for (const auto name : webhooks::event_names()) view.event_names.emplace_back(name);
  return view;
}

base::Result<WebhookWithSecret> insert(accounts::Office& office, store::Connection& connection, audit::Trail& trail,
                                       const Made& request, base::UtcTime now) {
  const auto& organisation = request.principal.organisation;
  work::Webhooks hooks(connection);
  const auto there = hooks.list(organisation, static_cast<int>(kMostWebhooks));
  if (!there) return tl::unexpected(there.error());
  if (static_cast<std::int64_t>(there->rows.size()) >= kMostWebhooks)
    return base::fail(base::ErrorCode::failed_precondition, "webhooks", "there are 50 webhooks already: remove one");
  const auto secret = outbox::new_secret();
  if (!secret) return tl::unexpected(secret.error());
  work::Webhook hook;
  hook.id = base::new_id("hook");
  hook.organisation = organisation;
  hook.url = request.body.url;
  hook.events = request.body.events;
  hook.description = request.body.description;
  hook.created_at = hook.updated_at = now;
  auto sealed = outbox::seal_secret(connection, office.box, hook, *secret, now);
  if (!sealed) return tl::unexpected(sealed.error());
  hook.secret = std::move(*sealed);
  if (auto added = hooks.add(hook); !added) return tl::unexpected(added.error());
  trail.add({accounts::actor_of(request.principal, visitor_of(*request.raw)),
             "webhook.added",
             hook.id,
             {{"url", "", hook.url}, {"events", "", joined(hook.events)}}});
  return view_of(hook, *secret);
}

Answer<rest::Created<WebhookWithSecret>> make(const WebhookSources& sources, const Made& request) {
  if (auto problem = problem_of(request.body.url, request.body.events)) return tl::unexpected(std::move(*problem));
  auto made = change(sources, [&](store::Connection& connection, audit::Trail& trail, base::UtcTime now) {
    return insert(sources.office, connection, trail, request, now);
  });
  if (!made) return tl::unexpected(made.error());
  const auto id = made->id;
  return rest::Created<WebhookWithSecret>{std::move(*made), "/api/webhooks/" + id, protocol::entity_tag("1")};
}

Answer<rest::Tagged<WebhookView>> show(const WebhookSources& sources, const OfWebhook& request) {
  const auto hook = read(sources, [&](store::Connection& connection) {
    return work::Webhooks(connection).find(request.principal.organisation, request.path.id);
  });
  if (!hook) return tl::unexpected(hook.error());
  return rest::Tagged<WebhookView>{view_of(*hook), tag_of(*hook)};
}

/// The problem of a failed precondition leaves the transaction beside its error.
Answer<rest::Tagged<WebhookView>> update(const WebhookSources& sources, const Changed& request) {
  if (auto problem = problem_of(request.body.url, request.body.events)) return tl::unexpected(std::move(*problem));
  std::optional<Problem> stale;
  auto done =
      change(sources,
             [&](store::Connection& connection, audit::Trail& trail, base::UtcTime now) -> base::Result<work::Webhook> {
               work::Webhooks hooks(connection);
               auto hook = hooks.find(request.principal.organisation, request.path.id);
               if (!hook) return hook;
               if (auto expected = request.expects(tag_of(*hook)); !expected) {
                 stale = expected.error();
                 return base::fail(base::ErrorCode::failed_precondition, "webhooks", "another version");
               }
               const auto& body = request.body;
               trail.add({accounts::actor_of(request.principal, visitor_of(*request.raw)),
                          "webhook.changed",
                          hook->id,
                          {{"url", hook->url, body.url},
                           {"events", joined(hook->events), joined(body.events)},
                           {"enabled", hook->enabled ? "yes" : "no", body.enabled ? "yes" : "no"}}});
               if (hook->url != body.url) hook->failing_since.reset();
               hook->url = body.url;
               hook->events = body.events;
               hook->description = body.description;
               hook->enabled = body.enabled;
               hook->updated_at = now;
               return hooks.replace(*hook);
             });
  if (stale) return tl::unexpected(std::move(*stale));
  if (!done) return tl::unexpected(done.error());
  wake(sources);
  return rest::Tagged<WebhookView>{view_of(*done), tag_of(*done)};
}

Answer<rest::NoContent> remove(const WebhookSources& sources, const OfWebhook& request) {
  auto done = change(
      sources, [&](store::Connection& connection, audit::Trail& trail, base::UtcTime) -> base::Result<rest::NoContent> {
        work::Webhooks hooks(connection);
        const auto hook = hooks.find(request.principal.organisation, request.path.id);
        if (!hook) return tl::unexpected(hook.error());
        trail.add({accounts::actor_of(request.principal, visitor_of(*request.raw)),
                   "webhook.removed",
                   hook->id,
                   {{"url", hook->url, ""}}});
        if (auto removed = hooks.remove(hook->organisation, hook->id); !removed) return tl::unexpected(removed.error());
        return rest::NoContent{};
      });
  if (!done) return tl::unexpected(done.error());
  return rest::NoContent{};
}

Answer<WebhookWithSecret> renew_secret(const WebhookSources& sources, const OfWebhook& request) {
  return change(
      sources,
      [&](store::Connection& connection, audit::Trail& trail, base::UtcTime now) -> base::Result<WebhookWithSecret> {
        work::Webhooks hooks(connection);
        auto hook = hooks.find(request.principal.organisation, request.path.id);
        if (!hook) return tl::unexpected(hook.error());
        const auto secret = outbox::new_secret();
        if (!secret) return tl::unexpected(secret.error());
        auto sealed = outbox::seal_secret(connection, sources.office.box, *hook, *secret, now);
        if (!sealed) return tl::unexpected(sealed.error());
        hook->previous_secret = std::move(hook->secret);
        hook->previous_secret_until = base::UtcTime{now.unix_ms + kBothSecretsMs};
        hook->secret = std::move(*sealed);
        hook->updated_at = now;
        const auto saved = hooks.replace(*hook);
        if (!saved) return tl::unexpected(saved.error());
        trail.add(
            {accounts::actor_of(request.principal, visitor_of(*request.raw)), "webhook.secret_renewed", hook->id, {}});
        return view_of(*saved, *secret);
      });
}

Answer<rest::Accepted<DeliveryView>> send_test(const WebhookSources& sources, const OfWebhook& request) {
  auto sent = change(
      sources,
      [&](store::Connection& connection, audit::Trail& trail, base::UtcTime now) -> base::Result<work::Delivery> {
        const auto hook = work::Webhooks(connection).find(request.principal.organisation, request.path.id);
        if (!hook) return tl::unexpected(hook.error());
        if (!hook->enabled)
          return base::fail(base::ErrorCode::aborted, "webhooks", "this webhook is switched off: switch it on first");
        trail.add({accounts::actor_of(request.principal, visitor_of(*request.raw)), "webhook.tested", hook->id, {}});
        return outbox::queue_to(connection, sources.office.box, *hook,
                                {"test/" + base::new_id("test"),
                                 webhooks::event::kTest,
                                 now,
                                 {{"webhook", hook->id}, {"text", "This is a test. If you can read it, it works."}}},
                                now);
      });
  if (!sent) return tl::unexpected(sent.error());
  wake(sources);
  return rest::Accepted<DeliveryView>{view_of(*sent)};
}

Answer<DeliveryPage> deliveries(const WebhookSources& sources, const Listed& request) {
  const auto place = rest::place_of(request.query, 1);
  if (!place) return tl::unexpected(place.error());
  const auto page = read(sources, [&](store::Connection& connection) -> base::Result<store::Page<work::Delivery>> {
    const auto hook = work::Webhooks(connection).find(request.principal.organisation, request.path.id);
    if (!hook) return tl::unexpected(hook.error());
    std::optional<work::State> state;
    if (request.query.state) state = static_cast<work::State>(*request.query.state);
    return work::Deliveries(connection)
        .of_webhook(hook->organisation, hook->id, static_cast<int>(request.query.limit),
                    place->empty() ? std::string() : place->front(), state);
  });
  if (!page) return tl::unexpected(page.error());
  DeliveryPage view;
  for (const auto& each : page->rows) view.deliveries.push_back(view_of(each));
  if (!page->next.empty()) view.next_cursor = rest::next_cursor(request.query, {page->next});
  return view;
}

Answer<rest::Accepted<DeliveryView>> resend(const WebhookSources& sources, const OfDelivery& request) {
  auto sent = change(
      sources,
      [&](store::Connection& connection, audit::Trail& trail, base::UtcTime now) -> base::Result<work::Delivery> {
        const auto delivery = work::Deliveries(connection).find(request.principal.organisation, request.path.delivery);
        if (!delivery) return tl::unexpected(delivery.error());
        if (delivery->webhook != request.path.id) return store::no_such(work::Delivery::kNoun);
        if (delivery->state == work::State::waiting || delivery->state == work::State::running)
          return base::fail(base::ErrorCode::aborted, "webhooks",
                            "it is on its way still: it is tried again by itself");
        trail.add(
            {accounts::actor_of(request.principal, visitor_of(*request.raw)), "webhook.resent", delivery->id, {}});
        return outbox::send_again(connection, sources.office.box, *delivery, now);
      });
  if (!sent) return tl::unexpected(sent.error());
  wake(sources);
  return rest::Accepted<DeliveryView>{view_of(*sent)};
}

using Shared = std::shared_ptr<const WebhookSources>;
const rest::May kNoWebhook{404, "There is no such webhook."};

void add_settings(rest::Api& api, const Shared& sources) {
  const auto access = Access::needs(access::permission::kWriteWebhooks);
  api.get("/api/webhooks", {.id = "listWebhooks", .tag = "Webhooks", .access = access, .summary = "All webhooks"},
          [sources](const rest::Request<>& request) { return list(*sources, request); });
  api.post("/api/webhooks",
           {.id = "makeWebhook",
            .tag = "Webhooks",
            .access = access,
            .summary = "Add a webhook",
            .description = "The answer holds the secret that deliveries are signed with. It is not shown again.",
            .fails = {{409, "There are 50 already."}},
            .keyed = true},
           [sources](const Made& request) { return make(*sources, request); });
  api.get("/api/webhooks/{id}",
          {.id = "showWebhook", .tag = "Webhooks", .access = access, .summary = "One webhook", .fails = {kNoWebhook}},
          [sources](const OfWebhook& request) { return show(*sources, request); });
  api.put("/api/webhooks/{id}",
          {.id = "changeWebhook",
           .tag = "Webhooks",
           .access = access,
           .summary = "Change a webhook",
           .fails = {kNoWebhook, {409, "Somebody else is changing it."}},
           .conditional = true},
          [sources](const Changed& request) { return update(*sources, request); });
  api.remove("/api/webhooks/{id}",
             {.id = "removeWebhook",
              .tag = "Webhooks",
              .access = access,
              .summary = "Remove a webhook and its deliveries",
              .fails = {kNoWebhook}},
             [sources](const OfWebhook& request) { return remove(*sources, request); });
  api.post("/api/webhooks/{id}/secret",
           {.id = "renewWebhookSecret",
            .tag = "Webhooks",
            .access = access,
            .summary = "Replace the secret",
            .description = "For a day deliveries are signed with both, so that the receiver can be changed in peace.",
            .fails = {kNoWebhook, {409, "Somebody else is changing it."}},
            .keyed = true},
           [sources](const OfWebhook& request) { return renew_secret(*sources, request); });
}

void add_deliveries(rest::Api& api, const Shared& sources) {
  const auto access = Access::needs(access::permission::kWriteWebhooks);
  api.post("/api/webhooks/{id}/test",
           {.id = "testWebhook",
            .tag = "Webhooks",
            .access = access,
            .summary = "Send a test event",
            .description = "Look at its delivery a moment later.",
            .fails = {kNoWebhook, {409, "It is switched off."}},
            .keyed = true},
           [sources](const OfWebhook& request) { return send_test(*sources, request); });
  api.get("/api/webhooks/{id}/deliveries",
          {.id = "listDeliveries",
           .tag = "Webhooks",
           .access = access,
           .summary = "What was delivered, or was not, and why",
           .fails = {kNoWebhook}},
          [sources](const Listed& request) { return deliveries(*sources, request); });
  api.post("/api/webhooks/{id}/deliveries/{delivery}/resend",
           {.id = "resendDelivery",
            .tag = "Webhooks",
            .access = access,
            .summary = "Deliver the same event again",
            .fails = {{404, "There is no such delivery of this webhook."}, {409, "It is on its way still."}},
            .keyed = true},
           [sources](const OfDelivery& request) { return resend(*sources, request); });
}

}  // namespace

void add_webhook_routes(rest::Api& api, const WebhookSources& from) {
  const auto sources = std::make_shared<const WebhookSources>(from);
  add_settings(api, sources);
  add_deliveries(api, sources);
}

}  // namespace frontdesk::api
