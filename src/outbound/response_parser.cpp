#include "outbound/response_parser.hpp"

#include "http/ascii.hpp"
#include "outbound/errors.hpp"

namespace frontdesk::outbound {
namespace {

namespace beast = boost::beast;
constexpr int kMostFields = 256;

std::string_view std_view(beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

ResponseParser::ResponseParser(Events events, std::size_t header_bytes, std::uint64_t body_bytes, bool head_only)
    : events_(std::move(events)), body_limit_(body_bytes) {
  header_limit(static_cast<std::uint32_t>(header_bytes));
  body_limit(boost::none);
  eager(true);
  skip(head_only);
}

bool ResponseParser::take(beast::flat_buffer& buffer) {
  error_code error;
  needs_more_ = false;
  const auto used = put(buffer.data(), error);
  buffer.consume(used);
  if (error == beast::http::error::need_more) {
    needs_more_ = true;
    return true;
  }
  if (used == 0) needs_more_ = true;
  if (error) refuse_malformed(error);
  return !error;
}

bool ResponseParser::take_end() {
  error_code error;
  if (!is_header_done() || is_done()) {
    problem_ =
        outbound::error(base::ErrorCode::unavailable, "the connection ended before the response", base::Retry::later);
    return false;
  }
  put_eof(error);
  if (error) problem_ = outbound::error(base::ErrorCode::data_loss, "the response was cut off", base::Retry::later);
  return !error;
}

void ResponseParser::refuse(base::ErrorCode code, std::string message, error_code& error) {
  problem_ = outbound::error(code, std::move(message));
  error = beast::http::error::bad_value;
}

void ResponseParser::refuse_malformed(const error_code& error) {
  if (!problem_.message.empty()) return;
  if (error == beast::http::error::header_limit) {
    problem_ = outbound::error(base::ErrorCode::resource_exhausted, "the response's header is too long");
  } else {
    problem_ = outbound::error(base::ErrorCode::data_loss, "the response is not HTTP: " + error.message());
  }
}

void ResponseParser::on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) {}

void ResponseParser::on_response_impl(int status, string_view /*reason*/, int version, error_code& error) {
  status_ = status;
  version_ = version;
  head_.status = status;
  if (version != 11 && version != 10)
    refuse(base::ErrorCode::data_loss, "the response is of another HTTP version", error);
  if (status == 101)
    refuse(base::ErrorCode::data_loss, "the server changes a protocol that nobody asked it to change", error);
}

void ResponseParser::on_field_impl(beast::http::field field, string_view name, string_view value, error_code& error) {
  if (++fields_ > kMostFields)
    return refuse(base::ErrorCode::resource_exhausted, "the response has too many headers", error);
  if (in_trailer_) return;
  if (field == beast::http::field::content_length) {
    ++lengths_;
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!plain) return refuse(base::ErrorCode::data_loss, "the response's length is no number", error);
  }
  if (field == beast::http::field::transfer_encoding) {
    ++codings_;
    plain_chunks_ = plain_chunks_ && http::same_ignoring_case(http::trimmed(std_view(value)), "chunked");
  }
  head_.headers.push_back({std::string(name), std::string(value)});
}

void ResponseParser::on_header_impl(error_code& error) {
  in_trailer_ = true;
  const bool ambiguous = lengths_ > 1 || codings_ > 1 || (codings_ == 1 && (lengths_ > 0 || version_ != 11));
  if (ambiguous)
    return refuse(base::ErrorCode::data_loss, "the response's length is ambiguous, which hides a second response",
                  error);
  if (codings_ > 0 && !plain_chunks_)
    return refuse(base::ErrorCode::data_loss, "the response comes in a coding that nobody asked for", error);
  if (status_ / 100 != 1) events_.head(std::move(head_));
}

void ResponseParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) {
  if (length && *length > body_limit_)
    refuse(base::ErrorCode::resource_exhausted, "the response is longer than " + std::to_string(body_limit_) + " bytes",
           error);
}

std::size_t ResponseParser::on_body_impl(string_view bytes, error_code& error) {
  body_bytes_ += bytes.size();
  if (body_bytes_ > body_limit_) {
    refuse(base::ErrorCode::resource_exhausted, "the response is longer than " + std::to_string(body_limit_) + " bytes",
           error);
    return 0;
  }
  events_.body(std_view(bytes));
  return bytes.size();
}

void ResponseParser::on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/, error_code& /*error*/) {}

std::size_t ResponseParser::on_chunk_body_impl(std::uint64_t /*left*/, string_view bytes, error_code& error) {
  return on_body_impl(bytes, error);
}

void ResponseParser::on_finish_impl(error_code& /*error*/) {}

}  // namespace frontdesk::outbound
