#include "vault/sealed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "vault/sealed_head.hpp"

namespace frontdesk::vault {
namespace {

constexpr std::string_view kDomain = "vault";
constexpr std::string_view kMagic = "FDSEAL01";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kHeaderBytes = 8 + kIdBytes + kWrappedKeyBytes;
static_assert(kHeaderBytes == kHeadBytes && kHeaderBytes - kWrappedKeyBytes == kHeadNameBytes);
constexpr std::size_t kSectorBytes = 512;
static_assert(kHeaderBytes <= kSectorBytes, "rewrap_file() must write within one sector");
constexpr int kMostLooks = 5;  // at a head that somebody else is writing
constexpr std::size_t kLengthBytes = 4;
constexpr std::uint32_t kLastBit = 1U << 31U;
constexpr std::uint64_t kChunkOverhead = kLengthBytes + kNonceBytes + kTagBytes;

tl::unexpected<base::Error> failed(int number, const std::string& what, const std::filesystem::path& path) {
  return files::failure(number, kDomain, what + " " + path.string());
}

tl::unexpected<base::Error> changed(const char* what) {
  return base::fail(base::ErrorCode::data_loss, kDomain, std::string("the sealed file is damaged: ") + what);
}

/// Shorter at the end of the file.
base::Result<Bytes> read_at(int fd, std::uint64_t offset, std::size_t length) {
  Bytes bytes(length);
  const auto count = files::read_at(fd, bytes, offset);
  if (count < 0) return failed(errno, "cannot read", "the sealed file");
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

void append_number(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint32_t number_of(ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) value |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  return value;
}

/// What a chunk belongs to.
Bytes place(const Bytes& id, std::uint64_t index, std::uint32_t length_and_last) {
  Bytes out = id;
  append_number(out, index, 8);
  append_number(out, length_and_last, 4);
  return out;
}

Bytes wrapped_for(std::string_view purpose, ByteView id) {
  Bytes out(purpose.begin(), purpose.end());
  out.push_back(0);
  out.insert(out.end(), id.begin(), id.end());
  return out;
}

struct Header {
  Bytes id;
  Bytes wrapped;
};

base::Result<Header> read_header(int fd) {
  const auto bytes = read_at(fd, 0, kHeaderBytes);
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->size() < kHeaderBytes || !std::equal(kMagic.begin(), kMagic.end(), bytes->begin()))
    return changed("it has no head");
  const auto id = bytes->begin() + kMagic.size();
  return Header{{id, id + kIdBytes}, {id + kIdBytes, bytes->end()}};
}

struct OpenedHeader {
  Header header;
  Key key;
};

/// A head that is being rewrapped can be read half old and half new; then it is read again.
base::Result<OpenedHeader> open_header(int fd, const KeyRing& keys, std::string_view purpose) {
  for (int look = 1;; ++look) {
    auto header = read_header(fd);
    if (!header) return tl::unexpected(header.error());
    const auto key = keys.unwrap(header->wrapped, wrapped_for(purpose, header->id));
    if (key) return OpenedHeader{std::move(*header), *key};
    const auto again = read_header(fd);
    const bool settled = again && again->wrapped == header->wrapped;
    if (settled || look == kMostLooks) return tl::unexpected(key.error());
  }
}

Bytes header_bytes(const Bytes& id, const Bytes& wrapped) {
  Bytes out(kMagic.begin(), kMagic.end());
  out.insert(out.end(), id.begin(), id.end());
  out.insert(out.end(), wrapped.begin(), wrapped.end());
  return out;
}

}  // namespace

// --- writing

base::Result<SealedWriter> SealedWriter::create(const std::filesystem::path& path, const KeyRing& keys,
                                                std::string_view purpose) {
  Bytes id(kIdBytes);
  if (auto made = fill_random(id); !made) return tl::unexpected(made.error());
  const auto key = Key::random();
  if (!key) return tl::unexpected(key.error());
  const auto wrapped = keys.wrap(*key, wrapped_for(purpose, id));
  if (!wrapped) return tl::unexpected(wrapped.error());
  files::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return failed(errno, "cannot create", path);
  if (const int failure = files::write_at(file.get(), header_bytes(id, *wrapped), 0); failure != 0) {
    ::unlink(path.c_str());
    return failed(failure, "cannot write", path);
  }
  SealedWriter writer(std::move(file), *key, std::move(id));
  writer.end_ = kHeaderBytes;
  return writer;
}

base::Status SealedWriter::append(ByteView plain) {
  if (finished_) return base::fail(base::ErrorCode::failed_precondition, kDomain, "the sealed file is finished");
  while (!plain.empty()) {
    const auto part = plain.first(std::min(plain.size(), kLongestChunk));
    if (auto written = write_chunk(part, false); !written) return written;
    plain = plain.subspan(part.size());
  }
  return {};
}

base::Status SealedWriter::finish() {
  if (finished_) return {};
  if (auto written = write_chunk({}, true); !written) return written;
  finished_ = true;
  return synchronise();
}

base::Status SealedWriter::synchronise() {
  if (::fdatasync(file_.get()) != 0) return failed(errno, "cannot write", "the sealed file");
  return {};
}

/// The nonce is drawn anew each time: a chunk that did not reach the disk may be followed by another in its place.
base::Status SealedWriter::write_chunk(ByteView plain, bool last) {
  const auto nonce = random_nonce();
  if (!nonce) return tl::unexpected(nonce.error());
  const auto length = static_cast<std::uint32_t>(plain.size()) | (last ? kLastBit : 0);
  const auto sealed = seal(key_, *nonce, place(id_, index_, length), plain);
  if (!sealed) return tl::unexpected(sealed.error());
  Bytes out;
  append_number(out, length, kLengthBytes);
  out.insert(out.end(), nonce->begin(), nonce->end());
  out.insert(out.end(), sealed->begin(), sealed->end());
  if (auto written = files::append(file_.get(), out, end_, kDomain, "cannot write the sealed file"); !written)
    return written;
  ++index_;
  end_ += out.size();
  size_ += plain.size();
  return {};
}

// --- reading

base::Result<SealedReader> SealedReader::open(const std::filesystem::path& path, const KeyRing& keys,
                                              std::string_view purpose) {
  files::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return failed(errno, "cannot open", path);
  auto opened = open_header(file.get(), keys, purpose);
  if (!opened) return tl::unexpected(opened.error());
  SealedReader reader(std::move(file), opened->key, std::move(opened->header.id));
  if (auto indexed = reader.index(); !indexed) return tl::unexpected(indexed.error());
  return reader;
}

base::Status SealedReader::index() {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) return failed(errno, "cannot examine", "the sealed file");
  const auto end = static_cast<std::uint64_t>(status.st_size);
  for (std::uint64_t at = kHeaderBytes; end - at >= kChunkOverhead;) {
    const auto bytes = read_at(file_.get(), at, kLengthBytes);
    if (!bytes || bytes->size() < kLengthBytes) return changed("it shrinks");
    const auto number = number_of(*bytes);
    Chunk chunk{at, size_, number & ~kLastBit, (number & kLastBit) != 0};
    // After a power failure some of the last blocks may be empty, and what stands between them means nothing.
    if (chunk.length > kLongestChunk || end - at < kChunkOverhead + chunk.length) break;
    at += kChunkOverhead + chunk.length;
    size_ += chunk.length;
    chunks_.push_back(chunk);
    if (!chunk.last) continue;
    complete_ = open_chunk(chunks_.size() - 1).has_value();
    if (!complete_ && at == end) return changed("its end");
    if (complete_ && at != end) return changed("something follows its end");
    break;
  }
  // The end decides what is missing, so it must be genuine.
  while (!chunks_.empty() && !open_chunk(chunks_.size() - 1)) {
    size_ -= chunks_.back().length;
    chunks_.pop_back();
  }
  return {};
}

