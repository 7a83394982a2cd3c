#include "notify/mail.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace frontdesk::notify {
namespace {

constexpr std::size_t kLongestAddress = 254;
constexpr std::size_t kBase64Line = 76;        // RFC 2045, section 6.8
constexpr std::size_t kEncodedWordBytes = 45;  // RFC 2047, section 2: 75 characters with the frame
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) -> std::uint32_t {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const std::uint32_t three = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    out += kAlphabet[three >> 18U & 63U];
    out += kAlphabet[three >> 12U & 63U];
    out += i + 1 < bytes.size() ? kAlphabet[three >> 6U & 63U] : '=';
    out += i + 2 < bytes.size() ? kAlphabet[three & 63U] : '=';
  }
  return out;
}

bool is_plain(char c) {
  return c >= ' ' && c < 0x7f;
}

/// One line: as it is if it is printable ASCII and harmless, else encoded words that end between characters.
std::string header_text(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  const bool harmless = std::all_of(text.begin(), text.end(), is_plain) && text.find("=?") == std::string::npos &&
                        text.find_first_of("\"\\<>()[],;:@") == std::string::npos && text.size() <= 60;
  if (harmless) return text;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto length = std::min(kEncodedWordBytes, text.size() - at);
    while (length > 1 && at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xc0U) == 0x80U)
      --length;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(std::string_view(text).substr(at, length)) + "?=";
    at += length;
  }
  return out;
}

std::string two(unsigned number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

/// RFC 5322, section 3.3.
std::string date_text(base::UtcTime now) {
  using namespace std::chrono;
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_time<milliseconds> time{milliseconds(now.unix_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return std::string(kDays.at(weekday(day).c_encoding())) + ", " + two(static_cast<unsigned>(date.day())) + " " +
         kMonths.at(static_cast<unsigned>(date.month()) - 1) + " " + std::to_string(static_cast<int>(date.year())) +
         " " + two(static_cast<unsigned>(clock.hours().count())) + ":" +
         two(static_cast<unsigned>(clock.minutes().count())) + ":" +
         two(static_cast<unsigned>(clock.seconds().count())) + " +0000";
}

std::string wire_body(const std::string& text) {
  std::string crlf;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) crlf += '\r';
    crlf += text[i];
  }
  const auto encoded = base64(crlf);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += kBase64Line) out += encoded.substr(at, kBase64Line) + "\r\n";
  return out;
}

}  // namespace

base::Status NoMailer::send(Mail /*mail*/) {
  return base::fail(base::ErrorCode::unavailable, "notify", "no mail server is configured: set a mail server");
}

bool is_plain_address(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() > kLongestAddress || at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
  if (text.find('@', at + 1) != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_plain(c) && std::string_view(" \"\\<>()[],;:").find(c) == std::string_view::npos;
  });
}

base::Result<base::Secret> message_text(const Mail& mail, const Sender& from, base::UtcTime now, std::string_view id) {
  if (!is_plain_address(mail.to) || !is_plain_address(from.address))
    return base::fail(base::ErrorCode::invalid_argument, "notify", "a mail's address is not one");
  const auto host = from.address.substr(from.address.find('@') + 1);
  std::string out = "Date: " + date_text(now) + "\r\nFrom: ";
  out += from.name.empty() ? from.address : header_text(from.name) + " <" + from.address + ">";
  out += "\r\nTo: " + mail.to + "\r\nSubject: " + header_text(mail.subject) + "\r\nMessage-ID: <" + std::string(id) +
         "@" + host +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  out += wire_body(mail.text.expose());
  return base::Secret(std::move(out));
}

}  // namespace frontdesk::notify
