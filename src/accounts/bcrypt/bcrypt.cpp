#include "accounts/bcrypt/bcrypt.hpp"

#include <crypt.h>
#include <sys/random.h>

#include <array>
#include <cstring>
#include <memory>

namespace frontdesk::bcrypt {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashLength = 60;
constexpr std::string_view kPrefix = "$2b$";

struct WipeData {
  void operator()(crypt_data* data) const {
    explicit_bzero(data, sizeof *data);
    delete data;
  }
};

bool can_be_hashed(const std::string& input) {
  return input.size() <= kMostBytes && input.find('\0') == std::string::npos;
}

/// Empty if libxcrypt refuses.
std::string digest(const std::string& input, const std::string& setting) {
  const std::unique_ptr<crypt_data, WipeData> data(new crypt_data{});
  const char* out = ::crypt_r(input.c_str(), setting.c_str(), data.get());
  return out == nullptr || *out == '*' ? std::string() : std::string(out);
}

}  // namespace

int cost_of(const std::string& hash) {
  if (hash.size() != kHashLength || !hash.starts_with(kPrefix) || hash[6] != '$') return 0;
  const char tens = hash[4];
  const char ones = hash[5];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return 0;
  return (tens - '0') * 10 + (ones - '0');
}

base::Result<std::string> hash(const base::Secret& input, int cost) {
  if (!can_be_hashed(input.expose()) || cost < kLeastCost || cost > kMostCost)
    return base::fail(base::ErrorCode::invalid_argument, "bcrypt", "bcrypt takes 72 bytes without NUL, cost 4 to 16");
  std::array<char, kSaltBytes> salt{};
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
    return base::fail(base::ErrorCode::unavailable, "bcrypt", "the system has no randomness yet", base::Retry::later);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* made =
      ::crypt_gensalt_rn(kPrefix.data(), static_cast<unsigned long>(cost), salt.data(), static_cast<int>(salt.size()),
                         setting.data(), static_cast<int>(setting.size()));
  auto out = made == nullptr ? std::string() : digest(input.expose(), made);
  if (cost_of(out) != cost) return base::fail(base::ErrorCode::internal, "bcrypt", "libxcrypt has no bcrypt");
  return out;
}

bool matches(const base::Secret& input, const std::string& hash) {
  const int cost = cost_of(hash);
  if (cost < kLeastCost || cost > kMostCost || !can_be_hashed(input.expose())) return false;
  const auto out = digest(input.expose(), hash);
  if (out.size() != hash.size()) return false;
  unsigned different = 0;  // all bytes are compared, wherever they differ
  for (std::size_t i = 0; i < out.size(); ++i)
    different |= static_cast<unsigned char>(out[i]) ^ static_cast<unsigned char>(hash[i]);
  return different == 0;
}

}  // namespace frontdesk::bcrypt
