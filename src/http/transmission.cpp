#include "http/transmission.hpp"

#include <array>
#include <chrono>

#include "http/ascii.hpp"

namespace frontdesk::http {
namespace {

struct StandingField {
  std::string_view name;
  std::string_view value;
};
/// A response may set its own Cache-Control; the others are fixed.
constexpr std::array kStandingFields{
    StandingField{"X-Content-Type-Options", "nosniff"},
    StandingField{"X-Frame-Options", "DENY"},
    StandingField{"Referrer-Policy", "no-referrer"},
    StandingField{"Cross-Origin-Opener-Policy", "same-origin"},
    StandingField{"Cross-Origin-Resource-Policy", "same-origin"},
};

constexpr std::string_view kNothing =
    "default-src 'none'; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a page may load: its own files, and what carries its nonce. Anything else that somebody makes a browser show as
/// a page may do nothing.
std::string content_security_policy(const Response& response) {
  const auto* type = find_field(response.headers, "Content-Type");
  if (type == nullptr || !type->starts_with("text/html")) return std::string(kNothing);
  const auto own = "'self'" + (response.nonce.empty() ? std::string() : " 'nonce-" + response.nonce + "'");
  return "default-src 'none'; script-src " + own + "; style-src " + own +
         "; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; "
         "form-action 'none'; frame-ancestors 'none'";
}

/// Problems tell the request's id, so that a screenshot is enough to find it in the log.
void name_request(Response& response, const std::string& id) {
  const auto* type = find_field(response.headers, "Content-Type");
  if (type == nullptr || *type != "application/problem+json" || id.empty() || !response.body.ends_with('}')) return;
  response.body.pop_back();
  response.body += ",\"request_id\":\"" + id + "\"}";  // acceptable_request_id() allows nothing to escape
}

/// A value from elsewhere must not begin a field of its own.
std::string one_line(std::string value) {
  for (char& c : value)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return value;
}

void add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string_view strong_part(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool names_tag(std::string_view list, std::string_view tag) {
  if (trimmed(list) == "*") return true;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (strong_part(trimmed(list.substr(0, comma))) == strong_part(tag)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool not_modified(const Response& response, const Request& request) {
  const auto* tag = find_field(response.headers, "ETag");
  const auto* known = find_field(request.headers, "If-None-Match");
  return response.status == 200 && tag != nullptr && known != nullptr && names_tag(*known, *tag);
}

RangeChoice range_for(const File& file, const Request& request) {
  const auto* range = find_field(request.headers, "Range");
  if (range == nullptr || request.method != "GET") return {};
  const auto* condition = find_field(request.headers, "If-Range");
  if (condition != nullptr && trimmed(*condition) != file.entity_tag()) return {};
  return choose_range(*range, file.size());
}

Response unsatisfiable(std::uint64_t size) {
  auto response = problem(416, "the range lies beyond the end: there are " + std::to_string(size) + " bytes");
  response.headers.push_back({"Content-Range", "bytes */" + std::to_string(size)});
  return response;
}

/// Settles which part of the file goes out; the response may turn into a 416.
void choose_slice(Response& response, const Request& request, Slice& slice) {
  const auto size = response.file->size();
  slice = {0, size};
  response.headers.push_back({"Accept-Ranges", "bytes"});
  const auto choice = range_for(*response.file, request);
  if (choice.kind == RangeKind::unsatisfiable) {
    response = unsatisfiable(size);
  } else if (choice.kind == RangeKind::partial) {
    slice = choice.slice;
    response.status = 206;
    response.headers.push_back({"Content-Range", "bytes " + std::to_string(slice.offset) + "-" +
                                                     std::to_string(slice.offset + slice.length - 1) + "/" +
                                                     std::to_string(size)});
  }
}

std::string head_of(const Response& response, const Request& request, bool keep_alive, base::UtcTime now) {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason_phrase(response.status)) + "\r\n";
  for (const auto& field : response.headers) add(head, field.name, one_line(field.value));
  if (find_field(response.headers, "Cache-Control") == nullptr) add(head, "Cache-Control", "no-store");
  add(head, "Content-Security-Policy", content_security_policy(response));
  for (const auto& field : kStandingFields) add(head, field.name, field.value);
  if (!request.id.empty()) add(head, "X-Request-Id", request.id);
  add(head, "Date", http_date(now));
  add(head, "Connection", response.web_socket ? "Upgrade" : keep_alive ? "keep-alive" : "close");
  return head;
}

std::string two_digits(unsigned number) {
  return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

Transmission prepare(Response response, const Request& request, bool keep_alive, base::UtcTime now) {
  Transmission sent;
  const bool unchanged = not_modified(response, request);
  if (unchanged) {
    response.status = 304;
    response.body.clear();
    response.file.reset();
  }
  if (response.file) choose_slice(response, request, sent.slice);
  name_request(response, request.id);
  sent.status = response.status;
  sent.head = head_of(response, request, keep_alive, now);
  const auto length = response.file ? sent.slice.length : response.body.size();
  // RFC 9112, section 6.3: without a length the body ends with the connection.
  if (!unchanged && response.status != 204 && !response.live && !response.web_socket)
    add(sent.head, "Content-Length", std::to_string(length));
  sent.head += "\r\n";
  if (request.method == "HEAD" || response.status == 204) return sent;
  sent.body = std::move(response.body);
  sent.file = std::move(response.file);
  sent.live = std::move(response.live);
  return sent;
}

std::string http_date(base::UtcTime time) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds(time.unix_ms)};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(point - day);
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " +
         two_digits(static_cast<unsigned>(date.day())) + " " + kMonths[static_cast<unsigned>(date.month()) - 1] + " " +
         std::to_string(static_cast<int>(date.year())) + " " +
         two_digits(static_cast<unsigned>(clock.hours().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.minutes().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.seconds().count())) + " GMT";
}

}  // namespace frontdesk::http
