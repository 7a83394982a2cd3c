// Blobs as objects in a bucket of an S3 service, Amazon's or another. Large ones go up in parts, which a later put of
// the same content continues. The client's guard decides whether the service's address may be connected to.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>

#include "blobs/blob_store.hpp"
#include "blobs/s3/signature_v4/signature_v4.hpp"
#include "outbound/client.hpp"
#include "outbound/fetch.hpp"
#include "outbound/retry/retry.hpp"

namespace frontdesk::s3 {

struct S3Options {
  std::string endpoint;  ///< "https://minio.example:9000"; empty: Amazon's of the region
  std::string bucket;
  std::string region = "us-east-1";
  signature_v4::Credentials credentials;
  std::string prefix;                        ///< before every key: "frontdesk/"; may be empty
  bool path_style = true;                    ///< https://host/bucket/key; else https://bucket.host/key
  bool unsigned_payload = false;             ///< the body is protected by TLS and MD5 instead of its signed hash
  std::size_t part_bytes = 8 * 1024 * 1024;  ///< at least 5 MiB at Amazon; larger blobs go up in parts
  int attempts = 4;                          ///< of each request
  retry::Backoff backoff{base::milliseconds(300), base::seconds(10)};
  std::shared_ptr<const address_guard::Policy> policy;  ///< unset: the client's
};

class S3Store : public blobs::BlobStore {
 public:
  /// invalid_argument if the options cannot be right. Nothing is sent yet. `client` must outlive the store.
  static base::Result<std::unique_ptr<S3Store>> create(outbound::Client& client, S3Options options);

  base::Result<blobs::Written> put(const std::string& key, blobs::Source& source,
                                   const blobs::PutOptions& options) override;
  base::Result<std::string> get(const std::string& key, std::uint64_t offset, std::size_t length) override;
  base::Result<blobs::Info> head(const std::string& key) override;
  base::Status remove(const std::string& key) override;
  base::Result<blobs::Page> list(const std::string& prefix, const std::string& after, int limit) override;

  /// Whether bucket and credentials are right.
  base::Status check();
  /// Gives up the parts of an unfinished put; success if there are none.
  base::Status abandon(const std::string& key, const std::string& upload) override;
  /// Ends waits between attempts: every call under way fails soon.
  void stop();

 private:
  struct Call {
    std::string method;
    std::string key;  ///< empty: the bucket
    std::map<std::string, std::string> query;
    std::map<std::string, std::string> headers;
    std::string body;
    std::uint64_t answer_bytes = 4 * 1024 * 1024;
  };
  struct Upload {
    std::string key;
    std::string id;
    std::map<int, std::pair<std::uint64_t, std::string>> present;  ///< size and ETag by part, from an earlier put
    std::vector<std::string> tags;
    std::uint64_t size = 0;
  };
  using Answer = base::Result<outbound::Response>;

  S3Store(outbound::Client& client, S3Options options) : client_(client), options_(std::move(options)) {}
  outbound::Request signed_request(const Call& call) const;
  /// Tries as often as the options say; any status below 500 but 408 and 429 is an answer.
  Answer send(const Call& call);
  /// send(), and any status but 2xx is an error.
  Answer expect_success(const Call& call);
  bool pause(base::Duration wait);
  base::Status remove_versions(const std::string& key);
  base::Error error_of(const outbound::Response& answer) const;
  base::Result<blobs::Written> put_small(const std::string& key, std::string content, const std::string& type);
  base::Result<blobs::Written> put_large(const std::string& key, std::string first, blobs::Source& source,
                                         const blobs::PutOptions& options);
  base::Result<Upload> begin(const std::string& key, const blobs::PutOptions& options);
  base::Result<Upload> take_up(const std::string& key, const std::string& id);
  base::Result<crypto::Sha256> send_parts(Upload& upload, std::string part, blobs::Source& source);
  base::Status send_part(Upload& upload, std::string part);
  base::Status complete(const Upload& upload);

  outbound::Client& client_;
  const S3Options options_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace frontdesk::s3
