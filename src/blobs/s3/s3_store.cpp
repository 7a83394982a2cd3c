#include "blobs/s3/s3_store.hpp"

#include <algorithm>
#include <charconv>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "blobs/s3/xml.hpp"
#include "crypto/encoding.hpp"
#include "outbound/address_guard/url.hpp"

namespace frontdesk::s3 {
namespace {

constexpr std::string_view kDomain = "s3";
constexpr std::size_t kMostParts = 10'000;
constexpr int kMostVersionPages = 100;
constexpr std::size_t kLeastPart = 64 * 1024;

std::string hex_md5(std::string_view bytes) {
  const auto sum = crypto::md5(bytes);
  return crypto::hex(sum);
}

std::string hash_text(std::string_view bytes) {
  const auto hash = crypto::sha256(bytes);
  return crypto::hex(hash);
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string field(const outbound::Response& answer, std::string_view name) {
  const auto* value = http::find_field(answer.headers, name);
  return value == nullptr ? std::string() : *value;
}

std::string bare_tag(std::string tag) {
  std::erase(tag, '"');
  return tag;
}

/// Of "Fri, 24 May 2013 00:00:00 GMT"; the epoch if it is no date.
base::UtcTime date_of(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() < 25) return {};
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3)) - kMonths.begin();
  const auto part = [&](std::size_t at, std::size_t size) { return static_cast<int>(number(text.substr(at, size))); };
  const std::chrono::year_month_day date{std::chrono::year(part(12, 4)),
                                         std::chrono::month(static_cast<unsigned>(month) + 1),
                                         std::chrono::day(static_cast<unsigned>(part(5, 2)))};
  if (!date.ok()) return {};
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return {(((days * 24 + part(17, 2)) * 60 + part(20, 2)) * 60 + part(23, 2)) * 1000};
}

/// Whether an ETag is the MD5 of the content: not of objects in parts, nor of ones encrypted with a key of its own.
bool contradicts(const outbound::Response& answer, std::string_view content) {
  const auto tag = bare_tag(field(answer, "ETag"));
  const auto encryption = field(answer, "x-amz-server-side-encryption");
  if (tag.size() != 32 || (!encryption.empty() && encryption != "AES256")) return false;
  return tag != hex_md5(content);
}

}  // namespace

base::Result<std::unique_ptr<S3Store>> S3Store::create(outbound::Client& client, S3Options options) {
  const auto refuse = [](std::string message) {
    return base::fail(base::ErrorCode::invalid_argument, kDomain, std::move(message));
  };
  if (options.endpoint.empty()) {
    options.endpoint = "https://s3." + options.region + ".amazonaws.com";
    options.path_style = false;
  }
  const auto url = address_guard::parse_url(options.endpoint);
  if (!url) return refuse("the endpoint of the storage service: " + url.error().message);
  if (url->target != "/") return refuse("the endpoint of the storage service must have no path");
  if (options.bucket.empty() || !blobs::valid_key(options.bucket) || options.bucket.find('/') != std::string::npos)
    return refuse("the bucket's name is not one");
  if (options.credentials.access_key.empty() || options.credentials.secret_key.empty())
    return refuse("the storage service needs an access key and a secret key");
  if (options.unsigned_payload && !url->tls) return refuse("an unsigned payload needs an https endpoint");
  if (options.part_bytes < kLeastPart) return refuse("parts must have at least 64 KiB");
  if (!options.path_style && (options.bucket.find('.') != std::string::npos || url->numeric)) options.path_style = true;
  if (!options.prefix.empty() && (!options.prefix.ends_with('/') || !blobs::valid_key(options.prefix + "x")))
    return refuse("the prefix must be a key that ends in /");
  return std::unique_ptr<S3Store>(new S3Store(client, std::move(options)));
}

void S3Store::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  stopping_.notify_all();
}

bool S3Store::pause(base::Duration wait) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, wait, [this] { return stopped_; });
}

outbound::Request S3Store::signed_request(const Call& call) const {
  auto url = *address_guard::parse_url(options_.endpoint);
  signature_v4::Request to_sign;
  to_sign.method = call.method;
  to_sign.path = "/";
  if (options_.path_style) {
    to_sign.path += options_.bucket + (call.key.empty() ? "" : "/");
  } else {
    url.host = options_.bucket + "." + url.host;
  }
  if (!call.key.empty()) to_sign.path += signature_v4::uri_encode(options_.prefix + call.key, true);
  to_sign.query = call.query;
  to_sign.headers = call.headers;
  to_sign.headers["host"] = url.authority();
  const bool open = options_.unsigned_payload && !call.body.empty();
  to_sign.payload_hash = open ? std::string(signature_v4::kUnsignedPayload) : hash_text(call.body);
  if (open) {
    const auto sum = crypto::md5(call.body);
    to_sign.headers["content-md5"] = crypto::base64(sum);
  }
  signature_v4::sign(to_sign, options_.credentials, {options_.region}, base::wall_now());
  outbound::Request request;
  request.method = call.method;
  const auto query = signature_v4::query_text(call.query);
  request.url = url.origin() + to_sign.path + (query.empty() ? "" : "?" + query);
  for (auto& [name, value] : to_sign.headers)
    if (name != "host") request.headers.push_back({name, value});
  request.body = call.body;
  request.body_bytes = call.answer_bytes;
  request.repeatable = true;
  request.policy = options_.policy;
  request.deadlines.first_byte = request.deadlines.idle = base::seconds(20);
  request.deadlines.total = base::seconds(600);
  return request;
}

