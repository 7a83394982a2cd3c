// The query of GET /api/calls/logs, read strictly: what is unknown, twice there or malformed is an
// error that names the parameter, never silently ignored.
#pragma once
#include <string>
#include <tl/expected.hpp>

#include "http/message.hpp"
#include "store/call_records.hpp"

namespace frontdesk::api {

inline constexpr int kDefaultPage = 50;
inline constexpr std::size_t kMaxSearchBytes = 100;

struct BadParameter {
  std::string name;
  std::string detail;  ///< what to write instead
};

struct CallQuery {
  store::CallFilter filter;
  int limit = kDefaultPage;
  std::string cursor;
};

tl::expected<CallQuery, BadParameter> parse_call_query(const http::Fields& query);

struct MessageQuery {
  std::string call;  ///< empty: of all calls
  int limit = kDefaultPage;
};

tl::expected<MessageQuery, BadParameter> parse_message_query(const http::Fields& query);

/// The error for the first parameter, if there is any at all.
tl::expected<void, BadParameter> no_parameters(const http::Fields& query);

}  // namespace frontdesk::api
