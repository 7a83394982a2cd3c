#include "api/key_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/key_views.hpp"
#include "api/recent_sign_in.hpp"
#include "base/clock.hpp"
#include "rest/protocol/entity_tag.hpp"
#include "vault/secrets/secret_store.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using OfKey = rest::Request<rest::Path<KeyPath>>;
using StoresKey = rest::Request<rest::Body<NewKeyBody>>;
using RotatesKey = rest::Request<rest::Path<KeyPath>, rest::Body<RotateBody>>;

constexpr const char* kTag = "Keys";
constexpr std::int64_t kDayMs = 24 * 3600 * 1000;
const rest::May kNoKey{404, "There is no such key."};

std::string words_of(secrets::Advice advice, std::int64_t age_days) {
  switch (advice) {
    case secrets::Advice::rotate:
      return "this key is " + std::to_string(age_days) +
             " days old: make a new one at the service, store it here, then revoke the old one there";
    case secrets::Advice::remove_unused:
      return "nothing has used this key for 90 days: delete it here and revoke it at the service";
    default:
      return {};
  }
}

KeyView view_of(const secrets::ApiKey& key, base::UtcTime now) {
  const auto advice = secrets::advice(key, now);
  const auto age = std::max<std::int64_t>(0, now.unix_ms - key.updated.unix_ms) / kDayMs;
  return {key.id,
          key.service,
          key.name,
          key.last_four,
          key.created,
          key.updated,
          age,
          key.last_used,
          key.uses,
          static_cast<KeyAdvice>(advice),
          words_of(advice, age),
          key.previous_until,
          key.previous_last_four};
}

/// Uses do not count: they change nothing that is edited.
std::string tag_of(const secrets::ApiKey& key) {
  const auto previous = key.previous_until ? key.previous_until->unix_ms : 0;
  return protocol::entity_tag(key.id + " " + std::to_string(key.updated.unix_ms) + " " + key.last_four + " " +
                              std::to_string(previous) + " " + key.previous_last_four);
}

rest::Problem key_problem(const base::Error& error) {
  if (error.code == base::ErrorCode::resource_exhausted || error.code == base::ErrorCode::failed_precondition)
    return {409, error.message};
  return error;
}

Answer<KeysView> list_keys(accounts::Office& office, const access::Principal& who) {
  const secrets::SecretStore store(office.box);
  const auto all =
      office.with_connection([&](store::Connection& connection) { return store.list(connection, who.organisation); });
  if (!all) return tl::unexpected(all.error());
  const auto now = base::wall_now();
  KeysView view;
  for (const auto& each : *all) view.keys.push_back(view_of(each, now));
  return view;
}

Answer<rest::Tagged<KeyView>> show_key(accounts::Office& office, const OfKey& request) {
  const secrets::SecretStore store(office.box);
  const auto key = office.with_connection([&](store::Connection& connection) {
    return store.find(connection, request.principal.organisation, request.path.id);
  });
  if (!key) return tl::unexpected(key.error());
  return rest::Tagged<KeyView>{view_of(*key, base::wall_now()), tag_of(*key)};
}

/// Letters that can be read in the audit log and on the page.
std::optional<rest::Problem> name_problem(const NewKeyBody& body) {
  std::vector<json::Problem> problems;
  const auto check = [&](const char* pointer, const std::string& text) {
    const bool control =
        std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (control || text.find_first_not_of(' ') == std::string::npos || text.size() > secrets::kLongestName)
      problems.push_back({pointer, "write 1 to 100 bytes without control characters"});
  };
  check("/service", body.service);
  check("/name", body.name);
  if (problems.empty()) return std::nullopt;
  return rest::invalid_body(problems);
}

Answer<rest::Created<KeyView>> store_key(accounts::Office& office, const StoresKey& request) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  if (auto shown = signed_in_lately(who, now); !shown) return tl::unexpected(shown.error());
  if (auto problem = name_problem(request.body)) return tl::unexpected(std::move(*problem));
  const secrets::SecretStore store(office.box);
  const auto& body = request.body;
  const auto made =
      office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<secrets::ApiKey> {
        auto key = store.add(connection, {who.organisation, who.id, body.service, body.name, body.key}, now);
        if (!key) return key;
        trail.add({accounts::actor_of(who, visitor_of(*request.raw)),
                   "keys.stored",
                   key->id,
                   {{"service", "", body.service}, {"name", "", body.name}, {"key", "", chain::shown(body.key)}}});
        return key;
      });
  if (!made) return tl::unexpected(key_problem(made.error()));
  return rest::Created<KeyView>{view_of(*made, now), "/api/keys/" + made->id, tag_of(*made)};
}

std::string shown_ending(const std::string& last_four) {
  return last_four.empty() ? "(secret)" : "(secret ending " + last_four + ")";
}

/// A change of a key as it was read: `work(connection, before)` makes it, and `record(before, after)` says what it was.
template <class Asks, class Work, class Record>
Answer<rest::Tagged<KeyView>> change_key(accounts::Office& office, const Asks& request, Work&& work, Record&& record) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  if (auto shown = signed_in_lately(who, now); !shown) return tl::unexpected(shown.error());
  const secrets::SecretStore store(office.box);
  std::optional<rest::Problem> stale;
  const auto done =
      office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<secrets::ApiKey> {
        const auto before = store.find(connection, who.organisation, request.path.id);
        if (!before) return before;
        if (auto same = request.expects(tag_of(*before)); !same) {
          stale = same.error();
          return base::fail(base::ErrorCode::aborted, "api", "the key was changed meanwhile");
        }
        const auto after = work(store, connection, now);
        if (!after) return after;
        auto [action, change] = record(*before, *after);
        trail.add(
            {accounts::actor_of(who, visitor_of(*request.raw)), std::move(action), after->id, {std::move(change)}});
        return after;
      });
  if (stale) return tl::unexpected(*stale);
  if (!done) return tl::unexpected(key_problem(done.error()));
  return rest::Tagged<KeyView>{view_of(*done, now), tag_of(*done)};
}

