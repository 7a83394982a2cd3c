#include "app/recording_store.hpp"

#include <spdlog/spdlog.h>

#include <fstream>

#include "app/database_location.hpp"
#include "app/load_config.hpp"
#include "app/storage_trial.hpp"
#include "base/entropy.hpp"
#include "store/database.hpp"
#include "vault/sealed_file.hpp"
#include "vault/sealed_head.hpp"

namespace frontdesk::app {
namespace {

struct Bucket {
  std::unique_ptr<outbound::Client> client;
  std::unique_ptr<s3::S3Store> store;
};

base::Result<Bucket> open_bucket(const config::Config& config) {
  outbound::ClientOptions options;
  options.policy = outbound_policy(config.outbound);
  options.ca_file = config.outbound.ca_file;
  auto client = outbound::start_client(std::move(options));
  if (!client) return tl::unexpected(client.error());
  auto store = s3::S3Store::create(**client, s3_options(config.storage));
  if (!store) return tl::unexpected(store.error());
  return Bucket{std::move(*client), std::move(*store)};
}

base::Status fetch(s3::S3Store& bucket, const std::string& recording, const std::filesystem::path& to) {
  const auto info = bucket.head(recording);
  if (!info) return tl::unexpected(info.error());
  std::ofstream file(to, std::ios::binary | std::ios::trunc);
  for (std::uint64_t at = 0; at < info->size;) {
    const auto part = bucket.get(recording, at, blobs::kLongestRead);
    if (!part) return tl::unexpected(part.error());
    if (part->empty()) break;
    file << *part;
    at += part->size();
  }
  if (file.flush()) return {};
  return base::fail(base::ErrorCode::unavailable, "recording", "cannot write " + to.string());
}

}  // namespace

base::Result<std::unique_ptr<RecordingStore>> RecordingStore::open(const config::Config& config,
                                                                   std::shared_ptr<const vault::KeyRing> keys) {
  if (config.storage.s3_bucket.empty()) return nullptr;
  const auto location = database_location(config);
  const auto machine = location.shared() ? store::machine_name(location.folder) : std::string();
  if (!machine) return tl::unexpected(machine.error());
  auto bucket = open_bucket(config);
  if (!bucket) return tl::unexpected(bucket.error());
  auto self = std::make_unique<RecordingStore>();
  self->client_ = std::move(bucket->client);
  self->bucket_ = std::move(bucket->store);
  archive::ArchiveOptions options;
  options.data_folder = config.server.data;
  options.machine = *machine;
  options.keep_days = config.recording.keep_days;
  options.keep_local_hours = config.storage.keep_local_hours;
  options.most_waiting = static_cast<std::uint64_t>(config.storage.spool_gb) << 30U;
  options.keep_free = static_cast<std::uint64_t>(config.storage.keep_free_gb) << 30U;
  options.head = [keys = std::move(keys)](const std::filesystem::path& file) -> base::Result<vault::Bytes> {
    const auto key = vault::master_key_of_file(file);
    if (!key && key.error().code == base::ErrorCode::data_loss) return vault::Bytes();  // cut off at its very beginning
    if (!key) return tl::unexpected(key.error());
    return vault::head_of_file(file, *keys, recording::purpose_of(file));
  };
  options.tell = [told = std::string()](const std::string& problem) mutable {
    // How many wait changes with every call.
    const auto why = problem.substr(std::min(problem.find(": "), problem.size()));
    if (problem.empty()) spdlog::info("recordings reach the bucket again");
    if (!problem.empty() && why != told) spdlog::warn("recordings do not reach the bucket: {}", problem);
    told = why;
  };
  auto archive = archive::RecordingArchive::open(
      *self->bucket_, [location] { return store::open_connection(location, store::OpenMode::read_write); },
      std::move(options), [bucket = self->bucket_.get()] { bucket->stop(); });
  if (!archive) return tl::unexpected(archive.error());
  self->archive_ = std::move(*archive);
  spdlog::info("recordings go to the bucket {}", config.storage.s3_bucket);
  return self;
}

api::RecordingPlace recording_place(const std::filesystem::path& data_folder, RecordingStore* store) {
  api::RecordingPlace place;
  if (store != nullptr) {
    place.find = [store](const std::string& recording) { return store->find(recording); };
    place.forget = [store](const std::string& recording) { return store->forget(recording); };
    return place;
  }
  // What a bucket that is not configured any more has left here is played still.
  place.find = [data_folder](const std::string& recording) -> base::Result<std::filesystem::path> {
    if (auto here = archive::find_here(data_folder, recording)) return *here;
    return base::fail(base::ErrorCode::not_found, "recording", "the recording is not in the data folder");
  };
  // Of what such a bucket has, the head goes with the row: nobody can open it.
  place.forget = [data_folder](const std::string& recording) -> base::Status {
    if (auto gone = archive::remove_here(data_folder, recording); !gone) return tl::unexpected(gone.error());
    return archive::remove_waiting(data_folder, recording);
  };
  return place;
}

base::Result<std::shared_ptr<const recording::RecordingReader>> open_recording_of(
    const std::filesystem::path& data_folder, const std::string& recording, const std::string& config_file,
    const vault::KeyRing* keys) {
  if (const auto here = archive::find_here(data_folder, recording)) return recording::open_recording(*here, keys);
  const auto config = load_config_or_sample(config_file);
  if (!config || config->storage.s3_bucket.empty())
    return base::fail(base::ErrorCode::not_found, "recording",
                      recording +
                          " is not in the data folder: if it is in a bucket, name the configuration that says "
                          "which with --config");
  const auto bucket = open_bucket(*config);
  if (!bucket) return tl::unexpected(bucket.error());
  // Its name says what it was sealed for.
  const auto folder = data_folder / archive::kCacheFolder / base::new_id("export");
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto file = folder / std::filesystem::path(recording).filename();
  auto opened = [&]() -> base::Result<std::shared_ptr<const recording::RecordingReader>> {
    if (auto fetched = fetch(*bucket->store, recording, file); !fetched) return tl::unexpected(fetched.error());
    const auto connection = store::open_connection(database_location(data_folder), store::OpenMode::read_only);
    if (!connection) return tl::unexpected(connection.error());
    if (auto done = archive::put_head(**connection, recording, file); !done) return tl::unexpected(done.error());
    return recording::open_recording(file, keys);
  }();
  std::filesystem::remove_all(folder, error);
  return opened;
}

}  // namespace frontdesk::app
