#include "vault/key_ring.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>

#include "files/file.hpp"

namespace frontdesk::vault {
namespace {

constexpr std::string_view kDomain = "vault";
constexpr std::size_t kMaxFileBytes = 64 << 10;
constexpr std::string_view kHeading =
    "# Master keys of frontdesk, the newest last. Keep a copy in a safe place: without it recordings\n"
    "# cannot be played any more.\n";

tl::unexpected<base::Error> file_problem(base::ErrorCode code, const std::string& what,
                                         const std::filesystem::path& file, int number = 0) {
  const auto why = number == 0 ? "" : ": " + std::generic_category().message(number);
  return base::fail(code, kDomain, what + " " + file.string() + why, base::Retry::never, number);
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

base::Result<Key> key_of(std::string_view digits) {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  bool good = digits.size() == 2 * kKeyBytes;
  for (std::size_t i = 0; good && i < bytes.size(); ++i) {
    const int high = digit_of(digits[2 * i]);
    const int low = digit_of(digits[2 * i + 1]);
    good = high >= 0 && low >= 0;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  const Key key(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  if (good) return key;
  return base::fail(base::ErrorCode::invalid_argument, kDomain,
                    "a master key must be 64 hexadecimal digits, such as `openssl rand -hex 32` prints");
}

std::string line_of(const Key& key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string line;
  for (const auto byte : key.expose()) {
    line += kDigits[byte >> 4U];
    line += kDigits[byte & 15U];
  }
  return line + "\n";
}

base::Result<std::string> read_private(const std::filesystem::path& file) {
  const files::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!opened)
    return file_problem(errno == ENOENT ? base::ErrorCode::not_found : base::ErrorCode::permission_denied,
                        "cannot open the key file", file, errno);
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0)
    return file_problem(base::ErrorCode::unavailable, "cannot examine", file, errno);
  if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return base::fail(base::ErrorCode::permission_denied, kDomain,
                      "the key file " + file.string() + " must be readable by its owner alone: chmod 600 it");
  if (status.st_uid != ::geteuid() && ::geteuid() != 0)
    return file_problem(base::ErrorCode::permission_denied, "somebody else owns the key file", file);
  std::string text(kMaxFileBytes, '\0');
  const auto count = ::read(opened.get(), text.data(), text.size());
  if (count < 0) return file_problem(base::ErrorCode::unavailable, "cannot read the key file", file, errno);
  text.resize(static_cast<std::size_t>(count));
  return text;
}

/// A new file, durably: the key must be there before anything is sealed with it.
base::Status create(const std::filesystem::path& file, const std::string& text) {
  const files::Descriptor opened(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!opened)
    return file_problem(errno == EEXIST ? base::ErrorCode::already_exists : base::ErrorCode::permission_denied,
                        "cannot write the key file", file, errno);
  if (::write(opened.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(opened.get()) != 0)
    return file_problem(base::ErrorCode::unavailable, "cannot write the key file", file, errno);
  files::synchronise_folder(file.parent_path());
  return {};
}

/// In the place of `file`, which it is as a whole or not at all; its owner stays, who may be another than this one.
base::Status replace(const std::filesystem::path& file, const std::string& text) {
  struct stat before {};
  if (::stat(file.c_str(), &before) != 0)
    return file_problem(base::ErrorCode::not_found, "there is no key file", file, errno);
  const std::filesystem::path fresh = file.string() + ".new";
  ::unlink(fresh.c_str());  // of one that was killed
  if (auto made = create(fresh, text); !made) return made;
  int failure = 0;
  if (::geteuid() == 0 && ::chown(fresh.c_str(), before.st_uid, before.st_gid) != 0) failure = errno;
  if (failure == 0 && ::rename(fresh.c_str(), file.c_str()) != 0) failure = errno;
  if (failure != 0) {
    ::unlink(fresh.c_str());
    return file_problem(base::ErrorCode::failed_precondition,
                        "cannot replace the key file (if it is a mount of its own, edit it by hand)", file, failure);
  }
  files::synchronise_folder(file.parent_path());
  return {};
}

/// `change(text)` returns the new text. One changes it at a time, whatever process.
template <class Change>
base::Status edit(const std::filesystem::path& file, Change&& change) {
  const auto folder = file.parent_path().empty() ? std::filesystem::path(".") : file.parent_path();
  const files::Descriptor held(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held || ::flock(held.get(), LOCK_EX) != 0)
    return file_problem(base::ErrorCode::unavailable, "cannot lock the folder of", file, errno);
  const auto text = read_private(file);
  if (!text) return tl::unexpected(text.error());
  const auto changed = change(*text);
  if (!changed) return tl::unexpected(changed.error());
  return replace(file, *changed);
}

}  // namespace

std::string to_text(const KeyId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : id) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

base::Result<KeyId> master_key_of(ByteView wrapped) {
  if (wrapped.size() != kWrappedKeyBytes)
    return base::fail(base::ErrorCode::data_loss, kDomain, "a wrapped key has the wrong length");
  KeyId id{};
  std::copy_n(wrapped.begin(), id.size(), id.begin());
  return id;
}

base::Result<KeyRing> KeyRing::from_text(std::string_view text) {
  KeyRing ring;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) {
      const auto key = key_of(word);
      if (!key) return tl::unexpected(key.error());
      if (auto added = ring.add(*key); !added) return tl::unexpected(added.error());
    }
  }
  if (ring.size() > 0) return ring;
  return base::fail(base::ErrorCode::invalid_argument, kDomain, "there is no master key: write 64 hexadecimal digits");
}

base::Result<KeyRing> KeyRing::load(const std::filesystem::path& file) {
  const auto text = read_private(file);
  if (!text) return tl::unexpected(text.error());
  auto ring = from_text(*text);
  if (!ring) return file_problem(base::ErrorCode::data_loss, ring.error().message + ". Restore the key file", file);
  return ring;
}

base::Result<KeyRing> KeyRing::load_or_create(const std::filesystem::path& file) {
  auto ring = load(file);
  if (ring || ring.error().code != base::ErrorCode::not_found) return ring;
  const auto key = Key::random();
  if (!key) return tl::unexpected(key.error());
  const auto made = create(file, std::string(kHeading) + line_of(*key));
  if (!made && made.error().code != base::ErrorCode::already_exists) return tl::unexpected(made.error());
  return load(file);  // another process may have been faster
}

base::Status KeyRing::rotate(const std::filesystem::path& file, const std::string& note) {
  const auto key = Key::random();
  if (!key) return tl::unexpected(key.error());
  const auto entry = entry_of(*key);
  if (!entry) return tl::unexpected(entry.error());
  auto line = line_of(*key);
  line.insert(line.size() - 1, "  # " + to_text(entry->id) + (note.empty() ? "" : ", " + note));
  auto written = edit(file, [&](const std::string& text) -> base::Result<std::string> {
    return text + (text.empty() || text.back() == '\n' ? "" : "\n") + line;
  });
  if (!written) return written;
  return add(*key);
}

base::Status KeyRing::take_out(const std::filesystem::path& file, const std::string& id) {
  return edit(file, [&](const std::string& text) -> base::Result<std::string> {
    const auto ring = from_text(text);
    if (!ring) return tl::unexpected(ring.error());
    const auto there = ring->ids();
    if (std::find(there.begin(), there.end(), id) == there.end())
      return base::fail(base::ErrorCode::not_found, kDomain, "there is no key " + id + " in " + file.string());
    if (there.back() == id)
      return base::fail(base::ErrorCode::failed_precondition, kDomain, "it is the newest key: make a new one before");
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const auto alone = from_text(line);
      if (alone && alone->size() > 1)
        return base::fail(base::ErrorCode::failed_precondition, kDomain,
                          "several keys stand in one line: take it out of " + file.string() + " by hand");
      if (!alone || alone->ids().front() != id) out += line + "\n";
    }
    return out;
  });
}

