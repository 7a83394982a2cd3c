// Where a Redis is: redis://[user][:password@]host[:port][/database], or unix:///path/of.sock[?db=0]
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/protect.hpp"

namespace frontdesk::redis {

struct Address {
  std::string host;  ///< empty: a Unix socket
  std::uint16_t port = 6379;
  std::string path;  ///< of the Unix socket
  std::string user;  ///< empty: the default one
  base::Secret password;
  int database = 0;
};

/// invalid_argument says what to write, without the password.
base::Result<Address> parse_address(std::string_view url);

}  // namespace frontdesk::redis
