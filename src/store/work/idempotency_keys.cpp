#include "store/work/idempotency_keys.hpp"

namespace frontdesk::work {

base::Result<std::optional<StoredAnswer>> IdempotencyKeys::begin(const std::string& organisation,
                                                                 const std::string& key,
                                                                 const std::string& request_sha256, base::UtcTime now,
                                                                 base::UtcTime expires) {
  // One statement, so that of two requests at once one alone begins; an expired key counts as none.
  const auto taken = connection_.write(
      "INSERT INTO idempotency_keys (organisation, key, request_sha256, content_type, answer, created_at, expires_at) "
      "VALUES (?, ?, ?, '', ?, ?, ?) ON CONFLICT (organisation, key) DO UPDATE SET request_sha256 = "
      "excluded.request_sha256, status = NULL, content_type = '', answer = excluded.answer, created_at = "
      "excluded.created_at, expires_at = excluded.expires_at WHERE idempotency_keys.expires_at <= ?",
      {organisation, key, request_sha256, store::Blob(), now.unix_ms, expires.unix_ms, now.unix_ms});
  if (!taken) return tl::unexpected(taken.error());
  if (connection_.changed() == 1) return std::optional<StoredAnswer>();
  return existing(organisation, key, request_sha256);
}

base::Result<std::optional<StoredAnswer>> IdempotencyKeys::existing(const std::string& organisation,
                                                                    const std::string& key,
                                                                    const std::string& request_sha256) const {
  const auto rows = connection_.run(
      "SELECT request_sha256, status, content_type, answer FROM idempotency_keys WHERE organisation = ? AND key = ?",
      {organisation, key});
  if (!rows) return tl::unexpected(rows.error());
  if (!rows->empty() && rows->front().text(0) != request_sha256)
    return base::fail(base::ErrorCode::failed_precondition, "store",
                      "this idempotency key was used for another request: use a new one");
  if (rows->empty() || rows->front().null(1))
    return base::fail(base::ErrorCode::aborted, "store", "the first request with this idempotency key is still running",
                      base::Retry::later);
  const auto& row = rows->front();
  return std::optional(StoredAnswer{row.integer(1), row.text(2), row.bytes(3)});
}

base::Status IdempotencyKeys::finish(const std::string& organisation, const std::string& key,
                                     const StoredAnswer& answer, std::optional<base::UtcTime> expires) {
  return connection_.write(
      "UPDATE idempotency_keys SET status = ?, content_type = ?, answer = ?, expires_at = COALESCE(?, expires_at) "
      "WHERE organisation = ? AND key = ?",
      {answer.status, answer.content_type, answer.body, store::value_of(expires), organisation, key});
}

base::Status IdempotencyKeys::release(const std::string& organisation, const std::string& key) {
  return connection_.write("DELETE FROM idempotency_keys WHERE organisation = ? AND key = ? AND status IS NULL",
                           {organisation, key});
}

base::Result<std::int64_t> IdempotencyKeys::sweep(base::UtcTime now) {
  const auto done = connection_.write("DELETE FROM idempotency_keys WHERE expires_at <= ?", {now.unix_ms});
  if (!done) return tl::unexpected(done.error());
  return connection_.changed();
}

}  // namespace frontdesk::work
