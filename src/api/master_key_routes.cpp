#include "api/master_key_routes.hpp"

#include "api/master_key_views.hpp"
#include "base/clock.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {
namespace {

constexpr std::int64_t kDayMs = 24 * 3600 * 1000;

std::string words_of(const rotation::MasterKey& key, std::int64_t age_days) {
  switch (key.advice) {
    case rotation::Advice::make_new:
      return "the newest key is " + std::to_string(age_days) + " days old: run `frontdesk key new` on the machine";
    case rotation::Advice::wait:
      return "everything that it wraps is being wrapped by the newest key; leave it in the file";
    case rotation::Advice::take_out:
      return "nothing needs it any more: `frontdesk key take-out " + key.id +
             "`, and keep it with the backups from before the rotation";
    case rotation::Advice::restore:
      return "what it wraps cannot be opened: put its line back into the key file, before the last one";
    case rotation::Advice::none:
      break;
  }
  return {};
}

MasterKeyView view_of(const rotation::MasterKey& key, base::UtcTime now) {
  MasterKeyView view;
  view.id = key.id;
  view.here = key.here;
  view.newest = key.newest;
  if (key.first_seen.unix_ms > 0) {
    view.first_used = key.first_seen;
    view.age_days = std::max<std::int64_t>(0, now.unix_ms - key.first_seen.unix_ms) / kDayMs;
  }
  view.last_used = key.last_used;
  view.removed = key.removed_at;
  view.uses = key.uses;
  view.data_keys = key.data_keys;
  view.files = key.files;
  view.in_use_by = key.data_keys + key.files;
  view.files_counted = key.counted_at;
  view.advice = static_cast<MasterKeyAdvice>(key.advice);
  view.advice_words = words_of(key, view.age_days);
  return view;
}

rest::Answer<MasterKeysView> list(const MasterKeySources& sources, const access::Principal& who) {
  // They are the installation's, and no business of whoever has an organisation of their own on it.
  if (who.organisation != store::kLocalOrganisation)
    return tl::unexpected(rest::Problem{404, "There is nothing here for this organisation."});
  const auto now = base::wall_now();
  const auto known = sources.known(now);
  if (!known) return tl::unexpected(known.error());
  MasterKeysView view;
  view.source = sources.by_file ? "file" : "environment";
  view.problem = sources.problem();
  for (const auto& key : *known) view.keys.push_back(view_of(key, now));
  return view;
}

}  // namespace

void add_master_key_routes(rest::Api& api, MasterKeySources sources) {
  api.get("/api/keys/master",
          {.id = "listMasterKeys",
           .tag = "Keys",
           .access = rest::Access::needs(access::permission::kReadKeys),
           .summary = "The installation's master keys, by their ids",
           .description = "What each still wraps, and which may be taken out. The keys themselves are never shown.",
           .fails = {{404, "They belong to another organisation's installation."}}},
          [sources = std::move(sources)](const rest::Request<>& request) { return list(sources, request.principal); });
}

}  // namespace frontdesk::api
