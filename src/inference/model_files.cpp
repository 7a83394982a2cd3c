#include "inference/model_files.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace frontdesk::inference {
namespace {

using base::ErrorCode;
namespace fs = std::filesystem;

constexpr std::string_view kDomain = "models";
constexpr std::string_view kRepair = ": run ./dev setup";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path cache_folder() {
  if (const auto cache = environment("FRONTDESK_CACHE"); !cache.empty()) return cache;
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty()) return fs::path(cache) / "frontdesk";
  return fs::path(environment("HOME")) / ".cache" / "frontdesk";
}

const ModelFile* catalogued(std::string_view path) {
  for (const auto& file : model_catalogue()) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

tl::unexpected<base::Error> damaged(const fs::path& path, std::string_view why) {
  return base::fail(ErrorCode::data_loss, kDomain, path.string() + " " + std::string(why) + std::string(kRepair));
}

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

base::Result<std::string> sha256_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return damaged(path, "cannot be read");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> block(1 << 18);
  while (stream) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) return damaged(path, "cannot be read");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  return hex(std::span(digest).first(size));
}

}  // namespace

ModelFiles ModelFiles::locate(const fs::path& chosen) {
  if (!chosen.empty()) return ModelFiles(chosen);
  if (const auto folder = environment("FRONTDESK_MODELS"); !folder.empty()) return ModelFiles(folder);
  return ModelFiles(cache_folder() / "models");
}

base::Result<fs::path> ModelFiles::find(std::string_view path) const {
  const auto full = folder_ / path;
  std::error_code error;
  if (!fs::is_regular_file(full, error)) {
    return base::fail(ErrorCode::not_found, kDomain, full.string() + " is missing" + std::string(kRepair));
  }
  const auto* known = catalogued(path);
  const auto size = fs::file_size(full, error);
  if (error) return damaged(full, "cannot be read");
  if (known != nullptr && size != known->bytes) {
    return damaged(full, "has " + std::to_string(size) + " bytes instead of " + std::to_string(known->bytes));
  }
  return full;
}

base::Status ModelFiles::verify(std::string_view path) const {
  const auto* known = catalogued(path);
  if (known == nullptr) {
    return base::fail(ErrorCode::invalid_argument, kDomain, std::string(path) + " is not in the catalogue of models");
  }
  const auto full = find(path);
  if (!full) return tl::unexpected(full.error());
  const auto hash = sha256_of(*full);
  if (!hash) return tl::unexpected(hash.error());
  if (*hash != known->sha256) return damaged(*full, "is damaged (its SHA-256 is wrong)");
  return {};
}

base::Status ModelFiles::verify_all() const {
  for (const auto& file : model_catalogue()) {
    if (auto status = verify(file.path); !status) return status;
  }
  return {};
}

}  // namespace frontdesk::inference
