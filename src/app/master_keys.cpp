#include "app/master_keys.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/clock.hpp"
#include "config/config.hpp"
#include "media/recording/call_recording.hpp"
#include "records/journals/journal_file.hpp"

namespace frontdesk::app {
namespace {

constexpr base::Duration kCountEvery = base::seconds(30);
constexpr std::string_view kSealed = ".sealed";

bool among(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::string master_keys_of_environment() {
  const auto environment = config::process_environment();
  const auto found = environment.find(vault::kMasterKeyVariable);
  return found == environment.end() ? std::string() : found->second;
}

std::vector<rotation::SealedFolder> sealed_folders(const std::filesystem::path& data_folder) {
  const auto sealed = [](const std::filesystem::path& file, std::string purpose) {
    return file.extension() == kSealed ? std::optional(std::move(purpose)) : std::nullopt;
  };
  return {{data_folder / "recordings",
           [sealed](const std::filesystem::path& file) { return sealed(file, recording::purpose_of(file)); }},
          {data_folder / "journals",
           [sealed](const std::filesystem::path& file) { return sealed(file, journals::purpose_of(file)); }},
          {data_folder / "waiting", [sealed](const std::filesystem::path& file) {
             return sealed(file, "waiting " + file.filename().string());
           }}};
}

base::Result<std::shared_ptr<MasterKeys>> MasterKeys::open(const std::filesystem::path& data_folder,
                                                           const std::string& environment) {
  const auto file = environment.empty() ? data_folder / vault::kMasterKeyFile : std::filesystem::path();
  const auto seen = stamp_of(file);  // before it is read: what is written meanwhile is seen later
  auto ring = vault::open_key_ring(data_folder, environment);
  if (!ring) return tl::unexpected(ring.error());
  std::shared_ptr<MasterKeys> keys(new MasterKeys(std::move(*ring), file));
  keys->seen_ = seen;
  return keys;
}

std::optional<MasterKeys::Stamp> MasterKeys::stamp_of(const std::filesystem::path& file) {
  struct stat found {};
  if (file.empty() || ::stat(file.c_str(), &found) != 0) return std::nullopt;
  return Stamp{found.st_ino, found.st_size, nanoseconds(found.st_mtim), nanoseconds(found.st_ctim)};
}

std::string MasterKeys::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void MasterKeys::complain(const std::string& problem) {
  const std::lock_guard lock(mutex_);
  if (problem_ == problem) return;
  problem_ = problem;
  if (problem.empty())
    spdlog::info("master keys: all is well again");
  else
    spdlog::error("master keys: {}", problem);
}

MasterKeys::News MasterKeys::look(const InUse& in_use) {
  if (!by_file()) return {};
  const auto now = stamp_of(file_);
  const bool count_again = !kept_.empty() && base::monotonic_now() - counted_at_ >= kCountEvery;
  if (now == seen_ && !count_again) return {};
  auto fresh = vault::KeyRing::load(file_);
  if (!fresh) {
    seen_ = now;
    complain("the file was changed and cannot be used, so the keys before stay in force: " + fresh.error().message);
    return {};
  }
  seen_ = now;
  return take(std::move(*fresh), in_use);
}

MasterKeys::News MasterKeys::take(vault::KeyRing fresh, const InUse& in_use) {
  const auto before = ring_->ids();
  const auto wanted = fresh.ids();
  News news;
  std::vector<std::string> gone;
  for (const auto& id : before)
    if (!among(wanted, id)) gone.push_back(id);
  std::string needed;
  kept_.clear();
  if (!gone.empty()) {
    const auto counts = in_use();
    counted_at_ = base::monotonic_now();
    for (const auto& id : gone) {
      const auto count = counts ? counts->find(id) : rotation::Counts::const_iterator();
      const bool unneeded = counts && (count == counts->end() || count->second == 0);
      if (unneeded) {
        news.removed.push_back(id);
        continue;
      }
      kept_.push_back(id);
      (void)fresh.keep_from(*ring_, id);
      if (!needed.empty()) needed += ", ";
      needed += id + (counts ? " (" + std::to_string(count->second) + " things)" : " (they cannot be counted now)");
    }
  }
  for (const auto& id : wanted)
    if (!among(before, id)) news.added.push_back(id);
  news.newest_changed = wanted.back() != before.back();
  ring_->adopt(fresh);
  complain(needed.empty() ? std::string()
                          : "taken out of " + file_.string() + " but still needed: " + needed +
                                ". They are kept in memory until nothing needs them; if the program stops before, what "
                                "they wrap cannot be opened: put their lines back, before the last one");
  return news;
}

}  // namespace frontdesk::app
