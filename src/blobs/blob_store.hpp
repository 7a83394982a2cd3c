// Where large things are kept: recordings, voices, documents, backups. A blob is written whole or not at all, read in
// parts, and named by a key like "recordings/2026/11/call_....wav". All calls block, for minutes if a network is
// between: never from a thread that must not wait.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"

namespace frontdesk::blobs {

inline constexpr std::size_t kLongestKey = 512;
inline constexpr std::size_t kLongestRead = 16 * 1024 * 1024;  ///< bytes by one get()
inline constexpr int kLongestPage = 1000;                      ///< keys by one list()

/// Segments of letters, digits and "-_.=+@", none beginning with a dot, with "/" between.
bool valid_key(std::string_view key);
/// invalid_argument.
base::Status check_key(std::string_view key);

/// The content of a blob that is being written.
class Source {
 public:
  virtual ~Source() = default;
  /// At most `room` bytes; nothing at the end.
  virtual base::Result<std::string> read(std::size_t room) = 0;
};

class TextSource : public Source {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  base::Result<std::string> read(std::size_t room) override;

 private:
  std::string text_;
  std::size_t at_ = 0;
};

/// Reads until there are `room` bytes, or the end.
base::Result<std::string> read_fully(Source& source, std::size_t room);

struct PutOptions {
  std::string content_type = "application/octet-stream";
  /// Continues what an earlier put of the same content and key began, as `began` told then. Stores that write in one go
  /// ignore both.
  std::string resume;
  std::function<void(const std::string&)> began;
};

struct Written {
  std::uint64_t size = 0;
  crypto::Sha256 sha256{};
};

struct Info {
  std::uint64_t size = 0;
  base::UtcTime modified;
};

struct Listed {
  std::string key;
  std::uint64_t size = 0;
  friend bool operator==(const Listed&, const Listed&) = default;
};

struct Page {
  std::vector<Listed> blobs;  ///< by key, as bytes compare
  bool more = false;          ///< after the last of them
};

/// Any thread. Errors: not_found, invalid_argument (the key), out_of_range, resource_exhausted (no room), data_loss
/// (what is stored was changed), unavailable and the like with a retry that says whether again is sensible.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  /// Durable when it returns; replaces what was there. After an error the old content is there, or nothing.
  virtual base::Result<Written> put(const std::string& key, Source& source, const PutOptions& options) = 0;
  /// Fewer bytes at the end; out_of_range if `offset` is beyond it.
  virtual base::Result<std::string> get(const std::string& key, std::uint64_t offset, std::size_t length) = 0;
  virtual base::Result<Info> head(const std::string& key) = 0;
  /// Success if there was none.
  virtual base::Status remove(const std::string& key) = 0;
  /// Keys that begin with `prefix` and come after `after`; at most `limit`, from 1 to kLongestPage.
  virtual base::Result<Page> list(const std::string& prefix, const std::string& after, int limit) = 0;
  /// Forgets what a put began, as PutOptions::began told; success if there is nothing of it.
  virtual base::Status abandon(const std::string& /*key*/, const std::string& /*upload*/) { return {}; }
};

}  // namespace frontdesk::blobs