base::Error S3Store::error_of(const outbound::Response& answer) const {
  auto error = retry::error_of_status(answer.status, kDomain, "the storage service");
  const auto code = text_of(answer.body, "Code");
  if (!code.empty() && code.size() <= 64) error.message += ": " + code;
  if (code == "RequestTimeTooSkewed") error.message += "; set this machine's clock";
  if (code == "SignatureDoesNotMatch" || code == "InvalidAccessKeyId") error.message += "; check the keys";
  if (code == "NoSuchBucket") error.code = base::ErrorCode::failed_precondition;
  if (answer.status / 100 == 3) {
    error.code = base::ErrorCode::failed_precondition;
    error.message += "; the bucket is in another region";
    if (const auto region = field(answer, "x-amz-bucket-region"); !region.empty()) error.message += ": " + region;
  }
  return error;
}

S3Store::Answer S3Store::send(const Call& call) {
  base::Random random(base::random_u64());
  for (int attempt = 1;; ++attempt) {
    auto answer = outbound::fetch(client_, signed_request(call));
    base::Error error;
    base::Duration wait = options_.backoff.wait(attempt, random);
    if (answer) {
      const int status = answer->status;
      if (status < 500 && status != 408 && status != 429) return std::move(*answer);
      error = error_of(*answer);
      const auto asked = retry::retry_after(field(*answer, "Retry-After"), base::wall_now());
      if (asked) wait = std::clamp(*asked, wait, options_.backoff.longest);
    } else {
      error = answer.error().error;
    }
    if (error.retry == base::Retry::never || attempt >= options_.attempts) return tl::unexpected(error);
    if (!pause(wait))
      return base::fail(base::ErrorCode::cancelled, kDomain, "the store is being stopped", base::Retry::later);
  }
}

S3Store::Answer S3Store::expect_success(const Call& call) {
  auto answer = send(call);
  if (answer && answer->status / 100 != 2) return tl::unexpected(error_of(*answer));
  return answer;
}

base::Status S3Store::check() {
  const auto answer = expect_success({"HEAD", "", {}, {}, {}});
  if (answer) return {};
  // The answer to HEAD has no words of its own.
  auto error = answer.error();
  if (error.code == base::ErrorCode::not_found || error.code == base::ErrorCode::failed_precondition)
    error.message += "; is there a bucket " + options_.bucket + "? Check storage.s3_bucket and s3_endpoint";
  if (error.code == base::ErrorCode::permission_denied || error.code == base::ErrorCode::unauthenticated)
    error.message +=
        "; check storage.s3_access_key, s3_secret_key, and that they may use the bucket " + options_.bucket;
  return tl::unexpected(error);
}

base::Result<blobs::Info> S3Store::head(const std::string& key) {
  if (auto good = blobs::check_key(key); !good) return tl::unexpected(good.error());
  const auto answer = expect_success({"HEAD", key, {}, {}, {}});
  if (!answer) return tl::unexpected(answer.error());
  return blobs::Info{number(field(*answer, "Content-Length")), date_of(field(*answer, "Last-Modified"))};
}

base::Status S3Store::remove(const std::string& key) {
  if (auto good = blobs::check_key(key); !good) return good;
  const auto answer = send({"DELETE", key, {}, {}, {}});
  if (!answer) return tl::unexpected(answer.error());
  const bool gone = answer->status == 404 && text_of(answer->body, "Code") != "NoSuchBucket";
  if (answer->status / 100 != 2 && !gone) return tl::unexpected(error_of(*answer));
  // A bucket with versions has hidden it only.
  const bool hidden = !field(*answer, "x-amz-version-id").empty() || !field(*answer, "x-amz-delete-marker").empty();
  return hidden ? remove_versions(key) : base::Status();
}

