#include "outbound/request_text.hpp"

#include <algorithm>

#include "http/ascii.hpp"
#include "outbound/errors.hpp"

namespace frontdesk::outbound {
namespace {

constexpr std::array<std::string_view, 7> kOurs{
    "host", "connection", "content-length", "transfer-encoding", "upgrade", "expect", "te"};
constexpr std::array<std::string_view, 5> kHarmless{"accept", "accept-language", "content-type", "user-agent",
                                                    "content-language"};

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](auto each) { return http::same_ignoring_case(each, name); });
}

}  // namespace

base::Status check_request(const Request& request) {
  const auto refuse = [](std::string message) {
    return tl::unexpected(error(base::ErrorCode::invalid_argument, std::move(message)));
  };
  if (!is_token(request.method) || request.method == "CONNECT") return refuse("the method is not one");
  for (const auto& field : request.headers) {
    if (!is_token(field.name)) return refuse("a header's name has characters that names do not have");
    if (!is_value(field.value))
      return refuse("the header " + field.name + " must be one line without control characters");
    if (among(kOurs, field.name)) return refuse("the header " + field.name + " is written by the client itself");
  }
  return {};
}

std::string request_head(const Request& request, const address_guard::Url& url, std::string_view user_agent) {
  std::string text = request.method;
  text.append(" ").append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.authority()).append("\r\n");
  if (http::find_field(request.headers, "User-Agent") == nullptr)
    text.append("User-Agent: ").append(user_agent).append("\r\n");
  for (const auto& field : request.headers) text.append(field.name).append(": ").append(field.value).append("\r\n");
  const bool bodily = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.upload && !request.upload_length) {
    text.append("Transfer-Encoding: chunked\r\n");
  } else if (request.upload || !request.body.empty() || bodily) {
    const auto length = request.upload ? *request.upload_length : request.body.size();
    text.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
  }
  return text.append("\r\n");
}

bool is_repeatable(const Request& request) {
  if (request.upload) return false;
  constexpr std::array<std::string_view, 6> kIdempotent{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"};
  return request.repeatable.value_or(among(kIdempotent, request.method));
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void redirect_request(Request& request, int status, bool same_origin) {
  const bool to_get =
      (status == 303 && request.method != "HEAD") || ((status == 301 || status == 302) && request.method == "POST");
  if (to_get) {
    request.method = "GET";
    request.body.clear();
    std::erase_if(request.headers, [](const Field& field) {
      return http::same_ignoring_case(field.name, "Content-Type") ||
             http::same_ignoring_case(field.name, "Content-Encoding");
    });
  }
  if (!same_origin) std::erase_if(request.headers, [](const Field& field) { return !among(kHarmless, field.name); });
}

}  // namespace frontdesk::outbound
