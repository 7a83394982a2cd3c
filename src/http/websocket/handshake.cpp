#include "http/websocket/handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace frontdesk::websocket {
namespace {

constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 1.3
constexpr std::size_t kKeyLength = 24;                                       // 16 bytes in base64
constexpr std::size_t kDigestBytes = 20;
constexpr std::size_t kDigestLength = 28;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Visit>
void for_each_token(std::string_view list, Visit visit) {
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    visit(trimmed(list.substr(at, end - at)));
    at = end + 1;
  }
}

bool is_key(std::string_view key) {
  if (key.size() != kKeyLength || !key.ends_with("==")) return false;
  return std::all_of(key.begin(), key.end() - 2, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

}  // namespace

std::optional<std::string> accept_key(std::string_view key) {
  if (!is_key(key)) return std::nullopt;
  const std::string text = std::string(key) + std::string(kMagic);
  std::array<std::uint8_t, kDigestBytes> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) return std::nullopt;
  std::array<std::uint8_t, kDigestLength + 1> encoded{};
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
  return std::string(encoded.begin(), encoded.end() - 1);
}

bool names_token(std::string_view list, std::string_view token) {
  bool found = false;
  for_each_token(list, [&](std::string_view each) { found = found || same(each, token); });
  return found;
}

std::string choose_protocol(std::string_view offered, std::span<const std::string> ours) {
  for (const auto& mine : ours) {
    bool found = false;
    for_each_token(offered, [&](std::string_view each) { found = found || each == mine; });
    if (found) return mine;
  }
  return {};
}

}  // namespace frontdesk::websocket
