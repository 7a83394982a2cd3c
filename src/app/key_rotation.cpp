#include "app/key_rotation.hpp"

#include <spdlog/spdlog.h>

#include "base/clock.hpp"
#include "media/recording/call_recording.hpp"
#include "store/call_records.hpp"
#include "vault/rotation/sealed_heads.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::app {
namespace {

constexpr std::string_view kRewrap = "rewrap_keys";
constexpr std::string_view kRewrapNow = "rewrap_keys_now";
constexpr base::Duration kRewrapEvery = base::seconds(6 * 3600);
constexpr std::int64_t kWriteUsesEveryMs = 60'000;
constexpr int kDataKeysAtOnce = 100;
constexpr int kHeadsAtOnce = 100;

base::Status rewrap_data_keys(const LendConnection& lend, const std::shared_ptr<const vault::KeyRing>& ring,
                              const std::function<base::Status()>& between, Rewrapped& out) {
  const secrets::DataKeys keys(ring);
  for (std::string after;;) {
    secrets::DataKeys::Rewrapped some;
    auto done = lend([&](store::Connection& connection) -> base::Status {
      auto rewrapped = keys.rewrap_some(connection, after, kDataKeysAtOnce);
      if (!rewrapped) return tl::unexpected(rewrapped.error());
      some = std::move(*rewrapped);
      return {};
    });
    if (!done) return done;
    if (some.last.empty()) return {};
    after = some.last;
    out.data_keys += some.done;
    out.lost += some.lost;
    if (some.lost > 0 && out.first_lost.empty()) out.first_lost = "a data key in the database, at or before " + after;
    if (auto on = between(); !on) return on;
  }
}

/// The record of what is done by itself.
/// Of recordings in a bucket.
base::Status rewrap_heads(const LendConnection& lend, const vault::KeyRing& ring,
                          const std::function<base::Status()>& between, Rewrapped& out) {
  const auto purpose = [](const std::string& path) { return recording::purpose_of(path); };
  for (std::string after;;) {
    rotation::HeadsRewrapped some;
    auto done = lend([&](store::Connection& connection) -> base::Status {
      auto rewrapped = rotation::rewrap_heads(connection, ring, purpose, after, kHeadsAtOnce);
      if (!rewrapped) return tl::unexpected(rewrapped.error());
      some = std::move(*rewrapped);
      return {};
    });
    if (!done) return done;
    if (some.last.empty()) return {};
    after = some.last;
    out.files += some.done;
    out.lost += some.lost;
    if (out.first_lost.empty()) out.first_lost = some.first_lost;
    if (auto on = between(); !on) return on;
  }
}

audit::Entry entry_of(const char* action, const std::string& id) {
  return {{std::string(store::kLocalOrganisation), "system", "", ""}, action, "master_key " + id, {}};
}

std::string list_of(const std::vector<std::string>& ids) {
  std::string text;
  for (const auto& id : ids) text += (text.empty() ? "" : ", ") + id;
  return text;
}

}  // namespace

base::Result<Rewrapped> rewrap_all(const LendConnection& lend, const std::shared_ptr<const vault::KeyRing>& ring,
                                   const std::filesystem::path& data_folder, const std::string& machine,
                                   base::UtcTime now, const std::function<base::Status()>& between) {
  Rewrapped out;
  auto noted = lend([&](store::Connection& connection) { return rotation::note_ring(connection, ring->ids(), now); });
  if (!noted) return tl::unexpected(noted.error());
  if (auto done = rewrap_data_keys(lend, ring, between, out); !done) return tl::unexpected(done.error());
  const auto folders = sealed_folders(data_folder);
  auto files = rotation::rewrap_files(folders, *ring, between);
  if (!files) return tl::unexpected(files.error());
  out.files = files->done;
  out.lost += files->lost;
  if (out.first_lost.empty()) out.first_lost = files->first_lost;
  // After the files: what goes to the bucket meanwhile is found there.
  if (auto done = rewrap_heads(lend, *ring, between, out); !done) return tl::unexpected(done.error());
  for (const auto& id : ring->ids()) files->uses.try_emplace(id, 0);
  auto counted =
      lend([&](store::Connection& connection) { return rotation::note_files(connection, machine, files->uses, now); });
  if (!counted) return tl::unexpected(counted.error());
  return out;
}

KeyRotation::KeyRotation(accounts::Office& office, std::shared_ptr<MasterKeys> keys, std::filesystem::path data_folder,
                         std::string machine)
    : office_(office), keys_(std::move(keys)), data_folder_(std::move(data_folder)), machine_(std::move(machine)) {
  unwritten_.added = keys_->ring()->ids();
  unwritten_.newest_changed = true;  // perhaps while the program did not run
}

base::Result<rotation::Counts> KeyRotation::in_use() {
  auto counts = rotation::count_files(sealed_folders(data_folder_));
  if (!counts) return counts;
  return office_.with_connection([&](store::Connection& connection) -> base::Result<rotation::Counts> {
    const auto data_keys = secrets::DataKeys::master_keys(connection);
    if (!data_keys) return tl::unexpected(data_keys.error());
    const auto elsewhere = rotation::files_elsewhere(connection, machine_);
    if (!elsewhere) return tl::unexpected(elsewhere.error());
    const auto heads = rotation::count_heads(connection);
    if (!heads) return tl::unexpected(heads.error());
    auto all = *counts;
    for (const auto& more : {*data_keys, *elsewhere, *heads})
      for (const auto& [id, count] : more) all[id] += count;
    return all;
  });
}

