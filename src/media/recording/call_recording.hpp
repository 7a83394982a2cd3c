// The recording of one call in the form the owner chose: WAV or Opus, sealed or in the clear. The file's name says
// which: call_....wav, .ogg, .wav.sealed, .ogg.sealed. Blocking: not for the media threads.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "audio/wav.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "vault/sealed_file.hpp"

namespace frontdesk::recording {

enum class Format { wav, opus };

struct Storage {
  Format format = Format::wav;
  std::shared_ptr<const vault::KeyRing> keys;  ///< null: in the clear
};

/// "call_....ogg.sealed"
std::string file_name(const std::string& call, const Storage& storage);

class CallRecording {
 public:
  virtual ~CallRecording() = default;
  /// Interleaved, caller left. After an error (a full disk) the file keeps what it held and this may be tried again.
  virtual base::Status write(audio::PcmView interleaved) = 0;
  /// What was written before it outlives this process, but for less than 20 ms.
  virtual base::Status flush() = 0;
  /// Waits until the device has what was flushed: it outlives a power failure too.
  virtual base::Status synchronise() = 0;
  /// To the device, and closed. Without it the file is what flush() left.
  virtual base::Status close() = 0;
  virtual base::Duration length() const = 0;
};

/// `path` must end as file_name() does. already_exists if there is one.
base::Result<std::unique_ptr<CallRecording>> create_recording(const std::filesystem::path& path,
                                                              const Storage& storage);

/// A recording as players expect it: a WAV or Ogg file by position, unsealed on the way. Many threads may read.
class RecordingReader {
 public:
  virtual ~RecordingReader() = default;
  virtual std::uint64_t size() const = 0;
  virtual base::Result<std::string> read(std::uint64_t offset, std::size_t length) const = 0;
  /// False: the end is missing, because the program was killed or somebody cut it off. Only a sealed one can tell.
  virtual bool complete() const { return true; }
  virtual const char* content_type() const = 0;
  virtual const char* extension() const = 0;  ///< ".wav"
};

/// `keys` may be null if the recording is in the clear.
base::Result<std::shared_ptr<const RecordingReader>> open_recording(const std::filesystem::path& path,
                                                                    const vault::KeyRing* keys);

/// All of it as samples.
base::Result<audio::Wav> read_sound(const RecordingReader& recording);

/// Makes an interrupted recording playable where its form needs that.
base::Status mend_recording(const std::filesystem::path& path);

/// What a sealed recording's file is sealed for.
std::string purpose_of(const std::filesystem::path& path);

}  // namespace frontdesk::recording
