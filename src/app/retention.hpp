// Throws away what is older than the owner wants it kept: files first, so that what is left still has a row that names
// it.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "accounts/office.hpp"
#include "config/config.hpp"
#include "store/retention_rows.hpp"

namespace frontdesk::app {

/// What began before these goes; unset: it stays for good. Pure.
struct KeptSince {
  std::optional<base::UtcTime> transcripts;
  std::optional<base::UtcTime> messages;
  std::optional<base::UtcTime> calls;
};
KeptSince kept_since(const store::RetentionPolicy& policy, base::UtcTime now);

/// What the file says.
store::RetentionPolicy policy_of(const config::Retention& retention);
/// What was saved over the API goes before it.
base::Result<store::RetentionPolicy> policy_in_force(accounts::Office& office, const config::Retention& retention);

struct Forgotten {
  std::int64_t transcripts = 0;
  std::int64_t messages = 0;
  std::int64_t calls = 0;
  bool any() const { return transcripts + messages + calls > 0; }
};

struct RetentionPlace {
  std::filesystem::path data_folder;
  std::string machine;  ///< whose calls these are: their files lie here; empty: there is one machine
  std::function<base::Status(const std::string& recording)> forget_recording = {};  ///< empty: it is in the folder
};

/// Calls that go on are not touched. One audit record says how much went. `stopping`: true ends it between two batches.
base::Result<Forgotten> forget_old(accounts::Office& office, const RetentionPlace& place, const KeptSince& since,
                                   base::UtcTime now, const std::function<bool()>& stopping);

}  // namespace frontdesk::app
