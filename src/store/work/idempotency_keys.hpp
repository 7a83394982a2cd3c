// A request with a key is carried out once; sent again, it gets the first one's answer.
#pragma once
#include "store/sql.hpp"

namespace frontdesk::work {

struct StoredAnswer {
  std::int64_t status = 0;  ///< HTTP
  std::string content_type;
  store::Blob body;
  friend bool operator==(const StoredAnswer&, const StoredAnswer&) = default;
};

class IdempotencyKeys {
 public:
  explicit IdempotencyKeys(store::Connection& connection) : connection_(connection) {}

  /// nullopt: nobody has sent it, carry it out and then finish() it. Otherwise the answer it got. aborted, retry
  /// `later`, while the first one runs; failed_precondition if the key was used for another request.
  base::Result<std::optional<StoredAnswer>> begin(const std::string& organisation, const std::string& key,
                                                  const std::string& request_sha256, base::UtcTime now,
                                                  base::UtcTime expires);
  /// `expires`: as at begin(), unless given.
  base::Status finish(const std::string& organisation, const std::string& key, const StoredAnswer& answer,
                      std::optional<base::UtcTime> expires = {});
  /// It was not carried out: the key may be used again.
  base::Status release(const std::string& organisation, const std::string& key);
  /// Removes what has expired; how many.
  base::Result<std::int64_t> sweep(base::UtcTime now);

 private:
  base::Result<std::optional<StoredAnswer>> existing(const std::string& organisation, const std::string& key,
                                                     const std::string& request_sha256) const;
  store::Connection& connection_;
};

}  // namespace frontdesk::work
