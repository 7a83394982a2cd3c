#include "accounts/credentials/password_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

namespace frontdesk::credentials {
namespace {

constexpr std::string_view kPurpose = "frontdesk password 1";
constexpr std::size_t kFewestDifferent = 5;
constexpr std::size_t kShortestTellingName = 4;
constexpr std::size_t kFewestLettersOfItsOwn = 4;

/// Stems of the most frequent passwords of published leaks, and our own name.
constexpr std::array<std::string_view, 64> kCommon = {
    "password", "passwort", "passw0rd",  "p@ssw0rd",     "p@ssword",  "motdepasse", "contraseña", "qwerty",
    "qwertz",   "azerty",   "asdfgh",    "zxcvbn",       "letmein",   "welcome",    "iloveyou",   "monkey",
    "dragon",   "football", "baseball",  "master",       "sunshine",  "princess",   "shadow",     "superman",
    "batman",   "trustno1", "admin",     "root",         "login",     "access",     "secret",     "changeme",
    "default",  "guest",    "test",      "temp",         "hello",     "whatever",   "freedom",    "michael",
    "jennifer", "jordan",   "charlie",   "liverpool",    "arsenal",   "chelsea",    "summer",     "winter",
    "spring",   "autumn",   "pokemon",   "starwars",     "computer",  "internet",   "google",     "facebook",
    "company",  "office",   "reception", "receptionist", "frontdesk", "abc",        "one",        "two"};

constexpr std::array<std::string_view, 6> kRows = {
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void take_out(std::string& text, std::string_view word) {
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word)) text.erase(at, word.size());
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80U;
}

/// Nothing but words that everybody tries, with digits and signs around them.
bool is_common(std::string text) {
  const auto before = text.size();
  for (const auto word : kCommon) take_out(text, word);
  if (text.size() == before) return false;
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_letter)) < kFewestLettersOfItsOwn;
}

bool neighbours(char a, char b) {
  if (a == b) return true;
  return std::any_of(kRows.begin(), kRows.end(), [&](std::string_view row) {
    const auto at = row.find(a);
    if (at == std::string_view::npos) return false;
    return (at + 1 < row.size() && row[at + 1] == b) || (at > 0 && row[at - 1] == b);
  });
}

/// "123456789012", "qwertyuiopas": runs along the keyboard or the alphabet.
bool is_a_run(std::string_view text) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < text.size(); ++i)
    if (neighbours(text[i - 1], text[i])) ++steps;
  return steps * 10 >= (text.size() - 1) * 8;
}

bool is_the_email(std::string text, std::string_view email) {
  if (email.empty()) return false;
  if (text.find(email) != std::string::npos) return true;
  const auto name = email.substr(0, email.find('@'));
  if (name.size() < kShortestTellingName || text.find(name) == std::string::npos) return false;
  take_out(text, name);
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_letter)) < kFewestLettersOfItsOwn;
}

base::Status refused(const char* why) {
  return base::fail(base::ErrorCode::invalid_argument, "accounts", why);
}

}  // namespace

base::Status check_new_password(const base::Secret& password, std::string_view email) {
  const auto& text = password.expose();
  if (text.size() > kMostPasswordBytes) return refused("the password is too long: at most 1024 bytes");
  if (characters(text) < kFewestPasswordCharacters)
    return refused("the password is too short: at least 12 characters, three or four words do well");
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }))
    return refused("the password contains a character that cannot be typed everywhere: use letters, digits and signs");
  const auto plain = lower(text);
  if (std::set<char>(plain.begin(), plain.end()).size() < kFewestDifferent)
    return refused("the password repeats few characters: use more different ones");
  if (is_the_email(plain, email)) return refused("the password is made from the e-mail address: choose another");
  if (is_common(plain) || is_a_run(plain))
    return refused(
        "the password is among the first that are tried: use three or four words that do not belong together");
  return {};
}

base::Secret bcrypt_input(const base::Secret& password) {
  const auto digest = crypto::hmac_sha256(crypto::bytes_of(kPurpose), crypto::bytes_of(password.expose()));
  return base::Secret(crypto::base64url(digest));
}

}  // namespace frontdesk::credentials
