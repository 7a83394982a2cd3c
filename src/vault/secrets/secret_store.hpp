// The keys of other services (OpenAI, ElevenLabs, a SIP provider...) that an organisation stores. They go in and are
// used; they never come out by the API: what it shows is ApiKey, without the key. Every use is counted and told to a
// witness; without a witness, no use. Changes run in the caller's transaction, which is the audit log's.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vault/secrets/secret_box.hpp"

namespace frontdesk::secrets {

inline constexpr std::size_t kMostApiKeys = 200;  ///< of one organisation
inline constexpr std::size_t kLongestName = 100;
inline constexpr SealedColumn kApiKeyColumn{"api_keys", "key_encrypted"};
inline constexpr SealedColumn kPreviousKeyColumn{"api_keys", "previous_encrypted"};
inline constexpr std::chrono::hours kPutBackWithin{7 * 24};  ///< after a replacement
inline constexpr std::chrono::hours kRotateAfter{90 * 24};
inline constexpr std::chrono::hours kUnusedAfter{90 * 24};

struct ApiKey {
  std::string id;
  std::string organisation;
  std::string user;  ///< who stored it
  std::string service;
  std::string name;
  std::string last_four;  ///< empty if that would be too much of it
  base::UtcTime created{};
  base::UtcTime updated{};  ///< when the key itself was last replaced
  std::optional<base::UtcTime> last_used;
  std::int64_t uses = 0;
  std::optional<base::UtcTime> previous_until{};  ///< the key before can be put back until then
  std::string previous_last_four{};
};

enum class Advice { none, rotate, remove_unused };
/// rotate: older than kRotateAfter; remove_unused: not used for kUnusedAfter.
Advice advice(const ApiKey& key, base::UtcTime now);

/// Of secrets of 12 characters or more; else empty.
std::string last_four(const base::Secret& secret);

struct SecretUse {
  std::string organisation;
  std::string key;
  std::string service;
  std::string reason;  ///< "call call_018f...", "test"
  base::UtcTime at{};
};
/// An error refuses the use; so does the lack of a witness.
using Witness = std::function<base::Status(const SecretUse&)>;

class SecretStore {
 public:
  explicit SecretStore(SecretBox box) : box_(std::move(box)) {}

  struct NewApiKey {
    std::string organisation;
    std::string user;
    std::string service;
    std::string name;
    base::Secret secret;
  };
  /// already_exists if the service has a key of that name; resource_exhausted beyond kMostApiKeys.
  base::Result<ApiKey> add(store::Connection& connection, const NewApiKey& key, base::UtcTime now) const;
  /// The key before is kept, sealed, for kPutBackWithin; the one before that is gone.
  base::Result<ApiKey> replace(store::Connection& connection, std::string_view organisation, std::string_view id,
                               const base::Secret& secret, base::UtcTime now) const;
  /// The key before the last replacement, which takes its place. failed_precondition: there is none any more.
  base::Result<ApiKey> put_back(store::Connection& connection, std::string_view organisation, std::string_view id,
                                base::UtcTime now) const;
  base::Result<ApiKey> forget_previous(store::Connection& connection, std::string_view organisation,
                                       std::string_view id) const;
  /// Of all organisations, those whose time is over.
  static base::Status sweep(store::Connection& connection, base::UtcTime now);
  base::Status remove(store::Connection& connection, std::string_view organisation, std::string_view id) const;
  base::Result<ApiKey> find(store::Connection& connection, std::string_view organisation, std::string_view id) const;
  /// By service and name.
  base::Result<std::vector<ApiKey>> list(store::Connection& connection, std::string_view organisation) const;
  /// The key itself, for the one who sends it to its service.
  base::Result<base::Secret> use(store::Connection& connection, std::string_view organisation, std::string_view id,
                                 std::string_view reason, const Witness& witness, base::UtcTime now) const;

  const SecretBox& box() const { return box_; }

 private:
  /// What stands in one column, sealed for the other; empty if it cannot be opened.
  base::Result<std::string> sealed_for(store::Connection& connection, std::string_view organisation,
                                       std::string_view id, std::string_view from, std::string_view to,
                                       std::string_view sealed, base::UtcTime now) const;

  SecretBox box_;
};

}  // namespace frontdesk::secrets
