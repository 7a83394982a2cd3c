// The store thread: writes what calls leave behind (database rows, the stereo recording, the tape)
// in the order it was handed over, and never makes the media threads wait. Sound and tape do not wait for the
// database: rows that it does not take are kept beside it (row_outbox.hpp).
//
// Below the data folder: frontdesk.db, recordings/YYYY-MM/call_....wav (or .ogg; .sealed),
// journals/YYYY-MM/call_....tape (.sealed), waiting/rows_....log (.sealed)
#pragma once
#include <chrono>
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
#include "records/journals/journal_file.hpp"
#include "records/row_outbox.hpp"
#include "runtime/call_records.hpp"
#include "store/call_witness.hpp"
#include "store/call_writer.hpp"
#include "store/folder_lock.hpp"

namespace frontdesk::records {

struct RecordKeeperStats {
  std::size_t queued = 0;  ///< what is not done yet, and rows that wait for the database
  std::uint64_t written = 0;
  std::uint64_t retried = 0;
  std::uint64_t sound_dropped = 0;  ///< blocks of recordings given up because the disk could not keep pace
  std::string last_error;           ///< empty when the latest write succeeded
};

struct RecordKeeperOptions {
  recording::Storage storage;
  int keep_days = 0;  ///< of recordings; 0: for good
  std::shared_ptr<const vault::KeyRing> keys =
      nullptr;  ///< what journals, and rows that wait in a file, are sealed with; null: in the clear
  std::shared_ptr<const store::WordSeal> words = nullptr;  ///< seals what is said, in the database; null: in the clear
  std::shared_ptr<store::CallWitness> witness = nullptr;   ///< may be null
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
  /// Files of rows that waited for the database and cannot be read, each with the reason.
  const std::vector<std::string>& unreadable() const { return unreadable_; }

 private:
  struct Job {
    std::function<void()> work;
    bool is_sound = false;
  };
  struct OpenCall {
    store::CallRow row;
    std::optional<journals::JournalFile> journal;  ///< from its first lines on
    std::unique_ptr<recording::CallRecording> sound;
    std::int64_t heartbeat_ms = 0;  ///< length of the sound at the last heartbeat
    bool sound_failed = false;
  };

  RecordKeeper(std::filesystem::path data_folder, store::FolderLock lock, std::unique_ptr<store::Connection> connection,
               std::string machine, RecordKeeperOptions options);
  base::Status mend();
  void forget_old_recordings();
  void loop();
  void push(std::function<void()> work, bool is_sound = false);
  bool let_go(const std::optional<std::chrono::steady_clock::time_point>& give_up) const;
  void work_once(std::unique_lock<base::InheritingMutex>& lock);
  void bring_rows();
  void keep(const base::Status& status);
  base::Status carry(const CallChange& change);
  /// `write`, and what the witness adds to it, as one transaction.
  base::Status witnessed(const std::function<base::Status()>& write,
                         const std::function<base::Status(store::CallWitness&)>& tell);
  void make_folder(const std::string& kind, const std::string& month) const;

  void write_begin(const runtime::CallBegun& begun);
  void write_turn(const runtime::TurnTaken& taken);
  void write_journal(runtime::CallNumber number, const std::string& lines);
  base::Status append_journal(OpenCall& open, const std::string& lines);
  void begin_recording(runtime::CallNumber number, std::uint64_t unrecorded);
  bool create_recording(OpenCall& open, runtime::CallNumber number);
  void write_consent(runtime::CallNumber number, const runtime::ConsentNoted& consent);
  void write_sound(runtime::CallNumber number, const audio::Pcm& interleaved);
  void write_message(runtime::CallNumber number, const std::string& id, const std::string& arguments, base::UtcTime at);
  void write_close(const runtime::CallClosed& closed);
  OpenCall* find(runtime::CallNumber number);

  const std::filesystem::path folder_;
  const RecordKeeperOptions options_;
  const store::FolderLock lock_;
  std::unique_ptr<store::Connection> connection_;
  store::CallWriter writer_;
  RowOutbox outbox_;                                         ///< store thread only
  std::chrono::steady_clock::time_point next_attempt_{};     ///< at bringing rows to the database; store thread only
  std::unordered_map<runtime::CallNumber, OpenCall> calls_;  ///< store thread only
  std::vector<std::string> mended_;
  std::vector<std::string> unreadable_;
  std::int64_t swept_at_ms_ = 0;  ///< store thread only

  mutable base::InheritingMutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> jobs_;
  std::size_t queued_sound_ = 0;
  bool stopping_ = false;
  RecordKeeperStats stats_;
  std::size_t rows_waiting_ = 0;
  std::string row_problem_;
  std::thread thread_;
};

}  // namespace frontdesk::records
