#include "media/recording/call_recording.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "files/file.hpp"
#include "media/recording/ogg_opus.hpp"
#include "media/recording/recording_writer.hpp"

namespace frontdesk::recording {
namespace {

constexpr std::string_view kDomain = "recording";
constexpr std::string_view kSealed = ".sealed";
constexpr std::size_t kFrameBytes = 2 * sizeof(audio::Sample);
constexpr std::size_t kReadBytes = 256U << 10U;

bool is_sealed_name(const std::filesystem::path& path) {
  return path.extension() == kSealed;
}
bool is_opus_name(const std::filesystem::path& path) {
  return (is_sealed_name(path) ? path.stem() : path).extension() == ".ogg";
}

tl::unexpected<base::Error> failed(int number, const std::string& what) {
  return files::failure(number, kDomain, what);
}

base::Duration length_of(std::uint64_t samples) {
  return base::microseconds(samples * 125);
}

// --- where bytes go

class Sink {
 public:
  virtual ~Sink() = default;
  virtual base::Status append(vault::ByteView bytes) = 0;
  virtual base::Status synchronise() = 0;
  virtual base::Status finish() = 0;
};

class SealedSink final : public Sink {
 public:
  explicit SealedSink(vault::SealedWriter writer) : writer_(std::move(writer)) {}
  base::Status append(vault::ByteView bytes) override { return writer_.append(bytes); }
  base::Status synchronise() override { return writer_.synchronise(); }
  base::Status finish() override { return writer_.finish(); }

 private:
  vault::SealedWriter writer_;
};

class PlainSink final : public Sink {
 public:
  explicit PlainSink(files::Descriptor file) : file_(std::move(file)) {}
  base::Status append(vault::ByteView bytes) override {
    auto written = files::append(file_.get(), bytes, end_, kDomain, "cannot write a recording");
    if (written) end_ += bytes.size();
    return written;
  }
  base::Status synchronise() override {
    if (::fdatasync(file_.get()) != 0) return failed(errno, "cannot write a recording");
    return {};
  }
  base::Status finish() override { return synchronise(); }

 private:
  files::Descriptor file_;
  std::uint64_t end_ = 0;
};

base::Result<std::unique_ptr<Sink>> open_sink(const std::filesystem::path& path, const Storage& storage) {
  if (storage.keys) {
    auto writer = vault::SealedWriter::create(path, *storage.keys, purpose_of(path));
    if (!writer) return tl::unexpected(writer.error());
    return std::make_unique<SealedSink>(std::move(*writer));
  }
  files::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return failed(errno, "cannot create " + path.string());
  return std::make_unique<PlainSink>(std::move(file));
}

// --- the forms

class PlainWav final : public CallRecording {
 public:
  explicit PlainWav(RecordingWriter writer) : writer_(std::move(writer)) {}
  base::Status write(audio::PcmView interleaved) override { return writer_.write(interleaved); }
  base::Status flush() override { return writer_.flush(); }
  base::Status synchronise() override { return writer_.synchronise(); }
  base::Status close() override { return writer_.close(); }
  base::Duration length() const override { return writer_.length(); }

 private:
  RecordingWriter writer_;
};

/// The samples alone: a header would have to be written again and again. Readers put it before them.
class SealedSamples final : public CallRecording {
 public:
  explicit SealedSamples(std::unique_ptr<Sink> sink) : sink_(std::move(sink)) {}
  base::Status write(audio::PcmView interleaved) override {
    const vault::ByteView bytes(reinterpret_cast<const std::uint8_t*>(interleaved.data()), interleaved.size_bytes());
    if (auto written = sink_->append(bytes); !written) return written;
    samples_ += interleaved.size() / 2;
    return {};
  }
  base::Status flush() override { return {}; }
  base::Status synchronise() override { return sink_->synchronise(); }
  base::Status close() override { return sink_->finish(); }
  base::Duration length() const override { return length_of(samples_); }

 private:
  std::unique_ptr<Sink> sink_;
  std::uint64_t samples_ = 0;
};

class Opus final : public CallRecording {
 public:
  Opus(OggOpusEncoder encoder, std::unique_ptr<Sink> sink) : encoder_(std::move(encoder)), sink_(std::move(sink)) {}
  base::Status write(audio::PcmView interleaved) override {
    if (auto added = encoder_.add(interleaved); !added) return added;
    samples_ += interleaved.size() / 2;
    return {};
  }
  base::Status flush() override {
    const auto pages = encoder_.take_pages();
    unwritten_.insert(unwritten_.end(), pages.begin(), pages.end());
    if (unwritten_.size() > kMostUnwritten)
      return base::fail(base::ErrorCode::resource_exhausted, kDomain, "the disk has refused a recording for too long");
    if (unwritten_.empty()) return {};
    if (auto written = sink_->append(unwritten_); !written) return written;
    unwritten_.clear();
    return {};
  }
  base::Status synchronise() override { return sink_->synchronise(); }
  base::Status close() override {
    const auto last = encoder_.finish();
    if (!last) return tl::unexpected(last.error());
    unwritten_.insert(unwritten_.end(), last->begin(), last->end());
    if (auto flushed = flush(); !flushed) return flushed;
    return sink_->finish();
  }
  base::Duration length() const override { return length_of(samples_); }