/// A page at a time, until there is none: what was removed is not in the next.
base::Status S3Store::remove_versions(const std::string& key) {
  for (int page = 0; page < kMostVersionPages; ++page) {
    const auto listed = expect_success({"GET", "", {{"versions", ""}, {"prefix", options_.prefix + key}}, {}, {}});
    if (!listed) return tl::unexpected(listed.error());
    int removed = 0;
    for (const auto* kind : {"Version", "DeleteMarker"})
      for (const auto each : elements(listed->body, kind)) {
        if (text_of(each, "Key") != options_.prefix + key) continue;
        const auto gone = send({"DELETE", key, {{"versionId", text_of(each, "VersionId")}}, {}, {}});
        if (!gone) return tl::unexpected(gone.error());
        if (gone->status / 100 != 2 && gone->status != 404) return tl::unexpected(error_of(*gone));
        ++removed;
      }
    if (removed == 0) return {};
  }
  return base::fail(base::ErrorCode::unavailable, kDomain, "a blob has too many versions to remove them at once",
                    base::Retry::later);
}

base::Result<std::string> S3Store::get(const std::string& key, std::uint64_t offset, std::size_t length) {
  if (auto good = blobs::check_key(key); !good) return tl::unexpected(good.error());
  length = std::min(length, blobs::kLongestRead);
  const auto at_end = [&]() -> base::Result<std::string> {
    const auto info = head(key);
    if (!info) return tl::unexpected(info.error());
    if (offset <= info->size) return std::string();
    return base::fail(base::ErrorCode::out_of_range, kDomain, "the range begins after the blob's end");
  };
  if (length == 0) return at_end();
  Call call{"GET", key, {}, {}, {}};
  call.headers["range"] = "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1);
  call.answer_bytes = std::max<std::uint64_t>(length, 1024 * 1024);
  auto answer = send(call);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status == 416) return at_end();
  if (answer->status == 200 && offset <= answer->body.size()) return answer->body.substr(offset, length);
  if (answer->status != 206) return tl::unexpected(error_of(*answer));
  const auto range = field(*answer, "Content-Range");
  if (!range.starts_with("bytes " + std::to_string(offset) + "-") || answer->body.size() > length)
    return base::fail(base::ErrorCode::data_loss, kDomain,
                      "the storage service sent another range than it was asked for");
  return std::move(answer->body);
}

base::Result<blobs::Page> S3Store::list(const std::string& prefix, const std::string& after, int limit) {
  Call call{"GET", "", {}, {}, {}};
  const int count = std::clamp(limit, 1, blobs::kLongestPage);
  call.query = {{"list-type", "2"}, {"max-keys", std::to_string(count)}, {"prefix", options_.prefix + prefix}};
  if (!after.empty()) call.query["start-after"] = options_.prefix + after;
  const auto answer = expect_success(call);
  if (!answer) return tl::unexpected(answer.error());
  blobs::Page page;
  for (const auto each : elements(answer->body, "Contents")) {
    const auto key = text_of(each, "Key");
    if (!key.starts_with(options_.prefix)) continue;
    page.blobs.push_back({key.substr(options_.prefix.size()), number(text_of(each, "Size"))});
  }
  page.more = text_of(answer->body, "IsTruncated") == "true";
  return page;
}

base::Result<blobs::Written> S3Store::put(const std::string& key, blobs::Source& source,
                                          const blobs::PutOptions& options) {
  if (auto good = blobs::check_key(key); !good) return tl::unexpected(good.error());
  auto first = blobs::read_fully(source, options_.part_bytes);
  if (!first) return tl::unexpected(first.error());
  if (first->size() < options_.part_bytes) return put_small(key, std::move(*first), options.content_type);
  return put_large(key, std::move(*first), source, options);
}

base::Result<blobs::Written> S3Store::put_small(const std::string& key, std::string content, const std::string& type) {
  Call call{"PUT", key, {}, {{"content-type", type}}, std::move(content)};
  const auto answer = expect_success(call);
  if (!answer) return tl::unexpected(answer.error());
  if (contradicts(*answer, call.body))
    return base::fail(base::ErrorCode::data_loss, kDomain, "the storage service stored something else",
                      base::Retry::later);
  return blobs::Written{call.body.size(), crypto::sha256(call.body)};
}

base::Result<blobs::Written> S3Store::put_large(const std::string& key, std::string first, blobs::Source& source,
                                                const blobs::PutOptions& options) {
  auto upload = begin(key, options);
  if (!upload) return tl::unexpected(upload.error());
  const auto hash = send_parts(*upload, std::move(first), source);
  base::Status done;
  if (hash) done = complete(*upload);
  if (hash && done) return blobs::Written{upload->size, *hash};
  const auto error = hash ? done.error() : hash.error();
  // What can be continued is left; whoever asked to be told of it gives it up or continues.
  if (!options.began || error.retry == base::Retry::never) abandon(key, upload->id);
  return tl::unexpected(error);
}

