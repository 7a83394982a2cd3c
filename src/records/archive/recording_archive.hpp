// Moves finished recordings from the data folder to a bucket, and brings them back to be played. A recording is, at
// every moment, whole in one of: data/recordings (while the call goes on, and until the spool has it), data/spool (made
// durable there until the bucket has it), the bucket. A kill between two steps means that a step is done again.
//
// The folder itself is the list of what is to be done: at the start and then every few seconds each file in it whose
// call is over is taken, so recordings of a crash, of an outage, or of the time before there was a bucket come too.
// What lies in the bucket has a row in `recordings`. That row has the head of the sealed file too, with the wrapped
// key: the object's own is blank, so that a new master key needs no traffic, and what was erased is out of reach even
// where a bucket keeps versions.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "blobs/spool/spooled_store.hpp"
#include "records/archive/places.hpp"
#include "store/pool.hpp"
#include "vault/cipher.hpp"

namespace frontdesk::archive {

struct ArchiveOptions {
  std::filesystem::path data_folder;
  std::string machine;                        ///< whose calls lie here; empty: there is one machine
  int keep_days = 0;                          ///< of recordings; 0: for good
  int keep_local_hours = 0;                   ///< of the original, after the call, once it is in the bucket
  std::uint64_t most_waiting = 20ULL << 30U;  ///< bytes for the bucket; more stays in data/recordings
  std::uint64_t most_fetched = 2ULL << 30U;   ///< bytes of what was fetched to be played
  std::uint64_t keep_free = 1ULL << 30U;      ///< of the disk
  /// The head of a sealed file, which its row keeps instead of the bucket; empty: it has none. Unset: it goes along.
  std::function<base::Result<vault::Bytes>(const std::filesystem::path& file)> head = {};
  /// Told when problem() says something else than before, on the archive's thread; may be empty.
  std::function<void(const std::string& problem)> tell = {};
  base::Duration look_every = base::seconds(2);
  retry::Backoff backoff{base::seconds(1), base::seconds(10)};
};

/// Puts the head that its row has into a recording as it came from the bucket.
base::Status put_head(store::Connection& connection, const std::string& recording, const std::filesystem::path& file);

class RecordingArchive {
 public:
  /// After whoever owns the data folder has locked it and mended its recordings. `bucket` must outlive it;
  /// `stop_bucket` ends its waits.
  static base::Result<std::unique_ptr<RecordingArchive>> open(blobs::BlobStore& bucket, store::Pool::Open connections,
                                                              ArchiveOptions options,
                                                              std::function<void()> stop_bucket = {});
  ~RecordingArchive();

  /// A file of this machine with all of the recording: fetched whole if need be, which may take a minute. not_found;
  /// unavailable: the bucket does not answer. Any thread.
  base::Result<std::filesystem::path> find(const std::string& recording);
  /// Everywhere; what cannot be removed from the bucket now is later, even after a restart. Any thread.
  base::Status forget(const std::string& recording);
  /// Why recordings wait here that should be in the bucket; empty: they do not.
  std::string problem() const;

 private:
  RecordingArchive(blobs::BlobStore& bucket, store::Pool::Open connections, ArchiveOptions options);
  void run();
  void tell();
  void look(base::UtcTime now);
  base::Status take(const std::string& recording, base::UtcTime now);
  base::Status put(const std::string& recording);
  base::Status copied_whole(const std::string& recording) const;
  base::Status forget_old(base::UtcTime now);
  base::Result<bool> arrived(const std::string& recording, const blobs::Written& written);
  void clear_cache(base::UtcTime now);
  void make_room(std::uint64_t bytes);
  base::Result<std::filesystem::path> fetch(const std::string& recording);
  base::Status complete(const std::string& recording, const std::filesystem::path& file);

  blobs::BlobStore& bucket_;
  const ArchiveOptions options_;
  store::Pool pool_;
  std::map<std::string, base::UtcTime> next_look_;  ///< at files that stay for now; the archive's thread only
  base::UtcTime forgot_at_{}, cleared_at_{};        ///< the archive's thread only
  std::timed_mutex fetching_;                       ///< one at a time: they share the line
  std::mutex moving_;                               ///< a recording from the folder to the spool, or away
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string problem_;
  std::string told_;  ///< the archive's thread only
  bool stopping_ = false;
  std::unique_ptr<spool::SpooledStore> spool_;  ///< after what it calls
  std::thread thread_;
};

}  // namespace frontdesk::archive