using Recorded = std::pair<std::string, chain::Change>;

Answer<rest::Tagged<KeyView>> rotate_key(accounts::Office& office, const RotatesKey& request) {
  return change_key(
      office, request,
      [&](const secrets::SecretStore& store, store::Connection& connection, base::UtcTime now) {
        return store.replace(connection, request.principal.organisation, request.path.id, request.body.key, now);
      },
      [&](const secrets::ApiKey& before, const secrets::ApiKey&) {
        return Recorded{"keys.rotated", {"key", shown_ending(before.last_four), chain::shown(request.body.key)}};
      });
}

Answer<rest::Tagged<KeyView>> put_back(accounts::Office& office, const OfKey& request) {
  return change_key(
      office, request,
      [&](const secrets::SecretStore& store, store::Connection& connection, base::UtcTime now) {
        return store.put_back(connection, request.principal.organisation, request.path.id, now);
      },
      [](const secrets::ApiKey& before, const secrets::ApiKey& after) {
        return Recorded{"keys.put_back", {"key", shown_ending(before.last_four), shown_ending(after.last_four)}};
      });
}

Answer<rest::Tagged<KeyView>> forget_previous(accounts::Office& office, const OfKey& request) {
  return change_key(
      office, request,
      [&](const secrets::SecretStore& store, store::Connection& connection, base::UtcTime) {
        return store.forget_previous(connection, request.principal.organisation, request.path.id);
      },
      [](const secrets::ApiKey& before, const secrets::ApiKey&) {
        return Recorded{"keys.previous_forgotten", {"previous", shown_ending(before.previous_last_four), ""}};
      });
}

Answer<rest::NoContent> delete_key(accounts::Office& office, const OfKey& request) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  if (auto shown = signed_in_lately(who, now); !shown) return tl::unexpected(shown.error());
  const secrets::SecretStore store(office.box);
  const auto done = office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto key = store.find(connection, who.organisation, request.path.id);
    if (!key) return tl::unexpected(key.error());
    trail.add({accounts::actor_of(who, visitor_of(*request.raw)),
               "keys.deleted",
               key->id,
               {{"service", key->service, ""}, {"name", key->name, ""}}});
    return store.remove(connection, who.organisation, request.path.id);
  });
  if (!done) return tl::unexpected(done.error());
  return rest::NoContent{};
}

void add_changing(rest::Api& api, accounts::Office* office) {
  const auto access = Access::needs(access::permission::kWriteKeys);
  api.post("/api/keys",
           {.id = "storeKey",
            .tag = kTag,
            .access = access,
            .summary = "Store a key",
            .description = "People must have shown a password or code within the last 15 minutes.",
            .fails = {{409, "The service has a key of that name, or there are 200 keys."}},
            .keyed = true},
           [office](const StoresKey& request) { return store_key(*office, request); });
  api.put("/api/keys/{id}",
          {.id = "rotateKey",
           .tag = kTag,
           .access = access,
           .summary = "Replace a key",
           .description = "The key before is kept, sealed, for 7 days, in which it can be put back; revoke it at the "
                          "service once the new one works. People must have shown a password or code within the last "
                          "15 minutes.",
           .fails = {kNoKey},
           .conditional = true},
          [office](const RotatesKey& request) { return rotate_key(*office, request); });
  api.post(
      "/api/keys/{id}/put-back",
      {.id = "putBackKey",
       .tag = kTag,
       .access = access,
       .summary = "Undo the last replacement",
       .description = "Within 7 days of it. The two keys change places, so that this can be undone too. People must "
                      "have shown a password or code within the last 15 minutes.",
       .fails = {kNoKey, {409, "The key before is not kept any more."}},
       .conditional = true},
      [office](const OfKey& request) { return put_back(*office, request); });
  api.remove("/api/keys/{id}/previous",
             {.id = "forgetPreviousKey",
              .tag = kTag,
              .access = access,
              .summary = "Forget the key before the last replacement",
              .description = "At once, for one that may have been seen by others. People must have shown a password or "
                             "code within the last 15 minutes.",
              .fails = {kNoKey},
              .conditional = true},
             [office](const OfKey& request) { return forget_previous(*office, request); });
  api.remove("/api/keys/{id}",
             {.id = "deleteKey",
              .tag = kTag,
              .access = access,
              .summary = "Delete a key",
              .description = "People must have shown a password or code within the last 15 minutes.",
              .fails = {kNoKey}},
             [office](const OfKey& request) { return delete_key(*office, request); });
}

}  // namespace

void add_key_routes(rest::Api& api, KeySources sources) {
  auto* office = &sources.office;
  const auto access = Access::needs(access::permission::kReadKeys);
  api.get("/api/keys", {.id = "listKeys", .tag = kTag, .access = access, .summary = "Stored keys of other services"},
          [office](const rest::Request<>& request) { return list_keys(*office, request.principal); });
  api.get("/api/keys/{id}",
          {.id = "showKey", .tag = kTag, .access = access, .summary = "One stored key", .fails = {kNoKey}},
          [office](const OfKey& request) { return show_key(*office, request); });
  add_changing(api, office);
}

}  // namespace frontdesk::api