void KeyRotation::look(base::UtcTime now, const std::function<void()>& wake) {
  const std::lock_guard lock(mutex_);
  const auto news = keys_->look([this] { return in_use(); });
  if (news.any()) {
    if (!news.added.empty()) spdlog::info("master keys: took on {}", list_of(news.added));
    if (!news.removed.empty()) spdlog::info("master keys: gave up {}, which nothing needs", list_of(news.removed));
    if (news.newest_changed) spdlog::info("master keys: {} wraps from here on", keys_->ring()->ids().back());
    unwritten_.added.insert(unwritten_.added.end(), news.added.begin(), news.added.end());
    unwritten_.removed.insert(unwritten_.removed.end(), news.removed.begin(), news.removed.end());
    unwritten_.newest_changed = unwritten_.newest_changed || news.newest_changed;
  }
  if (unwritten_.any()) {
    write_down(unwritten_, now);
    if (!unwritten_.any() && wake) wake();
  }
  if (now.unix_ms - uses_at_ms_ < kWriteUsesEveryMs && now.unix_ms >= uses_at_ms_) return;
  uses_at_ms_ = now.unix_ms;
  write_uses(now);
}

/// What cannot be written now is written the next time.
void KeyRotation::write_down(const MasterKeys::News& news, base::UtcTime now) {
  const auto done = office_.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    const auto before = connection.run("SELECT COUNT(*) FROM master_keys");
    if (!before) return tl::unexpected(before.error());
    const bool first = before->front().integer(0) == 0;  // which is made, not added
    for (const auto& id : news.added) {
      const auto there = connection.run("SELECT 1 FROM master_keys WHERE id = ? AND removed_at IS NULL", {id});
      if (!there) return tl::unexpected(there.error());
      if (there->empty() && !first) trail.add(entry_of("master_keys.added", id));
    }
    if (auto noted = rotation::note_ring(connection, keys_->ring()->ids(), now); !noted) return noted;
    for (const auto& id : news.removed) {
      if (auto noted = rotation::note_removed(connection, id, now); !noted) return noted;
      trail.add(entry_of("master_keys.removed", id));
    }
    if (!news.newest_changed) return {};
    // No singleton: one whose worker was killed would stand in the way until its lease is over.
    return jobs::add(connection, std::string(store::kLocalOrganisation), std::string(kRewrapNow), "{}", now);
  });
  if (done)
    unwritten_ = {};
  else
    spdlog::warn("master keys: what changed cannot be written down yet: {}", done.error().message);
}

void KeyRotation::write_uses(base::UtcTime now) {
  const auto uses = keys_->ring()->take_uses();
  (void)office_.transaction([&](store::Connection& connection) { return rotation::add_uses(connection, uses, now); });
  const auto all = known(now);
  if (!all) return;
  std::string missing;
  for (const auto& key : *all)
    if (key.advice == rotation::Advice::restore)
      missing += (missing.empty() ? "" : ", ") + key.id + " (" + std::to_string(key.data_keys + key.files) + " things)";
  if (!missing.empty())
    missing = "these keys are not here, and what they wrap cannot be opened: " + missing +
              ". Put their lines back into the key file, before the last one";
  const std::lock_guard lock(missing_mutex_);
  if (!missing.empty() && missing != missing_) spdlog::error("master keys: {}", missing);
  missing_ = missing;
}

std::string KeyRotation::problem() const {
  const auto file = keys_->problem();
  const std::lock_guard lock(missing_mutex_);
  return file.empty() ? missing_ : file;
}

base::Result<std::vector<rotation::MasterKey>> KeyRotation::known(base::UtcTime now) {
  return office_.with_connection(
      [&](store::Connection& connection) { return rotation::known(connection, keys_->ring()->ids(), now); });
}

std::vector<jobs::Kind> KeyRotation::jobs() {
  const auto work = [this](const jobs::Attempt& attempt) { return rewrap(attempt); };
  return {{std::string(kRewrap), work, kRewrapEvery}, {std::string(kRewrapNow), work}};
}

base::Status KeyRotation::rewrap(const jobs::Attempt& attempt) {
  const auto between = [&]() -> base::Status {
    if (attempt.stopping())
      return base::fail(base::ErrorCode::cancelled, "vault", "the program is being stopped", base::Retry::later);
    return attempt.go_on();
  };
  const auto done = rewrap_all([this](const auto& work) { return office_.with_connection(work); }, keys_->ring(),
                               data_folder_, machine_, base::wall_now(), between);
  if (!done) return tl::unexpected(done.error());
  if (done->data_keys + done->files > 0)
    spdlog::info("master keys: {} data keys and {} files are wrapped by {} now", done->data_keys, done->files,
                 keys_->ring()->ids().back());
  if (done->lost > 0)
    spdlog::error("master keys: {} things cannot be opened by any key that is here, the first: {}", done->lost,
                  done->first_lost);
  return {};
}

}  // namespace frontdesk::app
