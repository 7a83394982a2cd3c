// One request and its response, as a coroutine on the client's thread. Private to this folder: it includes Asio.
#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "outbound/engine.hpp"
#include "outbound/response_parser.hpp"

namespace frontdesk::outbound {

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Engine> engine, base::RequestId id, Request request, std::shared_ptr<Sink> sink);

  boost::asio::awaitable<void> run();
  void silence() { silent_ = true; }  ///< any thread
  void abort(base::Error why) { interrupt_->fire(std::move(why)); }
  void resume();

 private:
  boost::asio::awaitable<void> follow();
  boost::asio::awaitable<void> perform();
  boost::asio::awaitable<bool> obtain();
  boost::asio::awaitable<bool> send();
  boost::asio::awaitable<bool> send_upload();
  boost::asio::awaitable<bool> write(std::string bytes);
  boost::asio::awaitable<bool> receive();
  boost::asio::awaitable<bool> read_more();
  boost::asio::awaitable<void> nap();
  void stir();
  bool prepare_hop();
  bool fail(base::Error error);
  bool lost();
  void take_head(Head head);
  void take_body(std::string_view bytes);
  void settle(bool reusable);
  void finish();
  base::Duration elapsed() const;

  std::shared_ptr<Engine> engine_;
  const base::RequestId id_;
  Request request_;
  std::shared_ptr<Sink> sink_;
  PolicyPtr policy_;
  std::shared_ptr<Interrupt> interrupt_;
  std::shared_ptr<boost::asio::steady_timer> sleeper_;
  std::atomic<bool> silent_{false};
  base::Instant started_;

  address_guard::Url url_;
  std::unique_ptr<Connection> connection_;
  boost::beast::flat_buffer buffer_;
  std::optional<ResponseParser> parser_;
  std::optional<base::Error> failure_;
  Ending ending_;
  std::string location_;  ///< of a redirect that is followed
  int redirect_status_ = 0;
  std::uint64_t discarded_ = 0;
  bool received_ = false;  ///< any byte of this hop's response
  bool unwritten_ = false;
  bool lost_ = false;
  bool paused_ = false;
  bool stirred_ = false;  ///< the upload has grown
};

}  // namespace frontdesk::outbound
