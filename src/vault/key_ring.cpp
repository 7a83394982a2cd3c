#include "vault/key_ring.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
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

/// Appends durably: the key must be there before anything is sealed with it.
base::Status append(const std::filesystem::path& file, const std::string& text, int flags) {
  const files::Descriptor opened(
      ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR));
  if (!opened)
    return file_problem(errno == EEXIST ? base::ErrorCode::already_exists : base::ErrorCode::permission_denied,
                        "cannot write the key file", file, errno);
  if (::write(opened.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(opened.get()) != 0)
    return file_problem(base::ErrorCode::unavailable, "cannot write the key file", file, errno);
  files::synchronise_folder(file.parent_path());
  return {};
}

}  // namespace

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
  if (!ring.keys_.empty()) return ring;
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
  const auto made = append(file, std::string(kHeading) + line_of(*key), O_CREAT | O_EXCL);
  if (!made && made.error().code != base::ErrorCode::already_exists) return tl::unexpected(made.error());
  return load(file);  // another process may have been faster
}

base::Status KeyRing::rotate(const std::filesystem::path& file) {
  const auto key = Key::random();
  if (!key) return tl::unexpected(key.error());
  if (auto written = append(file, line_of(*key), 0); !written) return written;
  return add(*key);
}

/// The id is a digest of the key, so that the same key has the same id wherever it is written.
base::Status KeyRing::add(const Key& key) {
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
  keys_.push_back(std::move(entry));
  return {};
}

const KeyRing::Entry* KeyRing::find(ByteView id) const {
  const auto it = std::find_if(keys_.begin(), keys_.end(), [&](const Entry& e) {
    return std::equal(e.id.begin(), e.id.end(), id.begin(), id.end());
  });
  return it == keys_.end() ? nullptr : &*it;
}

base::Result<Bytes> KeyRing::wrap(const Key& key, ByteView associated) const {
  const auto& newest = keys_.back();
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
  const auto* master = find(wrapped.first(kKeyIdBytes));
  if (master == nullptr)
    return base::fail(base::ErrorCode::not_found, kDomain,
                      "the master key that sealed this is not here: restore the key file, or set FRONTDESK_MASTER_KEY");
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
  return wrapped.size() == kWrappedKeyBytes && find(wrapped.first(kKeyIdBytes)) == &keys_.back();
}

base::Result<KeyRing> open_key_ring(const std::filesystem::path& data_folder, std::string_view environment) {
  if (!environment.empty()) return KeyRing::from_text(environment);
  return KeyRing::load_or_create(data_folder / kMasterKeyFile);
}

}  // namespace frontdesk::vault
