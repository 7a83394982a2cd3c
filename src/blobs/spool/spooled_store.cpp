#include "blobs/spool/spooled_store.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::spool {
namespace {

constexpr std::uint64_t kNearlyFull = 80;  ///< per cent of most_bytes
constexpr std::size_t kMostNote = 64 * 1024;

base::Status each(blobs::BlobStore& store, const std::function<base::Status(const std::string&)>& visit) {
  for (std::string after;;) {
    const auto page = store.list("", after, blobs::kLongestPage);
    if (!page) return tl::unexpected(page.error());
    for (const auto& blob : page->blobs) {
      after = blob.key;
      if (auto good = visit(blob.key); !good) return good;
    }
    if (!page->more) return {};
  }
}

/// A blob as it is sent.
class Outgoing final : public blobs::Source {
 public:
  Outgoing(blobs::Source& from, const std::string& key, const SpoolOptions& options)
      : from_(from), key_(key), options_(options) {}
  base::Result<std::string> read(std::size_t room) override {
    auto bytes = from_.read(room);
    if (bytes && options_.on_the_way) options_.on_the_way(key_, at_, *bytes);
    if (bytes) at_ += bytes->size();
    return bytes;
  }

 private:
  blobs::Source& from_;
  const std::string& key_;
  const SpoolOptions& options_;
  std::uint64_t at_ = 0;
};

}  // namespace

SpooledStore::SpooledStore(blobs::BlobStore& remote, SpoolOptions options, std::function<void()> stop_remote)
    : remote_(remote),
      options_(std::move(options)),
      stop_remote_(std::move(stop_remote)),
      random_(base::random_u64()) {}

SpooledStore::~SpooledStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (stop_remote_) stop_remote_();
  if (thread_.joinable()) thread_.join();
}

base::Result<std::unique_ptr<SpooledStore>> SpooledStore::open(blobs::BlobStore& remote, SpoolOptions options,
                                                               std::function<void()> stop_remote) {
  std::unique_ptr<SpooledStore> self(new SpooledStore(remote, std::move(options), std::move(stop_remote)));
  const auto& wanted = self->options_;
  auto blobs = disk::DiskStore::open({wanted.folder / "blobs", wanted.keys, wanted.keep_free, wanted.as_it_is});
  if (!blobs) return tl::unexpected(blobs.error());
  auto notes = disk::DiskStore::open({self->options_.folder / "notes", nullptr, 0});
  if (!notes) return tl::unexpected(notes.error());
  self->blobs_ = std::move(*blobs);
  self->notes_ = std::move(*notes);
  if (auto recovered = self->recover(); !recovered) return tl::unexpected(recovered.error());
  self->thread_ = std::thread([raw = self.get()] { raw->run(); });
  return self;
}

/// What a note says; what a damaged one still means: a blob that waits.
SpooledStore::Errand SpooledStore::read_note(const std::string& text) {
  Errand errand;
  errand.content_type = blobs::PutOptions{}.content_type;
  errand.since_ms = base::wall_now().unix_ms;
  try {
    const auto json = boost::json::parse(text).as_object();
    const bool removal = json.at("removal").as_bool();
    errand.content_type = json.at("content_type").as_string();
    errand.upload = json.at("upload").as_string();
    errand.since_ms = json.at("since_ms").to_number<std::int64_t>();
    errand.removal = removal;
  } catch (const std::exception&) {
    errand.upload.clear();
  }
  return errand;
}

/// A blob without a note was never acknowledged; a note without a blob says that it was sent.
base::Status SpooledStore::recover() {
  auto noted = each(*notes_, [this](const std::string& key) -> base::Status {
    const auto text = notes_->get(key, 0, kMostNote);
    if (!text) return tl::unexpected(text.error());
    auto errand = read_note(*text);
    errand.generation = ++last_generation_;
    const auto blob = blobs_->head(key);
    if (blob) errand.size = blob->size;
    if (!blob && blob.error().code != base::ErrorCode::not_found) return tl::unexpected(blob.error());
    if (!errand.removal && !blob) return notes_->remove(key);
    errands_[key] = errand;
    return {};
  });
  if (!noted) return noted;
  return each(*blobs_, [this](const std::string& key) -> base::Status {
    const auto found = errands_.find(key);
    return found == errands_.end() || found->second.removal ? blobs_->remove(key) : base::Status{};
  });
}

base::Status SpooledStore::write_note(const std::string& key, const Errand& errand) {
  const boost::json::object json{{"removal", errand.removal},
                                 {"content_type", errand.content_type},
                                 {"upload", errand.upload},
                                 {"since_ms", errand.since_ms}};
  blobs::TextSource text(boost::json::serialize(json));
  const auto written = notes_->put(key, text, {});
  if (written) return {};
  return tl::unexpected(written.error());
}

/// From here on, and after a restart, this is what is to be done with the key.
base::Status SpooledStore::note_changed(const std::string& key, Errand errand) {
  if (auto noted = write_note(key, errand); !noted) return noted;
  const std::lock_guard lock(mutex_);
  errand.generation = ++last_generation_;
  errands_[key] = std::move(errand);
  pause_until_ = {};
  changed_.notify_all();
  return {};
}

