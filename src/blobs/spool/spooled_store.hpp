// A store that takes blobs when its remote store (S3) does not answer: each is made durable in a folder first, then
// sent on by a thread of its own, again and again until it is there. What was not sent yet is read from the folder, so
// users see one store. Removals wait in the same queue. Nothing is dropped: a put that finds no room is refused.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/random.hpp"
#include "blobs/blob_store.hpp"
#include "blobs/disk/disk_store.hpp"
#include "outbound/retry/retry.hpp"

namespace frontdesk::spool {

struct SpoolOptions {
  std::filesystem::path folder;
  std::shared_ptr<const vault::KeyRing> keys;       ///< seals what waits; unset: plain
  bool as_it_is = false;                            ///< without keys: what is put may be sealed files
  std::uint64_t most_bytes = 20ULL << 30U;          ///< waiting; more is refused with resource_exhausted
  std::uint64_t keep_free = 1ULL << 30U;            ///< of the disk
  base::Duration alarm_after = base::seconds(600);  ///< of waiting
  retry::Backoff backoff{base::seconds(1), base::seconds(60)};
  /// Changes what is sent in the place of `bytes`, which stand at `offset` of the blob, and not their number; unset: as
  /// it is.
  std::function<void(const std::string& key, std::uint64_t offset, std::string& bytes)> on_the_way;
  /// Told of each blob that the remote store has, before it is forgotten here, on a thread of the spool; an error: told
  /// again later. False: nobody wants it any more, and it is removed. May be told twice of the same; unset: all wanted.
  std::function<base::Result<bool>(const std::string& key, const blobs::Written& written)> sent;
};

struct SpoolStatus {
  int waiting = 0;           ///< blobs and removals that the remote store does not have yet
  std::uint64_t bytes = 0;   ///< of the blobs among them
  base::Duration oldest{0};  ///< how long the first of them has waited
  std::uint64_t sent = 0, failures = 0, refused = 0;
  std::string last_error;  ///< of the latest attempt; empty if it succeeded
  bool alarm = false;      ///< something has waited too long, or was refused, or there is little room left
};

class SpooledStore : public blobs::BlobStore {
 public:
  /// Takes up what an earlier run left. `remote` must outlive it; `stop_remote` ends its waits when this is destroyed.
  static base::Result<std::unique_ptr<SpooledStore>> open(blobs::BlobStore& remote, SpoolOptions options,
                                                          std::function<void()> stop_remote = {});
  ~SpooledStore() override;

  base::Result<blobs::Written> put(const std::string& key, blobs::Source& source,
                                   const blobs::PutOptions& options) override;
  base::Result<std::string> get(const std::string& key, std::uint64_t offset, std::size_t length) override;
  base::Result<blobs::Info> head(const std::string& key) override;
  base::Status remove(const std::string& key) override;
  base::Result<blobs::Page> list(const std::string& prefix, const std::string& after, int limit) override;

  SpoolStatus status() const;
  /// A blob that the remote store may not have yet.
  bool waits(const std::string& key) const;
  /// Tries at once what waits for its next attempt.
  void hurry();
  /// False if something still waits then.
  bool wait_until_sent(base::Duration limit);

 private:
  /// What is still to be done with a key. Durable as a note beside the blobs that wait.
  struct Errand {
    bool removal = false;
    std::string content_type;
    std::string upload;  ///< to be continued; of a removal: to be given up
    std::uint64_t size = 0;
    std::uint64_t generation = 0;  ///< tells a later put from the one that is being sent
    std::int64_t since_ms = 0;     ///< wall time of the first put or removal
    int failures = 0;
    base::Instant not_before{};
  };

  SpooledStore(blobs::BlobStore& remote, SpoolOptions options, std::function<void()> stop_remote);
  static Errand read_note(const std::string& text);
  base::Status recover();
  base::Status write_note(const std::string& key, const Errand& errand);
  base::Status note_changed(const std::string& key, Errand errand);
  bool wait_for_work(std::unique_lock<std::mutex>& lock, std::string& key);
  void run();
  /// False: what was sent is not wanted any more.
  base::Result<bool> carry_out(const std::string& key, const Errand& errand);
  base::Result<blobs::Written> send(const std::string& key, const Errand& errand);
  void settle(const std::string& key, const Errand& done, const base::Result<bool>& outcome);
  void failed(Errand& errand, const base::Error& error);
  std::optional<Errand> find(const std::string& key) const;

  blobs::BlobStore& remote_;
  const SpoolOptions options_;
  std::function<void()> stop_remote_;
  std::unique_ptr<disk::DiskStore> blobs_;
  std::unique_ptr<disk::DiskStore> notes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Errand> errands_;
  std::uint64_t last_generation_ = 0;
  SpoolStatus counts_;
  bool no_room_ = false;  ///< for the latest put
  struct Arrived {
    std::uint64_t generation = 0;
    blobs::Written written;
  };
  std::map<std::string, Arrived> arrived_;  ///< sent, and nobody could be told yet; the spool's thread only
  base::Instant pause_until_{};
  base::Random random_;
  bool stopping_ = false;
  std::mutex writing_;  ///< one change of a key's files at a time
  std::thread thread_;
};

}  // namespace frontdesk::spool
