#include "http/message.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/ascii.hpp"

namespace frontdesk::http {
int status_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::invalid_argument:
    case base::ErrorCode::out_of_range:
      return 400;
    case base::ErrorCode::unauthenticated:
      return 401;
    case base::ErrorCode::permission_denied:
      return 403;
    case base::ErrorCode::not_found:
      return 404;
    case base::ErrorCode::already_exists:
    case base::ErrorCode::failed_precondition:
    case base::ErrorCode::aborted:
      return 409;
    case base::ErrorCode::resource_exhausted:
      return 429;
    case base::ErrorCode::unimplemented:
      return 501;
    case base::ErrorCode::unavailable:
      return 503;
    case base::ErrorCode::deadline_exceeded:
      return 504;
    default:
      return 500;
  }
}

const std::string* find_field(const Fields& fields, std::string_view name) {
  for (const auto& field : fields)
    if (same_ignoring_case(field.name, name)) return &field.value;
  return nullptr;
}

Response text(std::string body, std::string_view content_type) {
  Response response;
  response.headers.push_back({"Content-Type", std::string(content_type)});
  response.body = std::move(body);
  return response;
}

Response json(std::string body) {
  return text(std::move(body), "application/json");
}

Response html(std::string page, std::string nonce) {
  auto response = text(std::move(page), "text/html; charset=utf-8");
  response.nonce = std::move(nonce);
  return response;
}

Response file(FileHandle file, std::string_view content_type) {
  Response response;
  response.headers.push_back({"Content-Type", std::string(content_type)});
  response.headers.push_back({"ETag", file->entity_tag()});
  response.file = std::move(file);
  return response;
}

Response live(std::shared_ptr<LiveBody> body, std::string_view content_type) {
  auto response = text({}, content_type);
  response.headers.push_back({"Cache-Control", "no-store"});
  response.live = std::move(body);
  return response;
}

Response problem(int status, std::string_view detail, std::string_view parameter) {
  boost::json::object document;
  document["type"] = "about:blank";
  document["title"] = reason_phrase(status);
  document["status"] = status;
  document["detail"] = detail;
  if (!parameter.empty()) document["parameter"] = parameter;
  auto response = text(boost::json::serialize(document), "application/problem+json");
  response.status = status;
  return response;
}

Response problem(const base::Error& error) {
  auto response = problem(status_of(error.code), error.message);
  if (error.retry != base::Retry::never) response.headers.push_back({"Retry-After", "1"});
  return response;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace frontdesk::http