base::Result<Bytes> SealedReader::open_chunk(std::size_t number) const {
  const auto& chunk = chunks_[number];
  const auto bytes = read_at(file_.get(), chunk.at, kChunkOverhead + chunk.length);
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->size() != kChunkOverhead + chunk.length) return changed("it shrinks");
  Nonce nonce{};
  std::copy_n(bytes->begin() + kLengthBytes, nonce.size(), nonce.begin());
  const auto length = chunk.length | (chunk.last ? kLastBit : 0);
  return vault::open(key_, nonce, place(id_, number, length), ByteView(*bytes).subspan(kLengthBytes + kNonceBytes));
}

base::Result<Bytes> SealedReader::read(std::uint64_t offset, std::size_t length) const {
  Bytes out;
  if (offset >= size_) return out;
  const auto end = std::min<std::uint64_t>(size_, offset + length);
  const auto after =
      std::upper_bound(chunks_.begin(), chunks_.end(), offset, [](auto at, const Chunk& c) { return at < c.offset; });
  for (auto number = static_cast<std::size_t>(after - chunks_.begin()) - 1; offset < end; ++number) {
    const auto plain = open_chunk(number);
    if (!plain) return tl::unexpected(plain.error());
    const auto from = static_cast<std::size_t>(offset - chunks_[number].offset);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(plain->size() - from, end - offset));
    const auto begin = plain->begin() + static_cast<std::ptrdiff_t>(from);
    out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
    offset += count;
  }
  return out;
}

