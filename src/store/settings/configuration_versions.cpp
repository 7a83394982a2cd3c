#include "store/settings/configuration_versions.hpp"

#include "base/entropy.hpp"

namespace frontdesk::settings {

base::Result<ConfigurationVersion> ConfigurationVersions::draft(const std::string& organisation,
                                                                const std::string& subject) const {
  return one("organisation = ? AND subject = ? AND state = 'draft'", {organisation, subject});
}

base::Result<ConfigurationVersion> ConfigurationVersions::published(const std::string& organisation,
                                                                    const std::string& subject) const {
  return one("organisation = ? AND subject = ? AND state = 'published'", {organisation, subject});
}

base::Result<ConfigurationVersion> ConfigurationVersions::version(const std::string& organisation,
                                                                  const std::string& subject,
                                                                  std::int64_t number) const {
  return one("organisation = ? AND subject = ? AND number = ?", {organisation, subject, number});
}

base::Result<std::vector<ConfigurationVersion>> ConfigurationVersions::history(const std::string& organisation,
                                                                               const std::string& subject,
                                                                               int limit) const {
  return select("organisation = ? AND subject = ? ORDER BY number DESC LIMIT ?",
                {organisation, subject, std::int64_t{std::clamp(limit, 1, store::kLongestList)}});
}

base::Result<ConfigurationVersion> ConfigurationVersions::seen_draft(const std::string& organisation,
                                                                     const std::string& subject,
                                                                     std::int64_t seen) const {
  auto found = draft(organisation, subject);
  if (found && found->version != seen) return store::changed_meanwhile("draft");
  return found;
}

base::Result<std::int64_t> ConfigurationVersions::next_number(const std::string& organisation,
                                                              const std::string& subject) const {
  const auto rows = connection_.run(
      "SELECT COALESCE(MAX(number), 0) + 1 FROM configuration_versions WHERE organisation = ? AND subject = ?",
      {organisation, subject});
  if (!rows) return tl::unexpected(rows.error());
  return rows->front().integer(0);
}

base::Status ConfigurationVersions::begin_draft(ConfigurationVersion& made, const Draft& draft, base::UtcTime now) {
  const auto number = next_number(draft.organisation, draft.subject);
  if (!number) return tl::unexpected(number.error());
  made.id = base::new_id("cfg");
  made.organisation = draft.organisation;
  made.subject = draft.subject;
  made.number = *number;
  made.content = draft.content;
  made.author = draft.author;
  made.note = draft.note;
  made.created_at = now;
  made.updated_at = now;
  const auto current = published(draft.organisation, draft.subject);
  if (!current && current.error().code != base::ErrorCode::not_found) return tl::unexpected(current.error());
  made.based_on = current ? current->number : 0;
  return add(made);
}

base::Result<ConfigurationVersion> ConfigurationVersions::save_draft(const Draft& wanted, std::int64_t seen,
                                                                     base::UtcTime now) {
  ConfigurationVersion saved;
  auto done = connection_.transaction([&]() -> base::Status {
    saved = {};
    auto there = seen_draft(wanted.organisation, wanted.subject, seen);
    if (!there && there.error().code == base::ErrorCode::not_found && seen == 0) return begin_draft(saved, wanted, now);
    if (!there && there.error().code == base::ErrorCode::not_found) return store::changed_meanwhile("draft");
    if (!there) return tl::unexpected(there.error());
    there->content = wanted.content;
    there->author = wanted.author;
    there->note = wanted.note;
    there->updated_at = now;
    auto replaced = replace(std::move(*there));
    if (!replaced) return tl::unexpected(replaced.error());
    saved = std::move(*replaced);
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return saved;
}

base::Status ConfigurationVersions::discard_draft(const std::string& organisation, const std::string& subject,
                                                  std::int64_t seen) {
  return connection_.transaction([&]() -> base::Status {
    const auto there = seen_draft(organisation, subject, seen);
    if (!there) return tl::unexpected(there.error());
    return remove(organisation, there->id);
  });
}

base::Status ConfigurationVersions::supersede(const std::string& organisation, const std::string& subject,
                                              base::UtcTime now) {
  return connection_.write(
      "UPDATE configuration_versions SET state = 'superseded', updated_at = ? WHERE organisation = ? AND subject = ? "
      "AND "
      "state = 'published'",
      {now.unix_ms, organisation, subject});
}

base::Result<ConfigurationVersion> ConfigurationVersions::publish(const std::string& organisation,
                                                                  const std::string& subject, std::int64_t seen,
                                                                  base::UtcTime now) {
  ConfigurationVersion out;
  auto done = connection_.transaction([&]() -> base::Status {
    auto there = seen_draft(organisation, subject, seen);
    if (!there) return tl::unexpected(there.error());
    if (auto cleared = supersede(organisation, subject, now); !cleared) return cleared;
    there->state = VersionState::published;
    there->published_at = now;
    there->updated_at = now;
    auto replaced = replace(std::move(*there));
    if (!replaced) return tl::unexpected(replaced.error());
    out = std::move(*replaced);
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

base::Result<ConfigurationVersion> ConfigurationVersions::restore(const std::string& organisation,
                                                                  const std::string& subject, std::int64_t number,
                                                                  const std::string& author, base::UtcTime now) {
  ConfigurationVersion out;
  auto done = connection_.transaction([&]() -> base::Status {
    auto earlier = version(organisation, subject, number);
    if (!earlier) return tl::unexpected(earlier.error());
    const auto next = next_number(organisation, subject);
    if (!next) return tl::unexpected(next.error());
    if (auto cleared = supersede(organisation, subject, now); !cleared) return cleared;
    out = std::move(*earlier);
    out.id = base::new_id("cfg");
    out.number = *next;
    out.state = VersionState::published;
    out.author = author;
    out.based_on = number;
    out.created_at = now;
    out.updated_at = now;
    out.published_at = now;
    out.version = 1;
    return add(out);
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace frontdesk::settings
