// The store thread: writes what calls leave behind (database rows, the stereo recording, the tape)
// in the order it was handed over, and never makes the media threads wait.
//
// Below the data folder: frontdesk.db, recordings/YYYY-MM/call_....wav (or .ogg; .sealed),
// journals/YYYY-MM/call_....tape
#pragma once
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/inheriting_mutex.hpp"
#include "media/recording/call_recording.hpp"
#include "runtime/call_records.hpp"
#include "store/call_witness.hpp"
#include "store/call_writer.hpp"
#include "store/folder_lock.hpp"

namespace frontdesk::records {

struct RecordKeeperStats {
  std::size_t queued = 0;
  std::uint64_t written = 0;
  std::uint64_t retried = 0;
  std::uint64_t sound_dropped = 0;  ///< blocks of recordings given up because the disk could not keep pace
  std::string last_error;           ///< empty when the latest write succeeded
};

struct RecordKeeperOptions {
  recording::Storage storage;
  int keep_days = 0;                                      ///< of recordings; 0: for good
  std::shared_ptr<store::CallWitness> witness = nullptr;  ///< may be null
};

class RecordKeeper final : public runtime::CallRecords {
 public:
  /// Opens the database, mends what an earlier process left behind, starts the thread.
  static base::Result<std::unique_ptr<RecordKeeper>> start(const store::Location& location,
                                                           RecordKeeperOptions options = {});
  /// Writes everything that is queued, for at most the drain limit.
  ~RecordKeeper() override;

  void begin(runtime::CallBegun call) override;
  void answered(runtime::CallNumber call, base::UtcTime at) override;
  void turn(runtime::TurnTaken turn) override;
  void journal(runtime::CallNumber call, std::string lines) override;
  void recording_begins(runtime::CallNumber call, std::uint64_t unrecorded) override;
  void consent(runtime::CallNumber call, runtime::ConsentNoted consent) override;
  void sound(runtime::CallNumber call, audio::Pcm interleaved) override;
  void message(runtime::CallNumber call, std::string arguments, base::UtcTime at) override;
  void close(runtime::CallClosed call) override;
  void refused(runtime::CallRefused call) override;

  RecordKeeperStats stats() const;
  /// Calls that were found interrupted at the start.
  const std::vector<std::string>& mended() const { return mended_; }

 private:
  /// False: try again later (the database is locked, the disk is full).
  using Job = std::function<bool()>;
  struct OpenCall {
    store::CallRow row;
    std::unique_ptr<recording::CallRecording> sound;
    std::int64_t heartbeat_ms = 0;  ///< length of the sound at the last heartbeat
    bool sound_failed = false;
  };

  RecordKeeper(std::filesystem::path data_folder, store::FolderLock lock, std::unique_ptr<store::Connection> connection,
               std::string machine, RecordKeeperOptions options);
  base::Status mend();
  void forget_old_recordings();
  void loop();
  void push(Job job, bool is_sound = false);
  bool keep(const base::Status& status);
  /// `write`, and what the witness adds to it, as one transaction.
  base::Status witnessed(const std::function<base::Status()>& write,
                         const std::function<base::Status(store::CallWitness&)>& tell);

  bool write_begin(const runtime::CallBegun& begun);
  bool write_turn(const runtime::TurnTaken& taken);
  bool write_journal(runtime::CallNumber number, const std::string& lines);
  bool begin_recording(runtime::CallNumber number, std::uint64_t unrecorded);
  bool write_consent(runtime::CallNumber number, const runtime::ConsentNoted& consent);
  bool write_sound(runtime::CallNumber number, const audio::Pcm& interleaved);
  bool write_message(runtime::CallNumber number, const std::string& id, const std::string& arguments, base::UtcTime at);
  bool write_close(const runtime::CallClosed& closed);
  OpenCall* find(runtime::CallNumber number);

  const std::filesystem::path folder_;
  const RecordKeeperOptions options_;
  const store::FolderLock lock_;
  std::unique_ptr<store::Connection> connection_;
  store::CallWriter writer_;
  std::unordered_map<runtime::CallNumber, OpenCall> calls_;  ///< store thread only
  std::vector<std::string> mended_;
  std::int64_t swept_at_ms_ = 0;  ///< store thread only

  mutable base::InheritingMutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::size_t queued_sound_ = 0;
  bool stopping_ = false;
  RecordKeeperStats stats_;
  std::thread thread_;
};

}  // namespace frontdesk::records
