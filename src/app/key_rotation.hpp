// Rotation of the master keys while the program runs: follows their file, writes down what is seen of them, and has
// everything rewrapped by the newest as a job, in batches.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "accounts/office.hpp"
#include "app/master_keys.hpp"
#include "jobs/worker.hpp"

namespace frontdesk::app {

class KeyRotation {
 public:
  /// `office` must outlive it. `machine` is this machine's lasting name.
  KeyRotation(accounts::Office& office, std::shared_ptr<MasterKeys> keys, std::filesystem::path data_folder,
              std::string machine);

  const MasterKeys& keys() const { return *keys_; }
  /// Looks at the file, cheap if it is as before. Any thread but a shard's. `wake`: there is a job to do.
  void look(base::UtcTime now, const std::function<void()>& wake);
  /// What somebody should be told of; empty: nothing.
  std::string problem() const;
  base::Result<std::vector<rotation::MasterKey>> known(base::UtcTime now);
  /// Rewraps and counts: regularly, and at once when there is a new key.
  std::vector<jobs::Kind> jobs();

 private:
  base::Status rewrap(const jobs::Attempt& attempt);
  base::Result<rotation::Counts> in_use();
  void write_down(const MasterKeys::News& news, base::UtcTime now);
  void write_uses(base::UtcTime now);

  accounts::Office& office_;
  const std::shared_ptr<MasterKeys> keys_;
  const std::filesystem::path data_folder_;
  const std::string machine_;
  mutable std::mutex mutex_;  ///< one look at a time
  MasterKeys::News unwritten_;
  std::int64_t uses_at_ms_ = 0;
  mutable std::mutex missing_mutex_;
  std::string missing_;  ///< keys that are needed and were never here since the start
};

/// Data keys and files, in batches; what they are wrapped by afterwards is written down. Also for the command line.
struct Rewrapped {
  std::int64_t data_keys = 0, files = 0;  ///< that were wrapped by an older key
  std::int64_t lost = 0;
  std::string first_lost;
};
using LendConnection = std::function<base::Status(const std::function<base::Status(store::Connection&)>&)>;
base::Result<Rewrapped> rewrap_all(const LendConnection& lend, const std::shared_ptr<const vault::KeyRing>& ring,
                                   const std::filesystem::path& data_folder, const std::string& machine,
                                   base::UtcTime now, const std::function<base::Status()>& between);

}  // namespace frontdesk::app
