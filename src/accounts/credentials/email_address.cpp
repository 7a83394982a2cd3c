#include "accounts/credentials/email_address.hpp"

#include <algorithm>

namespace frontdesk::credentials {
namespace {

constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::string_view kLocalSigns = "!#$%&'*+-/=?^_`{|}~.";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > kLongestLocalPart || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter_or_digit(c) || kLocalSigns.find(c) != std::string_view::npos; });
}

bool is_label(std::string_view text) {
  if (text.empty() || text.size() > kLongestLabel || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
  int labels = 0;
  for (;;) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<std::string> normal_email(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.size() > kLongestEmail) return std::nullopt;
  std::string email(text);
  for (auto& c : email)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto at = email.find('@');
  if (at == std::string::npos) return std::nullopt;
  const std::string_view all = email;
  if (!is_local_part(all.substr(0, at)) || !is_domain(all.substr(at + 1))) return std::nullopt;
  return email;
}

}  // namespace frontdesk::credentials