std::optional<SpooledStore::Errand> SpooledStore::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = errands_.find(key);
  return found == errands_.end() ? std::nullopt : std::optional(found->second);
}

base::Result<blobs::Written> SpooledStore::put(const std::string& key, blobs::Source& source,
                                               const blobs::PutOptions& options) {
  const std::lock_guard writing(writing_);
  if (status().bytes >= options_.most_bytes) {
    const std::lock_guard lock(mutex_);
    ++counts_.refused;
    no_room_ = true;
    return base::fail(base::ErrorCode::resource_exhausted, "spool",
                      "too much waits to be uploaded: mend the storage service", base::Retry::later);
  }
  auto written = blobs_->put(key, source, {});
  if (!written) {
    const std::lock_guard lock(mutex_);
    const bool full = written.error().code == base::ErrorCode::resource_exhausted;
    if (full) ++counts_.refused;
    no_room_ = no_room_ || full;
    return written;
  }
  Errand errand;
  errand.content_type = options.content_type;
  errand.size = written->size;
  errand.since_ms = base::wall_now().unix_ms;
  if (auto noted = note_changed(key, errand); !noted) return tl::unexpected(noted.error());
  const std::lock_guard lock(mutex_);
  no_room_ = false;
  return written;
}

base::Status SpooledStore::remove(const std::string& key) {
  if (auto good = blobs::check_key(key); !good) return good;
  const std::lock_guard writing(writing_);
  Errand errand;
  errand.removal = true;
  errand.since_ms = base::wall_now().unix_ms;
  if (const auto before = find(key)) errand.upload = before->upload;
  if (auto noted = note_changed(key, errand); !noted) return noted;
  return blobs_->remove(key);
}

base::Result<std::string> SpooledStore::get(const std::string& key, std::uint64_t offset, std::size_t length) {
  const auto errand = find(key);
  if (errand && errand->removal) return base::fail(base::ErrorCode::not_found, "spool", "the blob was removed");
  if (errand) {
    auto waiting = blobs_->get(key, offset, length);
    if (waiting || waiting.error().code != base::ErrorCode::not_found) return waiting;
  }
  return remote_.get(key, offset, length);  // it may have been sent this moment
}

base::Result<blobs::Info> SpooledStore::head(const std::string& key) {
  const auto errand = find(key);
  if (errand && errand->removal) return base::fail(base::ErrorCode::not_found, "spool", "the blob was removed");
  if (errand) {
    auto waiting = blobs_->head(key);
    if (waiting || waiting.error().code != base::ErrorCode::not_found) return waiting;
  }
  return remote_.head(key);
}

base::Result<blobs::Page> SpooledStore::list(const std::string& prefix, const std::string& after, int limit) {
  limit = std::clamp(limit, 1, blobs::kLongestPage);
  std::map<std::string, std::uint64_t> merged;
  std::set<std::string> removed;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, errand] : errands_) {
      if (!key.starts_with(prefix) || key <= after) continue;
      if (errand.removal) removed.insert(key);
      if (!errand.removal) merged.emplace(key, errand.size);
    }
  }
  bool more = true;
  std::size_t remaining = 0;
  for (std::string from = after; more && remaining <= static_cast<std::size_t>(limit);) {
    const auto page = remote_.list(prefix, from, limit);
    if (!page) return page;
    for (const auto& blob : page->blobs) {
      from = blob.key;
      if (removed.contains(blob.key)) continue;
      merged.emplace(blob.key, blob.size);
      ++remaining;
    }
    more = page->more && !page->blobs.empty();
    if (more && remaining >= static_cast<std::size_t>(limit)) {
      // What is known beyond the last remote key may have unknown keys before it.
      merged.erase(merged.upper_bound(from), merged.end());
      break;
    }
  }
  blobs::Page out;
  for (const auto& [key, size] : merged) {
    if (out.blobs.size() == static_cast<std::size_t>(limit)) break;
    out.blobs.push_back({key, size});
  }
  out.more = more || merged.size() > out.blobs.size();
  return out;
}

SpoolStatus SpooledStore::status() const {
  const std::lock_guard lock(mutex_);
  SpoolStatus status = counts_;
  std::int64_t first = 0;
  for (const auto& [key, errand] : errands_) {
    ++status.waiting;
    status.bytes += errand.size;
    if (first == 0 || errand.since_ms < first) first = errand.since_ms;
  }
  if (first > 0) status.oldest = base::milliseconds(std::max<std::int64_t>(0, base::wall_now().unix_ms - first));
  status.alarm =
      status.oldest > options_.alarm_after || no_room_ || status.bytes > options_.most_bytes / 100 * kNearlyFull;
  return status;
}

bool SpooledStore::waits(const std::string& key) const {
  const auto errand = find(key);
  return errand && !errand->removal;
}

