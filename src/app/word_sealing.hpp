// What earlier versions wrote in the clear is sealed by and by: the words of turns, messages and consents in the
// database, and the journals of this machine.
#pragma once
#include <cstdint>
#include <functional>

#include "accounts/office.hpp"
#include "app/retention.hpp"
#include "store/sealed_words.hpp"
#include "vault/key_ring.hpp"

namespace frontdesk::app {

struct NowSealed {
  std::int64_t rows = 0;
  std::int64_t journals = 0;
};

/// In batches with a transaction each; run again after an error, it goes on where it was. `stopping` is asked between.
base::Result<NowSealed> seal_old_words(accounts::Office& office, const RetentionPlace& place,
                                       const store::WordSeal& words, const vault::KeyRing& keys,
                                       const std::function<bool()>& stopping);

}  // namespace frontdesk::app
