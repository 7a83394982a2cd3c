#include "app/storage_trial.hpp"

#include <cstdio>

#include "base/entropy.hpp"
#include "blobs/disk/disk_store.hpp"
#include "blobs/s3/s3_store.hpp"
#include "outbound/client.hpp"

namespace frontdesk::app {
namespace {

constexpr std::string_view kContent = "Frontdesk was here.";

bool tell(const char* step, const base::Status& outcome) {
  std::printf("%s  %s%s%s\n", outcome ? "ok  " : "FAIL", step, outcome ? "" : ": ",
              outcome ? "" : outcome.error().message.c_str());
  return outcome.has_value();
}

base::Status write(blobs::BlobStore& store, const std::string& key) {
  blobs::TextSource source{std::string(kContent)};
  const auto written = store.put(key, source, {});
  return written ? base::Status{} : tl::unexpected(written.error());
}

base::Status read(blobs::BlobStore& store, const std::string& key) {
  const auto content = store.get(key, 0, blobs::kLongestRead);
  if (!content) return tl::unexpected(content.error());
  if (*content == kContent) return {};
  return base::fail(base::ErrorCode::data_loss, "storage", "something else came back than was written");
}

int walk_through(blobs::BlobStore& store) {
  const std::string key = "doctor/" + base::new_id("try");
  const bool wrote = tell("write", write(store, key));
  const bool back = wrote && tell("read", read(store, key));
  const bool removed = wrote && tell("remove", store.remove(key));
  return wrote && back && removed ? 0 : 1;
}

}  // namespace

s3::S3Options s3_options(const config::Storage& storage) {
  s3::S3Options options;
  options.endpoint = storage.s3_endpoint;
  options.bucket = storage.s3_bucket;
  options.region = storage.s3_region;
  options.credentials = {storage.s3_access_key, storage.s3_secret_key, storage.s3_session_token};
  options.prefix = storage.s3_prefix;
  options.path_style = storage.s3_path_style;
  options.attempts = 2;
  return options;
}

address_guard::Policy outbound_policy(const config::Outbound& outbound) {
  return {outbound.allowed_private};
}

int try_storage(const config::Config& config) {
  if (config.storage.s3_bucket.empty()) {
    const auto folder = std::filesystem::path(config.server.data) / "blobs";
    std::printf("Storage in the folder %s\n", folder.c_str());
    const auto store =
        disk::DiskStore::open({folder, nullptr, static_cast<std::uint64_t>(config.storage.keep_free_gb) << 30U});
    if (!tell("open", store ? base::Status{} : tl::unexpected(store.error()))) return 1;
    return walk_through(**store);
  }
  std::printf("Storage in the bucket %s\n", config.storage.s3_bucket.c_str());
  outbound::ClientOptions options;
  options.policy = outbound_policy(config.outbound);
  options.ca_file = config.outbound.ca_file;
  const auto client = outbound::start_client(options);
  if (!tell("prepare", client ? base::Status{} : tl::unexpected(client.error()))) return 1;
  const auto store = s3::S3Store::create(**client, s3_options(config.storage));
  if (!tell("configure", store ? base::Status{} : tl::unexpected(store.error()))) return 1;
  if (!tell("find the bucket", (*store)->check())) return 1;
  return walk_through(**store);
}

}  // namespace frontdesk::app