// --- keeping

bool is_sealed(const std::filesystem::path& path) {
  const files::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.get() >= 0 && read_header(file.get()).has_value();
}

base::Result<KeyId> master_key_of_file(const std::filesystem::path& path) {
  const files::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return failed(errno, "cannot open", path);
  const auto header = read_header(file.get());
  if (!header) return tl::unexpected(header.error());
  return master_key_of(header->wrapped);
}

base::Result<bool> rewrap_file(const std::filesystem::path& path, const KeyRing& keys, std::string_view purpose) {
  const files::Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return failed(errno, "cannot open", path);
  const auto opened = open_header(file.get(), keys, purpose);
  if (!opened) return tl::unexpected(opened.error());
  const auto& header = opened->header;
  if (keys.is_newest(header.wrapped)) return false;
  const auto wrapped = keys.wrap(opened->key, wrapped_for(purpose, header.id));
  if (!wrapped) return tl::unexpected(wrapped.error());
  struct stat before {};
  if (::fstat(file.get(), &before) != 0) return failed(errno, "cannot examine", path);
  int failure = files::write_at(file.get(), header_bytes(header.id, *wrapped), 0);
  struct stat after {};
  // Whoever writes to the file meanwhile changes its length; then its time is theirs.
  if (failure == 0 && ::fstat(file.get(), &after) == 0 && after.st_size == before.st_size) {
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    (void)::futimens(file.get(), times);
  }
  if (failure == 0 && ::fdatasync(file.get()) != 0) failure = errno;
  if (failure != 0) return failed(failure, "cannot write", path);
  return true;
}

// --- heads by themselves

base::Result<Bytes> head_of_file(const std::filesystem::path& path, const KeyRing& keys, std::string_view purpose) {
  const files::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return failed(errno, "cannot open", path);
  const auto opened = open_header(file.get(), keys, purpose);
  if (!opened) return tl::unexpected(opened.error());
  return header_bytes(opened->header.id, opened->header.wrapped);
}

base::Result<KeyId> master_key_of_head(ByteView head) {
  if (head.size() != kHeaderBytes || !std::equal(kMagic.begin(), kMagic.end(), head.begin()))
    return changed("it has no head");
  return master_key_of(head.subspan(kHeadNameBytes));
}

base::Result<std::optional<Bytes>> rewrap_head(ByteView head, const KeyRing& keys, std::string_view purpose) {
  if (const auto known = master_key_of_head(head); !known) return tl::unexpected(known.error());
  const auto id = head.subspan(kMagic.size(), kIdBytes);
  const auto wrapped = head.subspan(kHeadNameBytes);
  if (keys.is_newest(wrapped)) return std::nullopt;
  const auto again = keys.rewrap(wrapped, wrapped_for(purpose, id));
  if (!again) return tl::unexpected(again.error());
  return header_bytes({id.begin(), id.end()}, *again);
}

void blank_head(std::uint64_t offset, std::string& bytes) {
  for (auto at = std::max<std::uint64_t>(offset, kHeadNameBytes); at < kHeadBytes && at - offset < bytes.size(); ++at)
    bytes[at - offset] = '\0';
}

}  // namespace frontdesk::vault
