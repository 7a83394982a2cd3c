// Which function answers which method and path.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace frontdesk::http {

/// Runs on a thread that may block. What it throws becomes a 500.
using Respond = std::function<Response(const Request&)>;

class Router {
 public:
  /// Pattern: "/api/calls/{id}/recording"; a {name} stands for one non-empty segment, a literal segment
  /// beats it. HEAD is answered by GET. Throws base::InvariantViolation on a pattern without leading '/'.
  /// `body_bytes`: the longest body (413 above); 0: the server's usual limit.
  void add(std::string method, std::string_view pattern, Respond respond, std::size_t body_bytes = 0);

  struct Match {
    const Respond* respond = nullptr;  ///< null: 404, or 405 if `allow` is set
    std::string_view pattern;          ///< names the route in metrics without the caller's data
    std::map<std::string, std::string> parameters;
    std::string allow;           ///< "GET, HEAD": the methods this path has
    std::size_t body_bytes = 0;  ///< the route's own limit
  };
  /// The match points into the router.
  Match match(std::string_view method, const std::vector<std::string>& segments) const;
  /// Of all routes.
  std::size_t largest_body() const { return largest_body_; }

 private:
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Respond respond;
    std::size_t body_bytes = 0;
  };
  std::vector<Route> routes_;
  std::size_t largest_body_ = 0;
};

}  // namespace frontdesk::http
