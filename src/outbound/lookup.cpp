#include "outbound/lookup.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <mutex>
#include <thread>

#include "outbound/errors.hpp"

namespace frontdesk::outbound {
namespace {

namespace net = boost::asio;
constexpr int kMostQuestions = 32;
constexpr std::size_t kMostAddresses = 16;

std::atomic<int>& questions() {
  static std::atomic<int> count{0};
  return count;
}

/// What the asking thread and the coroutine share. Whichever ends first leaves the other unharmed.
struct Question {
  std::mutex mutex;
  std::optional<Addresses> answer;
  std::function<void()> wake;  ///< empty: nobody waits any more
};

/// The coroutine's end of it, however its frame ends.
struct Asker {
  std::shared_ptr<Question> question = std::make_shared<Question>();
  ~Asker() {
    const std::lock_guard lock(question->mutex);
    question->wake = {};
  }
};

void ask(const Lookup& lookup, const std::string& host, std::uint16_t port, const std::shared_ptr<Question>& question) {
  std::thread([=] {
    Addresses answer = lookup ? lookup(host, port) : system_lookup(host, port);
    questions().fetch_sub(1);
    const std::lock_guard lock(question->mutex);
    question->answer = std::move(answer);
    if (question->wake) question->wake();
  }).detach();
}

base::Endpoint endpoint_of(const addrinfo& info, std::uint16_t port) {
  base::Endpoint endpoint;
  endpoint.port = port;
  endpoint.v6 = info.ai_family == AF_INET6;
  if (endpoint.v6) {
    sockaddr_in6 address{};
    std::memcpy(&address, info.ai_addr, sizeof address);
    std::memcpy(endpoint.address.data(), &address.sin6_addr, 16);
  } else {
    sockaddr_in address{};
    std::memcpy(&address, info.ai_addr, sizeof address);
    std::memcpy(endpoint.address.data(), &address.sin_addr, 4);
  }
  return endpoint;
}

}  // namespace

Addresses system_lookup(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int verdict = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (verdict == EAI_NONAME || verdict == EAI_NODATA)
    return tl::unexpected(error(base::ErrorCode::not_found,
                                "the name " + host + " has no address: check how it is written", base::Retry::later,
                                verdict));
  if (verdict != 0)
    return tl::unexpected(error(base::ErrorCode::unavailable,
                                "the name " + host + " cannot be looked up: " + gai_strerror(verdict),
                                base::Retry::later, verdict));
  std::vector<base::Endpoint> addresses;
  for (const auto* at = found; at != nullptr && addresses.size() < kMostAddresses; at = at->ai_next)
    if (at->ai_family == AF_INET || at->ai_family == AF_INET6) addresses.push_back(endpoint_of(*at, port));
  freeaddrinfo(found);
  return addresses;
}

net::awaitable<Addresses> look_up(Lookup lookup, std::string host, std::uint16_t port,
                                  std::shared_ptr<Interrupt> interrupt) {
  if (questions().fetch_add(1) >= kMostQuestions) {
    questions().fetch_sub(1);
    co_return tl::unexpected(error(base::ErrorCode::resource_exhausted,
                                   "too many names are being looked up: the name server is slow", base::Retry::later));
  }
  const auto executor = co_await net::this_coro::executor;
  const auto timer = std::make_shared<net::steady_timer>(executor, net::steady_timer::time_point::max());
  Asker asker;
  asker.question->wake = [executor, weak = std::weak_ptr(timer)] {
    net::post(executor, [weak] {
      if (const auto waiting = weak.lock()) waiting->cancel();
    });
  };
  interrupt->on_fire([weak = std::weak_ptr(timer)] {
    if (const auto waiting = weak.lock()) waiting->cancel();
  });
  if (interrupt->why()) {
    questions().fetch_sub(1);
    co_return tl::unexpected(*interrupt->why());
  }
  ask(lookup, host, port, asker.question);
  boost::system::error_code ignored;
  co_await timer->async_wait(net::redirect_error(net::use_awaitable, ignored));
  interrupt->nothing_waits();
  if (interrupt->why()) co_return tl::unexpected(*interrupt->why());
  const std::lock_guard lock(asker.question->mutex);
  co_return std::move(*asker.question->answer);
}

}  // namespace frontdesk::outbound
