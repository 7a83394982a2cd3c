#include "api/retention_routes.hpp"

#include <algorithm>

#include "api/auth_routes.hpp"
#include "api/retention_views.hpp"
#include "base/clock.hpp"
#include "rest/protocol/entity_tag.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using store::RetentionPolicy;
using Changed = rest::Request<rest::Body<RetentionView>>;
using Shown = rest::Tagged<RetentionView>;

constexpr const char* kTag = "Privacy";
constexpr std::int64_t kMostDays = 36'500;

std::string days(std::int64_t count) {
  return std::to_string(count);
}

std::uint32_t shown(std::int64_t count) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, kMostDays));
}

Shown view_of(const RetentionPolicy& policy) {
  return {{shown(policy.transcripts_days), shown(policy.messages_days), shown(policy.calls_days)},
          protocol::entity_tag(days(policy.transcripts_days) + "." + days(policy.messages_days) + "." +
                               days(policy.calls_days))};
}

base::Result<RetentionPolicy> in_force(const RetentionSources& sources, store::Connection& connection,
                                       const std::string& organisation) {
  const auto own = store::retention_policy(connection, organisation);
  if (!own) return tl::unexpected(own.error());
  return *own ? **own : sources.usual();
}

Answer<Shown> show(const RetentionSources& sources, const access::Principal& who) {
  const auto policy = sources.office.with_connection(
      [&](store::Connection& connection) { return in_force(sources, connection, who.organisation); });
  if (!policy) return tl::unexpected(policy.error());
  return view_of(*policy);
}

Answer<void> check(const RetentionView& body) {
  std::vector<json::Problem> problems;
  const auto days_of = [&](const char* pointer, std::uint32_t days) {
    if (days > kMostDays) problems.push_back({pointer, "at most 36500 days; 0 for good"});
  };
  days_of("/transcripts_days", body.transcripts_days);
  days_of("/messages_days", body.messages_days);
  days_of("/calls_days", body.calls_days);
  if (problems.empty()) return {};
  return tl::unexpected(rest::invalid_body(problems));
}

Answer<Shown> change(const RetentionSources& sources, const Changed& request) {
  const auto now = base::wall_now();
  const auto& who = request.principal;
  const auto& body = request.body;
  if (auto checked = check(body); !checked) return tl::unexpected(checked.error());
  const RetentionPolicy wanted{body.transcripts_days, body.messages_days, body.calls_days};
  std::optional<rest::Problem> stale;
  const auto done = sources.office.change(
      now, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<RetentionPolicy> {
        const auto before = in_force(sources, connection, who.organisation);
        if (!before) return before;
        if (auto same = request.expects(view_of(*before).entity_tag); !same) {
          stale = same.error();
          return base::fail(base::ErrorCode::aborted, "api", "the retention was changed meanwhile");
        }
        trail.add({accounts::actor_of(who, visitor_of(*request.raw)),
                   "retention.changed",
                   who.organisation,
                   {{"transcripts_days", days(before->transcripts_days), days(wanted.transcripts_days)},
                    {"messages_days", days(before->messages_days), days(wanted.messages_days)},
                    {"calls_days", days(before->calls_days), days(wanted.calls_days)}}});
        if (auto set = store::set_retention_policy(connection, who.organisation, wanted, now); !set)
          return tl::unexpected(set.error());
        return wanted;
      });
  if (stale) return tl::unexpected(*stale);
  if (!done) return tl::unexpected(done.error());
  return view_of(*done);
}

}  // namespace

void add_retention_routes(rest::Api& api, RetentionSources sources) {
  api.get("/api/privacy/retention",
          {.id = "showRetention",
           .tag = kTag,
           .access = Access::needs(access::permission::kExportPrivacy),
           .summary = "How long things are kept"},
          [sources](const rest::Request<>& request) { return show(sources, request.principal); });
  api.put("/api/privacy/retention",
          {.id = "changeRetention",
           .tag = kTag,
           .access = Access::needs(access::permission::kErasePrivacy),
           .summary = "Change how long things are kept",
           .description = "In place of what the configuration file says. What is older goes within the hour, for good.",
           .conditional = true},
          [sources](const Changed& request) { return change(sources, request); });
}

}  // namespace frontdesk::api
