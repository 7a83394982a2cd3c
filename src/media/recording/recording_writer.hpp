// A call recording on disk: stereo WAV (caller left, receptionist right, 8 kHz, 16 bits) written as
// the call goes on. After each flush() the file is whole and playable up to there, whatever happens
// to the process next; recover() mends one that was cut between flushes. Blocking: not for the media
// threads.
#pragma once
#include <cstdint>
#include <filesystem>

#include "audio/pcm.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace frontdesk::recording {

class RecordingWriter {
 public:
  /// Creates the file (readable by its owner only). already_exists if there is one: recordings are
  /// never overwritten.
  static base::Result<RecordingWriter> create(const std::filesystem::path& path);
  ~RecordingWriter();  ///< closes without flushing
  RecordingWriter(RecordingWriter&& other) noexcept;
  RecordingWriter& operator=(RecordingWriter&& other) noexcept;

  /// Interleaved samples, an even number. After an error (a full disk) the file keeps what it held
  /// before the call and the writer may be tried again.
  base::Status write(audio::PcmView interleaved);
  /// Two channels of equal length.
  base::Status write(audio::PcmView caller, audio::PcmView receptionist);
  /// Makes the header say what has been written.
  base::Status flush();
  /// Waits until the device has what was flushed.
  base::Status synchronise();
  /// flush(), then to the device, then closed.
  base::Status close();

  base::Duration length() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  RecordingWriter(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  void release();

  int fd_ = -1;
  std::filesystem::path path_;
  std::uint64_t data_bytes_ = 0;
  audio::Pcm interleaved_;
};

/// Mends the header of an interrupted recording from the size of the file, dropping a torn last
/// frame. Returns the length of the sound. A file that is not one of ours is left alone.
base::Result<base::Duration> recover(const std::filesystem::path& path);

}  // namespace frontdesk::recording
