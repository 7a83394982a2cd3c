#include "records/row_outbox.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/entropy.hpp"

namespace frontdesk::records {
namespace {

constexpr std::string_view kDomain = "records";
constexpr std::string_view kSealed = ".sealed";
constexpr std::uint64_t kMostInFile = 64U << 20U;  // bytes: some hundred thousand turns
constexpr std::size_t kReadBytes = 1U << 20U;

std::string purpose_of(const std::filesystem::path& path) {
  return "waiting " + path.filename().string();
}

}  // namespace

// --- what an earlier process left

base::Result<std::vector<std::string>> RowOutbox::recover() {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, error)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());  // their names begin with the time
  std::vector<std::string> unreadable;
  for (const auto& file : files) {
    auto brought = bring(file);
    if (!brought && brought.error().retry != base::Retry::never) return tl::unexpected(brought.error());
    if (!brought) unreadable.push_back(file.string() + ": " + brought.error().message);
  }
  return unreadable;
}

base::Status RowOutbox::bring(const std::filesystem::path& file) {
  const auto text = read(file);
  if (!text) return tl::unexpected(text.error());
  base::Status verdict;
  for (std::size_t at = 0; at < text->size();) {
    const auto end = text->find('\n', at);
    if (end == std::string::npos) break;  // torn: its writer did not call it kept
    const auto change = change_of(std::string_view(*text).substr(at, end - at));
    at = end + 1;
    if (!change) {
      verdict = tl::unexpected(change.error());
      continue;
    }
    if (auto done = carry_(*change); !done && done.error().retry != base::Retry::never) return done;
  }
  if (!verdict) return verdict;
  std::error_code ignored;  // then it is brought again, which is harmless
  std::filesystem::remove(file, ignored);
  files::synchronise_folder(folder_);
  return {};
}

base::Result<std::string> RowOutbox::read(const std::filesystem::path& path) const {
  if (path.extension() != kSealed) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  if (!keys_) return base::fail(base::ErrorCode::failed_precondition, kDomain, "it is sealed, and there is no key");
  const auto reader = vault::SealedReader::open(path, *keys_, purpose_of(path));
  // Without a head it was never kept.
  if (!reader && std::filesystem::file_size(path) < vault::kWrappedKeyBytes) return std::string();
  if (!reader) return tl::unexpected(reader.error());
  std::string text;
  while (text.size() < reader->size()) {
    const auto part = reader->read(text.size(), kReadBytes);
    if (!part) return tl::unexpected(part.error());
    text.append(part->begin(), part->end());
  }
  return text;
}

// --- this process

bool RowOutbox::write() {
  problem_.clear();
  while (!waiting_.empty()) {
    if (auto done = carry_(waiting_.front()); !done) {
      problem_ = base::describe(done.error());
      if (done.error().retry != base::Retry::never) return false;
    }
    waiting_.pop_front();
    if (in_file_ > 0) --in_file_;
  }
  forget_file();
  return true;
}

void RowOutbox::keep_in_file() {
  if (in_file_ == waiting_.size()) return;
  std::string text;
  for (auto i = in_file_; i < waiting_.size(); ++i) text += to_line(waiting_[i]) + "\n";
  auto kept = [&]() -> base::Status {
    if (file_bytes_ + text.size() > kMostInFile)
      return base::fail(base::ErrorCode::resource_exhausted, kDomain,
                        "more rows wait for the database than the file for them may hold: bring the database back");
    if (auto opened = open_file(); !opened) return opened;
    const auto bytes = vault::bytes_of(text);
    auto written = sealed_ ? sealed_->append(bytes)
                           : files::append(plain_.get(), bytes, file_bytes_, kDomain, "cannot write " + path_.string());
    if (!written) return written;
    file_bytes_ += text.size();
    if (sealed_) return sealed_->synchronise();
    return ::fdatasync(plain_.get()) == 0 ? base::Status()
                                          : files::failure(errno, kDomain, "cannot write " + path_.string());
  }();
  if (kept)
    in_file_ = waiting_.size();
  else
    problem_ += "; " + base::describe(kept.error());
}

base::Status RowOutbox::open_file() {
  if (!path_.empty()) return {};
  std::error_code error;
  std::filesystem::create_directory(folder_, error);  // shows when the file cannot be opened
  const auto path = folder_ / (base::new_id("rows") + ".log" + (keys_ ? std::string(kSealed) : ""));
  if (keys_) {
    auto writer = vault::SealedWriter::create(path, *keys_, purpose_of(path));
    if (!writer) return tl::unexpected(writer.error());
    sealed_.emplace(std::move(*writer));
  } else {
    plain_ = files::Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!plain_) return files::failure(errno, kDomain, "cannot create " + path.string());
  }
  path_ = path;
  files::synchronise_folder(folder_);
  files::synchronise_folder(folder_.parent_path());
  return {};
}

void RowOutbox::forget_file() {
  if (path_.empty()) return;
  sealed_.reset();
  plain_ = files::Descriptor();
  std::error_code ignored;  // then it is brought again at the next start, which is harmless
  std::filesystem::remove(path_, ignored);
  files::synchronise_folder(folder_);
  path_.clear();
  file_bytes_ = 0;
  in_file_ = 0;
}

}  // namespace frontdesk::records