/// The id is a digest of the key, so that the same key has the same id wherever it is written.
base::Result<KeyRing::Entry> KeyRing::entry_of(const Key& key) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned count = 0;
  Bytes material;
  const std::string_view purpose = "frontdesk master key id";
  material.insert(material.end(), purpose.begin(), purpose.end());
  material.insert(material.end(), key.expose().begin(), key.expose().end());
  const bool done = EVP_Digest(material.data(), material.size(), digest.data(), &count, EVP_sha256(), nullptr) == 1;
  OPENSSL_cleanse(material.data(), material.size());
  if (!done) return base::fail(base::ErrorCode::internal, kDomain, "the cryptographic library failed to make a digest");
  Entry entry{{}, key};
  std::copy_n(digest.begin(), entry.id.size(), entry.id.begin());
  return entry;
}

/// As the newest, wherever it stood.
base::Status KeyRing::add(const Key& key) {
  auto entry = entry_of(key);
  if (!entry) return tl::unexpected(entry.error());
  auto all = *keys();
  std::erase_if(all, [&](const Entry& other) { return other.id == entry->id; });
  all.push_back(std::move(*entry));
  hold(std::move(all));
  return {};
}

std::shared_ptr<const KeyRing::Entries> KeyRing::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void KeyRing::hold(Entries keys) {
  auto held = std::make_shared<const Entries>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_ = std::move(held);
}