base::Result<S3Store::Upload> S3Store::begin(const std::string& key, const blobs::PutOptions& options) {
  if (!options.resume.empty()) {
    auto earlier = take_up(key, options.resume);
    if (earlier || earlier.error().code != base::ErrorCode::not_found) return earlier;
  }
  const auto answer = expect_success({"POST", key, {{"uploads", ""}}, {{"content-type", options.content_type}}, {}});
  if (!answer) return tl::unexpected(answer.error());
  Upload upload{key, text_of(answer->body, "UploadId"), {}, {}, 0};
  if (upload.id.empty())
    return base::fail(base::ErrorCode::data_loss, kDomain, "the storage service begins an upload without a name");
  if (options.began) options.began(upload.id);
  return upload;
}

/// An earlier upload and the parts it has.
base::Result<S3Store::Upload> S3Store::take_up(const std::string& key, const std::string& id) {
  Upload upload{key, id, {}, {}, 0};
  std::string marker;
  for (std::size_t page = 0; page < kMostParts; ++page) {
    Call call{"GET", key, {{"uploadId", id}}, {}, {}};
    if (!marker.empty()) call.query["part-number-marker"] = marker;
    const auto answer = expect_success(call);
    if (!answer) return tl::unexpected(answer.error());
    for (const auto part : elements(answer->body, "Part"))
      upload.present[static_cast<int>(number(text_of(part, "PartNumber")))] = {number(text_of(part, "Size")),
                                                                               bare_tag(text_of(part, "ETag"))};
    marker = text_of(answer->body, "NextPartNumberMarker");
    if (text_of(answer->body, "IsTruncated") != "true" || marker.empty()) break;
  }
  return upload;
}

base::Result<crypto::Sha256> S3Store::send_parts(Upload& upload, std::string part, blobs::Source& source) {
  crypto::RunningSha256 hash;
  while (!part.empty()) {
    const bool last = part.size() < options_.part_bytes;
    hash.add(part);
    upload.size += part.size();
    if (auto sent = send_part(upload, std::move(part)); !sent) return tl::unexpected(sent.error());
    if (last) break;
    auto next = blobs::read_fully(source, options_.part_bytes);
    if (!next) return tl::unexpected(next.error());
    part = std::move(*next);
  }
  return hash.finish();
}

base::Status S3Store::send_part(Upload& upload, std::string part) {
  const int number_of_part = static_cast<int>(upload.tags.size()) + 1;
  if (upload.tags.size() >= kMostParts)
    return base::fail(base::ErrorCode::out_of_range, kDomain, "the blob has too many parts: choose larger ones");
  const auto present = upload.present.find(number_of_part);
  if (present != upload.present.end() && present->second.first == part.size() &&
      present->second.second == hex_md5(part)) {
    upload.tags.push_back(present->second.second);
    return {};
  }
  const Call call{"PUT",
                  upload.key,
                  {{"partNumber", std::to_string(number_of_part)}, {"uploadId", upload.id}},
                  {},
                  std::move(part)};
  const auto answer = expect_success(call);
  if (!answer) return tl::unexpected(answer.error());
  if (contradicts(*answer, call.body) || field(*answer, "ETag").empty())
    return base::fail(base::ErrorCode::data_loss, kDomain, "the storage service stored something else",
                      base::Retry::later);
  upload.tags.push_back(bare_tag(field(*answer, "ETag")));
  return {};
}

base::Status S3Store::complete(const Upload& upload) {
  std::string xml = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (std::size_t i = 0; i < upload.tags.size(); ++i)
    xml += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>\"" + escaped(upload.tags[i]) +
           "\"</ETag></Part>";
  xml += "</CompleteMultipartUpload>";
  const auto answer = send({"POST", upload.key, {{"uploadId", upload.id}}, {{"content-type", "application/xml"}}, xml});
  if (!answer) return tl::unexpected(answer.error());
  const bool failed_late = answer->status == 200 && !elements(answer->body, "Error").empty();
  if (answer->status / 100 == 2 && !failed_late) return {};
  if (failed_late)
    return base::fail(base::ErrorCode::unavailable, kDomain,
                      "the storage service could not join the parts: " + text_of(answer->body, "Code"),
                      base::Retry::later);
  // An answer that was lost on an earlier attempt: the parts are joined already.
  if (const auto info = head(upload.key); answer->status == 404 && info && info->size == upload.size) return {};
  return tl::unexpected(error_of(*answer));
}

base::Status S3Store::abandon(const std::string& key, const std::string& upload) {
  const auto answer = send({"DELETE", key, {{"uploadId", upload}}, {}, {}});
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status / 100 == 2 || answer->status == 404) return {};
  return tl::unexpected(error_of(*answer));
}

}  // namespace frontdesk::s3
