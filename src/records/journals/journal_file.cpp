#include "records/journals/journal_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace frontdesk::journals {
namespace {

constexpr std::string_view kDomain = "journals";
constexpr std::string_view kSealed = ".sealed";
constexpr std::size_t kReadBytes = 1U << 20U;

base::Result<std::string> read_plain(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kReadBytes, '\0');
  std::string all;
  while (file && all.size() < kLongestJournal) {
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    all.append(text, 0, static_cast<std::size_t>(file.gcount()));
  }
  return all;
}

base::Result<std::string> read_sealed(const std::filesystem::path& path, const vault::KeyRing& keys) {
  const auto reader = vault::SealedReader::open(path, keys, purpose_of(path));
  if (!reader) return tl::unexpected(reader.error());
  std::string all;
  while (all.size() < std::min<std::uint64_t>(reader->size(), kLongestJournal)) {
    const auto part = reader->read(all.size(), kReadBytes);
    if (!part) return tl::unexpected(part.error());
    if (part->empty()) break;
    all.append(part->begin(), part->end());
  }
  return all;
}

}  // namespace

std::string file_name(const std::string& call, bool sealed) {
  return call + ".tape" + (sealed ? std::string(kSealed) : std::string());
}

std::string purpose_of(const std::filesystem::path& path) {
  return "journal " + path.stem().stem().string();
}

base::Result<JournalFile> JournalFile::create(const std::filesystem::path& path, const vault::KeyRing* keys) {
  if (keys != nullptr) {
    auto writer = vault::SealedWriter::create(path, *keys, purpose_of(path));
    if (!writer) return tl::unexpected(writer.error());
    return JournalFile(std::move(*writer));
  }
  files::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0)
    return files::failure(errno, kDomain, "cannot create " + path.string());
  return JournalFile(std::move(file), static_cast<std::uint64_t>(found.st_size));
}

base::Status JournalFile::append(std::string_view lines) {
  const auto bytes = vault::bytes_of(lines);
  if (sealed_) {
    for (std::size_t at = 0; at < bytes.size(); at += vault::kLongestChunk)
      if (auto done = sealed_->append(bytes.subspan(at, std::min(vault::kLongestChunk, bytes.size() - at))); !done)
        return done;
    return {};
  }
  auto written = files::append(plain_.get(), bytes, size_, kDomain, "cannot write a journal");
  if (written) size_ += bytes.size();
  return written;
}

base::Status JournalFile::synchronise() {
  if (sealed_) return sealed_->synchronise();
  return ::fdatasync(plain_.get()) == 0 ? base::Status() : files::failure(errno, kDomain, "cannot write a journal");
}

base::Result<std::string> read(const std::filesystem::path& path, const vault::KeyRing* keys) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return base::fail(base::ErrorCode::not_found, kDomain, "cannot read the journal " + path.string());
  if (!vault::is_sealed(path)) return read_plain(path);
  if (keys == nullptr)
    return base::fail(base::ErrorCode::failed_precondition, kDomain,
                      "the journal is sealed, and there is no master key here: put master.key into the data folder");
  return read_sealed(path, *keys);
}

}  // namespace frontdesk::journals