 private:
  static constexpr std::size_t kMostUnwritten = 4U << 20U;  // bytes: twenty minutes
  OggOpusEncoder encoder_;
  std::unique_ptr<Sink> sink_;
  std::vector<std::uint8_t> unwritten_;  ///< pages the disk would not take
  std::uint64_t samples_ = 0;
};

// --- reading

class PlainReader final : public RecordingReader {
 public:
  PlainReader(files::Descriptor file, std::uint64_t size, bool opus)
      : file_(std::move(file)), size_(size), opus_(opus) {}
  std::uint64_t size() const override { return size_; }
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const override {
    std::string bytes(length, '\0');
    const auto count = files::read_at(file_.get(), {reinterpret_cast<std::uint8_t*>(bytes.data()), length}, offset);
    if (count < 0) return failed(errno, "cannot read a recording");
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
  const char* content_type() const override { return opus_ ? "audio/ogg" : "audio/wav"; }
  const char* extension() const override { return opus_ ? ".ogg" : ".wav"; }

 private:
  files::Descriptor file_;
  std::uint64_t size_;
  bool opus_;
};

class UnsealingReader final : public RecordingReader {
 public:
  UnsealingReader(vault::SealedReader file, bool opus) : file_(std::move(file)), opus_(opus) {
    if (opus_) return;
    // A torn frame at the end is left out; a WAV file's sizes have 32 bits.
    const auto most = std::uint64_t{0xffff'ffff} - audio::kWavHeaderBytes - kFrameBytes;
    const auto samples = std::min(file_.size(), most) / kFrameBytes * kFrameBytes;
    const auto header = audio::wav_header(audio::kTelephoneRate, 2, static_cast<std::uint32_t>(samples));
    header_.assign(header.begin(), header.end());
    content_ = samples;
  }
  std::uint64_t size() const override { return opus_ ? file_.size() : header_.size() + content_; }
  base::Result<std::string> read(std::uint64_t offset, std::size_t length) const override {
    if (offset >= size()) return std::string();
    length = static_cast<std::size_t>(std::min<std::uint64_t>(length, size() - offset));
    std::string out;
    if (offset < header_.size()) out = header_.substr(offset, length);
    if (out.size() == length) return out;
    const auto from = offset + out.size() - header_.size();
    const auto bytes = file_.read(from, length - out.size());
    if (!bytes) return tl::unexpected(bytes.error());
    out.append(bytes->begin(), bytes->end());
    return out;
  }
  bool complete() const override { return file_.complete(); }
  const char* content_type() const override { return opus_ ? "audio/ogg" : "audio/wav"; }
  const char* extension() const override { return opus_ ? ".ogg" : ".wav"; }

 private:
  vault::SealedReader file_;
  bool opus_;
  std::string header_;
  std::uint64_t content_ = 0;
};

}  // namespace

std::string file_name(const std::string& call, const Storage& storage) {
  return call + (storage.format == Format::opus ? ".ogg" : ".wav") + (storage.keys ? std::string(kSealed) : "");
}

std::string purpose_of(const std::filesystem::path& path) {
  return "recording " + (is_sealed_name(path) ? path.stem() : path.filename()).string();
}

base::Result<std::unique_ptr<CallRecording>> create_recording(const std::filesystem::path& path,
                                                              const Storage& storage) {
  if (storage.format == Format::wav && !storage.keys) {
    auto writer = RecordingWriter::create(path);
    if (!writer) return tl::unexpected(writer.error());
    return std::make_unique<PlainWav>(std::move(*writer));
  }
  auto sink = open_sink(path, storage);
  if (!sink) return tl::unexpected(sink.error());
  if (storage.format == Format::wav) return std::make_unique<SealedSamples>(std::move(*sink));
  auto encoder = OggOpusEncoder::create();
  if (!encoder) return tl::unexpected(encoder.error());
  return std::make_unique<Opus>(std::move(*encoder), std::move(*sink));
}

base::Result<std::shared_ptr<const RecordingReader>> open_recording(const std::filesystem::path& path,
                                                                    const vault::KeyRing* keys) {
  if (is_sealed_name(path)) {
    if (keys == nullptr)
      return base::fail(base::ErrorCode::failed_precondition, kDomain, "the recording is sealed, and there is no key");
    auto sealed = vault::SealedReader::open(path, *keys, purpose_of(path));
    if (!sealed) return tl::unexpected(sealed.error());
    return std::make_shared<const UnsealingReader>(std::move(*sealed), is_opus_name(path));
  }
  files::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return failed(errno, "cannot open the recording");
  if (!S_ISREG(status.st_mode)) return failed(ENOENT, "cannot open the recording");
  return std::make_shared<const PlainReader>(std::move(file), static_cast<std::uint64_t>(status.st_size),
                                             is_opus_name(path));
}

base::Result<audio::Wav> read_sound(const RecordingReader& recording) {
  std::string bytes;
  while (bytes.size() < recording.size()) {
    const auto part = recording.read(bytes.size(), kReadBytes);
    if (!part) return tl::unexpected(part.error());
    if (part->empty()) break;
    bytes += *part;
  }
  const auto view = vault::bytes_of(bytes);
  return std::string_view(recording.extension()) == ".ogg" ? decode_ogg_opus(view) : audio::parse_wav(view);
}

base::Status mend_recording(const std::filesystem::path& path) {
  if (is_sealed_name(path) || is_opus_name(path)) return {};
  const auto mended = recover(path);
  if (!mended) return tl::unexpected(mended.error());
  return {};
}

}  // namespace frontdesk::recording
