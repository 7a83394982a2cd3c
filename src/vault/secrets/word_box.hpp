// Seals what callers say with the organisation's key for it, as text for a column: "w1.<data key>.<nonce, ciphertext,
// tag>". It opens only in the place it was sealed for. All versions of that key are kept: a new one seals what comes,
// and what is there stays as it is, which may be millions of sentences.
#pragma once
#include <functional>
#include <map>
#include <mutex>

#include "store/sealed_words.hpp"
#include "vault/secrets/data_keys.hpp"

namespace frontdesk::secrets {

inline constexpr std::string_view kWordsPurpose = "words";

class WordBox final : public store::WordSeal {
 public:
  /// `now` dates a key that is made; any thread.
  WordBox(DataKeys keys, std::function<base::UtcTime()> now) : keys_(std::move(keys)), now_(std::move(now)) {}

  base::Result<std::string> seal(store::Connection& connection, const Place& place,
                                 std::string_view plain) const override;
  base::Result<std::string> open(store::Connection& connection, const Place& place,
                                 std::string_view sealed) const override;

 private:
  base::Result<vault::Key> key(store::Connection& connection, std::string_view organisation,
                               const std::string& id) const;

  const DataKeys keys_;
  const std::function<base::UtcTime()> now_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<std::string, std::string>, vault::Key> opened_;  ///< by organisation and id; bounded
};

}  // namespace frontdesk::secrets