void KeyRing::adopt(const KeyRing& other) {
  if (&other == this) return;
  const auto before = keys();
  auto after = *other.keys();
  for (auto& entry : after)
    if (const auto* same = find(*before, entry.id)) entry.uses = same->uses;
  hold(std::move(after));
}

base::Status KeyRing::keep_from(const KeyRing& other, const std::string& id) {
  const auto theirs = other.keys();
  for (const auto& entry : *theirs) {
    if (to_text(entry.id) != id) continue;
    auto all = *keys();
    if (find(all, entry.id) == nullptr) all.insert(all.begin(), entry);
    hold(std::move(all));
    return {};
  }
  return base::fail(base::ErrorCode::not_found, kDomain, "there is no key " + id);
}

std::vector<std::string> KeyRing::ids() const {
  std::vector<std::string> out;
  const auto all = keys();
  for (const auto& entry : *all) out.push_back(to_text(entry.id));
  return out;
}

std::map<std::string, std::int64_t> KeyRing::take_uses() const {
  std::map<std::string, std::int64_t> out;
  const auto all = keys();
  for (const auto& entry : *all) out[to_text(entry.id)] += entry.uses->exchange(0);
  return out;
}

const KeyRing::Entry* KeyRing::find(const Entries& keys, ByteView id) {
  const auto it = std::find_if(keys.begin(), keys.end(), [&](const Entry& e) {
    return std::equal(e.id.begin(), e.id.end(), id.begin(), id.end());
  });
  return it == keys.end() ? nullptr : &*it;
}

base::Result<Bytes> KeyRing::wrap(const Key& key, ByteView associated) const {
  const auto all = keys();
  const auto& newest = all->back();
  newest.uses->fetch_add(1, std::memory_order_relaxed);
  const auto nonce = random_nonce();
  if (!nonce) return tl::unexpected(nonce.error());
  const auto sealed = seal(newest.key, *nonce, associated, key.expose());
  if (!sealed) return tl::unexpected(sealed.error());
  Bytes out(newest.id.begin(), newest.id.end());
  out.insert(out.end(), nonce->begin(), nonce->end());
  out.insert(out.end(), sealed->begin(), sealed->end());
  return out;
}

base::Result<Key> KeyRing::unwrap(ByteView wrapped, ByteView associated) const {
  if (wrapped.size() != kWrappedKeyBytes)
    return base::fail(base::ErrorCode::data_loss, kDomain, "a wrapped key has the wrong length");
  const auto all = keys();
  const auto* master = find(*all, wrapped.first(kKeyIdBytes));
  if (master == nullptr)
    return base::fail(base::ErrorCode::not_found, kDomain,
                      "the master key that sealed this is not here: restore the key file, or set FRONTDESK_MASTER_KEY");
  master->uses->fetch_add(1, std::memory_order_relaxed);
  Nonce nonce{};
  std::copy_n(wrapped.begin() + kKeyIdBytes, nonce.size(), nonce.begin());
  auto plain = open(master->key, nonce, associated, wrapped.subspan(kKeyIdBytes + kNonceBytes));
  if (!plain) return tl::unexpected(plain.error());
  const Key key(std::span<const std::uint8_t, kKeyBytes>(plain->data(), kKeyBytes));
  OPENSSL_cleanse(plain->data(), plain->size());
  return key;
}

base::Result<Bytes> KeyRing::rewrap(ByteView wrapped, ByteView associated) const {
  const auto key = unwrap(wrapped, associated);
  if (!key) return tl::unexpected(key.error());
  return wrap(*key, associated);
}

bool KeyRing::is_newest(ByteView wrapped) const {
  const auto all = keys();
  return wrapped.size() == kWrappedKeyBytes && find(*all, wrapped.first(kKeyIdBytes)) == &all->back();
}

base::Result<KeyRing> open_key_ring(const std::filesystem::path& data_folder, std::string_view environment) {
  if (!environment.empty()) return KeyRing::from_text(environment);
  return KeyRing::load_or_create(data_folder / kMasterKeyFile);
}

}  // namespace frontdesk::vault
