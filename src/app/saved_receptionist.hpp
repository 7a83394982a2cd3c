// The receptionist as she was published over the API, and the documents she answers from.
#pragma once
#include <optional>
#include <vector>

#include "config/profile/overlay.hpp"
#include "store/sql.hpp"

namespace frontdesk::app {

struct SavedReceptionist {
  std::int64_t version = 0;  ///< 0: nothing is published
  profile::Profile profile;
  std::vector<knowledge::Policy> passages;  ///< of documents
};

/// What was published and cannot be read any more is left out, with a word in the log: calls are answered all the same.
base::Result<SavedReceptionist> read_saved_receptionist(store::Connection& connection);

config::Config laid_over(config::Config config, const SavedReceptionist& saved);

}  // namespace frontdesk::app
