#include "cluster/redis/connection.hpp"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/clock.hpp"

namespace frontdesk::redis {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

tl::unexpected<base::Error> gone(std::string what) {
  return base::fail(base::ErrorCode::unavailable, "redis", std::move(what), base::Retry::later, errno);
}

/// False: not within the deadline.
bool await(int descriptor, short events, base::Instant deadline) {
  pollfd waiting{descriptor, events, 0};
  const auto left = std::max<std::int64_t>(0, base::to_ms(deadline - base::monotonic_now()) + 1);
  return ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000))) > 0;
}

/// The socket, connected or about to be; -1: it is refused at once.
int begin_connecting(int family, const sockaddr* address, socklen_t length) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return -1;
  if (::connect(descriptor, address, length) == 0 || errno == EINPROGRESS) return descriptor;
  ::close(descriptor);
  return -1;
}

bool connected(int descriptor, base::Instant deadline) {
  int error = 0;
  socklen_t size = sizeof error;
  return await(descriptor, POLLOUT, deadline) && ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
}

int connect_unix(const std::string& path, base::Instant deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int descriptor =
      begin_connecting(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(sizeof address));
  if (descriptor >= 0 && connected(descriptor, deadline)) return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  return -1;
}

int connect_tcp(const Address& to, base::Instant deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found) != 0) return -1;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    const int descriptor = begin_connecting(each->ai_family, each->ai_addr, each->ai_addrlen);
    if (descriptor < 0) continue;
    if (connected(descriptor, deadline)) {
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      return descriptor;
    }
    ::close(descriptor);
  }
  return -1;
}

Reply reply_of(const redisReply& from) {
  Reply reply;
  reply.text = from.str == nullptr ? std::string() : std::string(from.str, static_cast<std::size_t>(from.len));
  reply.integer = from.integer;
  switch (from.type) {
    case REDIS_REPLY_STRING:
      reply.kind = Reply::Kind::text;
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::status;
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::array;
      for (std::size_t i = 0; i < from.elements; ++i) reply.elements.push_back(reply_of(*from.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace

struct Connection::Reader {
  std::unique_ptr<redisReader, decltype(&redisReaderFree)> parser{redisReaderCreate(), &redisReaderFree};
  std::size_t unparsed = 0;
};

Connection::Connection() : reader_(std::make_unique<Reader>()) {}

Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<std::unique_ptr<Connection>> Connection::open(const Address& address, base::Instant deadline) {
  std::unique_ptr<Connection> connection(new Connection());
  connection->descriptor_ =
      address.host.empty() ? connect_unix(address.path, deadline) : connect_tcp(address, deadline);
  if (connection->descriptor_ < 0) return gone("Redis cannot be reached");
  if (!address.password.empty()) {
    std::vector<std::string_view> command{"AUTH"};
    if (!address.user.empty()) command.emplace_back(address.user);
    command.emplace_back(address.password.expose());
    if (const auto signed_in = connection->ask(command, deadline); !signed_in) {
      if (signed_in.error().code == base::ErrorCode::unavailable) return tl::unexpected(signed_in.error());
      return base::fail(base::ErrorCode::permission_denied, "redis", "Redis refuses the user or the password",
                        base::Retry::later);
    }
  }
  if (address.database != 0)
    if (const auto chosen = connection->ask({"SELECT", std::to_string(address.database)}, deadline); !chosen)
      return tl::unexpected(chosen.error());
  return connection;
}

base::Status Connection::send(const std::vector<std::string_view>& command, base::Instant deadline) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (const auto& each : command) {
    arguments.push_back(each.data());
    lengths.push_back(each.size());
  }
  char* formatted = nullptr;
  const auto size =
      redisFormatCommandArgv(&formatted, static_cast<int>(command.size()), arguments.data(), lengths.data());
  if (size < 0) return gone("out of memory");
  const std::unique_ptr<char, decltype(&redisFreeCommand)> held(formatted, &redisFreeCommand);
  for (std::size_t done = 0; done < static_cast<std::size_t>(size);) {
    const auto count = ::send(descriptor_, formatted + done, static_cast<std::size_t>(size) - done, MSG_NOSIGNAL);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EAGAIN && errno != EINTR) {
      return gone("the connection to Redis broke");
    } else if (!await(descriptor_, POLLOUT, deadline)) {
      return gone("Redis takes nothing");
    }
  }
  return {};
}

base::Result<Reply> Connection::receive(base::Instant deadline) {
  while (true) {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_->parser.get(), &raw) != REDIS_OK) return gone("Redis sent what is no reply");
    if (raw != nullptr) {
      const std::unique_ptr<void, decltype(&freeReplyObject)> held(raw, &freeReplyObject);
      reader_->unparsed = 0;
      return reply_of(*static_cast<const redisReply*>(raw));
    }
    if (!await(descriptor_, POLLIN, deadline))
      return base::fail(base::ErrorCode::deadline_exceeded, "redis", "Redis did not answer in time",
                        base::Retry::later);
    std::array<char, kReadBytes> bytes;
    const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) return gone("the connection to Redis ended");
    reader_->unparsed += static_cast<std::size_t>(count);
    if (reader_->unparsed > kLargestReply) return gone("a reply of Redis is too long");
    redisReaderFeed(reader_->parser.get(), bytes.data(), static_cast<std::size_t>(count));
  }
}

base::Result<Reply> Connection::ask(const std::vector<std::string_view>& command, base::Instant deadline) {
  if (auto sent = send(command, deadline); !sent) return tl::unexpected(sent.error());
  auto reply = receive(deadline);
  // The reply would come later and be taken for that to another command.
  if (!reply && reply.error().code == base::ErrorCode::deadline_exceeded) return gone("Redis did not answer in time");
  if (reply && reply->kind == Reply::Kind::error)
    return base::fail(base::ErrorCode::failed_precondition, "redis", "Redis refuses: " + reply->text);
  return reply;
}

}  // namespace frontdesk::redis
