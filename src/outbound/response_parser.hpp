// Bytes of a connection become a head and pieces of body. Strict where two readers could disagree about where a
// response ends (RFC 9112, sections 6 and 11.2). Private to this folder: it includes Beast.
#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "outbound/client.hpp"

namespace frontdesk::outbound {

class ResponseParser : private boost::beast::http::basic_parser<false> {
 public:
  struct Events {
    std::function<void(Head)> head;
    std::function<void(std::string_view)> body;
  };
  ResponseParser(Events events, std::size_t header_bytes, std::uint64_t body_bytes, bool head_only);

  /// Takes what it can from `buffer`; false once something is wrong, which problem() tells.
  bool take(boost::beast::flat_buffer& buffer);
  /// The connection's end: completes a body that it delimits, else it is a problem.
  bool take_end();
  bool done() const { return is_done(); }
  bool needs_more() const { return needs_more_; }
  /// It was an interim response (1xx): another one follows.
  bool interim() const { return is_done() && status_ / 100 == 1; }
  bool keep_alive() const { return basic_parser::keep_alive() && !need_eof(); }
  const base::Error& problem() const { return problem_; }

 private:
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override;
  void on_response_impl(int status, string_view reason, int version, error_code& error) override;
  void on_field_impl(boost::beast::http::field field, string_view name, string_view value, error_code& error) override;
  void on_header_impl(error_code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) override;
  std::size_t on_body_impl(string_view bytes, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, string_view bytes, error_code& error) override;
  void on_finish_impl(error_code& error) override;
  void refuse(base::ErrorCode code, std::string message, error_code& error);
  void refuse_malformed(const error_code& error);

  Events events_;
  std::uint64_t body_limit_;
  std::uint64_t body_bytes_ = 0;
  Head head_;
  int status_ = 0, version_ = 11;
  int fields_ = 0, lengths_ = 0, codings_ = 0;
  bool plain_chunks_ = true;
  bool in_trailer_ = false;
  bool needs_more_ = true;
  base::Error problem_;
};

}  // namespace frontdesk::outbound
