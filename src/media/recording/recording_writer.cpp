#include "media/recording/recording_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <limits>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "audio/wav.hpp"
#include "files/file.hpp"

namespace frontdesk::recording {
namespace {

constexpr int kChannels = 2;
constexpr std::uint64_t kBytesPerFrame = kChannels * sizeof(audio::Sample);
constexpr std::uint64_t kMaxDataBytes = std::numeric_limits<std::uint32_t>::max() - audio::kWavHeaderBytes;
constexpr std::string_view kDomain = "recording";

static_assert(std::endian::native == std::endian::little, "samples are written as they lie in memory");

tl::unexpected<base::Error> system_failure(int number, const std::string& what, const std::filesystem::path& path) {
  return files::failure(number, kDomain, what + " " + path.string());
}

int write_header(int fd, std::uint64_t data_bytes) {
  const auto header = audio::wav_header(audio::kTelephoneRate, kChannels, static_cast<std::uint32_t>(data_bytes));
  return files::write_at(fd, header, 0);
}

base::Duration length_of(std::uint64_t data_bytes) {
  return base::microseconds(1'000'000 / audio::kTelephoneRate) * static_cast<std::int64_t>(data_bytes / kBytesPerFrame);
}

/// True for a header that this writer made, whatever sizes it states.
bool is_ours(std::span<const std::uint8_t> header) {
  const auto expected = audio::wav_header(audio::kTelephoneRate, kChannels, 0);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool size_field = (i >= 4 && i < 8) || i >= 40;
    if (!size_field && header[i] != expected[i]) return false;
  }
  return true;
}

}  // namespace

base::Result<RecordingWriter> RecordingWriter::create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return system_failure(errno, "cannot create", path);
  RecordingWriter writer(fd, path);
  if (const int failure = write_header(fd, 0); failure != 0) {
    ::unlink(path.c_str());
    return system_failure(failure, "cannot write", path);
  }
  return writer;
}

RecordingWriter::~RecordingWriter() {
  release();
}

void RecordingWriter::release() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

RecordingWriter::RecordingWriter(RecordingWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      data_bytes_(other.data_bytes_),
      interleaved_(std::move(other.interleaved_)) {}

RecordingWriter& RecordingWriter::operator=(RecordingWriter&& other) noexcept {
  if (this == &other) return *this;
  release();
  fd_ = std::exchange(other.fd_, -1);
  path_ = std::move(other.path_);
  data_bytes_ = other.data_bytes_;
  interleaved_ = std::move(other.interleaved_);
  return *this;
}

base::Status RecordingWriter::write(audio::PcmView interleaved) {
  if (fd_ < 0) return base::fail(base::ErrorCode::failed_precondition, kDomain, "the recording is closed");
  if (interleaved.size() % kChannels != 0) {
    return base::fail(base::ErrorCode::invalid_argument, kDomain, "stereo needs an even number of samples");
  }
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(interleaved.data()), interleaved.size_bytes());
  if (data_bytes_ + bytes.size() > kMaxDataBytes) {
    return base::fail(base::ErrorCode::out_of_range, kDomain, "a WAV file holds at most 4 GiB; start another");
  }
  const std::uint64_t end = audio::kWavHeaderBytes + data_bytes_;
  // A torn tail would be taken for sound by recover().
  if (auto written = files::append(fd_, bytes, end, kDomain, "cannot write " + path_.string()); !written)
    return written;
  data_bytes_ += bytes.size();
  return {};
}

base::Status RecordingWriter::write(audio::PcmView caller, audio::PcmView receptionist) {
  if (caller.size() != receptionist.size()) {
    return base::fail(base::ErrorCode::invalid_argument, kDomain, "both channels must be equally long");
  }
  interleaved_.clear();
  for (std::size_t i = 0; i < caller.size(); ++i) {
    interleaved_.push_back(caller[i]);
    interleaved_.push_back(receptionist[i]);
  }
  return write(interleaved_);
}

base::Status RecordingWriter::flush() {
  if (fd_ < 0) return base::fail(base::ErrorCode::failed_precondition, kDomain, "the recording is closed");
  if (const int failure = write_header(fd_, data_bytes_); failure != 0) {
    return system_failure(failure, "cannot write", path_);
  }
  return {};
}

base::Status RecordingWriter::synchronise() {
  if (fd_ >= 0 && ::fdatasync(fd_) != 0) return system_failure(errno, "cannot write", path_);
  return {};
}

base::Status RecordingWriter::close() {
  if (fd_ < 0) return {};
  base::Status status = flush();
  if (status) status = synchronise();
  const int fd = std::exchange(fd_, -1);
  if (::close(fd) != 0 && status) status = system_failure(errno, "cannot close", path_);
  return status;
}

base::Duration RecordingWriter::length() const {
  return length_of(data_bytes_);
}

base::Result<base::Duration> recover(const std::filesystem::path& path) {
  const files::Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return system_failure(errno, "cannot open", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_failure(errno, "cannot examine", path);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::vector<std::uint8_t> header(audio::kWavHeaderBytes);
  const ssize_t got = ::pread(file.get(), header.data(), header.size(), 0);
  if (got < 0) return system_failure(errno, "cannot read", path);
  if (static_cast<std::size_t>(got) < header.size() || !is_ours(header)) {
    return base::fail(base::ErrorCode::invalid_argument, kDomain, path.string() + " is not a call recording");
  }
  const std::uint64_t data_bytes =
      std::min(size - audio::kWavHeaderBytes, kMaxDataBytes) / kBytesPerFrame * kBytesPerFrame;
  if (const int failure = write_header(file.get(), data_bytes); failure != 0) {
    return system_failure(failure, "cannot write", path);
  }
  if (::ftruncate(file.get(), static_cast<off_t>(audio::kWavHeaderBytes + data_bytes)) != 0) {
    return system_failure(errno, "cannot shorten", path);
  }
  return length_of(data_bytes);
}

}  // namespace frontdesk::recording