void SpooledStore::hurry() {
  const std::lock_guard lock(mutex_);
  pause_until_ = {};
  for (auto& [key, errand] : errands_) errand.not_before = {};
  changed_.notify_all();
}

bool SpooledStore::wait_until_sent(base::Duration limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [this] { return errands_.empty(); });
}

/// The errand that has waited longest of those that may be tried; false when it is time to stop.
bool SpooledStore::wait_for_work(std::unique_lock<std::mutex>& lock, std::string& key) {
  while (!stopping_) {
    const auto now = base::monotonic_now();
    auto next = base::kNever;
    const std::pair<const std::string, Errand>* best = nullptr;
    for (const auto& each : errands_) {
      const auto at = std::max(each.second.not_before, pause_until_);
      next = std::min(next, at);
      if (at <= now && (best == nullptr || each.second.generation < best->second.generation)) best = &each;
    }
    if (best != nullptr) {
      key = best->first;
      return true;
    }
    if (next == base::kNever) {
      changed_.wait(lock);
    } else {
      changed_.wait_for(lock, next - now);
    }
  }
  return false;
}

void SpooledStore::run() {
  std::string key;
  for (;;) {
    Errand errand;
    {
      std::unique_lock lock(mutex_);
      if (!wait_for_work(lock, key)) return;
      errand = errands_.at(key);
    }
    settle(key, errand, carry_out(key, errand));
  }
}

base::Result<bool> SpooledStore::carry_out(const std::string& key, const Errand& errand) {
  if (errand.removal) {
    arrived_.erase(key);
    if (!errand.upload.empty())
      if (auto given_up = remote_.abandon(key, errand.upload); !given_up) return tl::unexpected(given_up.error());
    if (auto removed = remote_.remove(key); !removed) return tl::unexpected(removed.error());
    return true;
  }
  auto& arrived = arrived_[key];
  if (arrived.generation != errand.generation) {
    const auto written = send(key, errand);
    if (!written) return tl::unexpected(written.error());
    arrived = {errand.generation, *written};
  }
  auto wanted = options_.sent ? options_.sent(key, arrived.written) : base::Result<bool>(true);
  if (wanted) arrived_.erase(key);
  return wanted;
}

/// What is there then is asked for: only that lets the copy here go.
base::Result<blobs::Written> SpooledStore::send(const std::string& key, const Errand& errand) {
  auto source = blobs_->source(key);
  if (!source) return tl::unexpected(source.error());
  blobs::PutOptions options;
  options.content_type = errand.content_type;
  options.resume = errand.upload;
  options.began = [&](const std::string& upload) {
    const std::lock_guard writing(writing_);
    const std::lock_guard lock(mutex_);
    const auto found = errands_.find(key);
    if (found == errands_.end()) return;
    // What is to be removed meanwhile must not leave parts behind.
    if (found->second.generation != errand.generation && !found->second.removal) return;
    found->second.upload = upload;
    static_cast<void>(write_note(key, found->second));  // without it the upload is merely begun anew
  };
  Outgoing outgoing(**source, key, options_);
  const auto written = remote_.put(key, outgoing, options);
  if (!written) return tl::unexpected(written.error());
  const auto there = remote_.head(key);
  if (!there) return tl::unexpected(there.error());
  if (there->size != written->size)
    return base::fail(base::ErrorCode::data_loss, "spool", "the storage service has not kept what it was sent",
                      base::Retry::later);
  return written;
}

void SpooledStore::failed(Errand& errand, const base::Error& error) {
  ++counts_.failures;
  counts_.last_error = error.message;
  ++errand.failures;
  const auto now = base::monotonic_now();
  errand.not_before = now + options_.backoff.wait(errand.failures, random_);
  // A service that does not answer is not asked for each key in turn.
  if (error.retry != base::Retry::never) pause_until_ = now + options_.backoff.wait(errand.failures, random_);
}

void SpooledStore::settle(const std::string& key, const Errand& done, const base::Result<bool>& outcome) {
  const std::lock_guard writing(writing_);
  std::unique_lock lock(mutex_);
  auto& errand = errands_.at(key);
  if (!outcome) return failed(errand, outcome.error());
  counts_.last_error.clear();
  ++counts_.sent;
  if (errand.generation != done.generation) return;  // something newer waits under this key
  if (!*outcome) {
    Errand removal;
    removal.removal = true;
    removal.since_ms = errand.since_ms;
    removal.generation = ++last_generation_;
    if (auto noted = write_note(key, removal); !noted) return failed(errand, noted.error());
    errand = removal;
    static_cast<void>(blobs_->remove(key));
    return;
  }
  // The note goes first: a blob without one is removed at the next start.
  const auto unnoted = notes_->remove(key);
  if (unnoted) static_cast<void>(blobs_->remove(key));
  if (!unnoted) counts_.last_error = unnoted.error().message;
  if (unnoted) errands_.erase(key);
  if (!unnoted) errand.not_before = base::monotonic_now() + options_.backoff.longest;
  changed_.notify_all();
}

}  // namespace frontdesk::spool
