// One connection to a Redis (RESP 2): commands out, replies in, every wait with a deadline. One thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "cluster/redis/address.hpp"

namespace frontdesk::redis {

struct Reply {
  enum class Kind { nothing, text, status, integer, array, error };
  Kind kind = Kind::nothing;
  std::string text;
  std::int64_t integer = 0;
  std::vector<Reply> elements;
};

inline constexpr std::size_t kLargestReply = 64U << 20U;  ///< bytes on the wire

class Connection {
 public:
  /// Connects, signs in and chooses the database. unavailable; permission_denied: the password is wrong.
  static base::Result<std::unique_ptr<Connection>> open(const Address& address, base::Instant deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return descriptor_; }
  base::Status send(const std::vector<std::string_view>& command, base::Instant deadline);
  /// deadline_exceeded: none came; what has come of it so far is kept. unavailable: the connection is over.
  base::Result<Reply> receive(base::Instant deadline);
  /// Both; an error reply is returned as one.
  base::Result<Reply> ask(const std::vector<std::string_view>& command, base::Instant deadline);

 private:
  struct Reader;
  Connection();
  int descriptor_ = -1;
  std::unique_ptr<Reader> reader_;
};

}  // namespace frontdesk::redis
