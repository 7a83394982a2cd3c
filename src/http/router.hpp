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
  void add(std::string method, std::string_view pattern, Respond respond);

  struct Match {
    const Respond* respond = nullptr;  ///< null: 404, or 405 if `allow` is set
    std::string_view pattern;          ///< names the route in metrics without the caller's data
    std::map<std::string, std::string> parameters;
    std::string allow;  ///< "GET, HEAD": the methods this path has
  };
  /// The match points into the router.
  Match match(std::string_view method, const std::vector<std::string>& segments) const;

 private:
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Respond respond;
  };
  std::vector<Route> routes_;
};

}  // namespace frontdesk::http
