#include "api/health_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/utf8.hpp"

namespace frontdesk::api {

std::string health_json(const Health& health) {
  namespace bj = boost::json;
  bj::object object;
  // Of several, one that does not work.
  const auto broken = std::find_if_not(health.lines.begin(), health.lines.end(), working);
  const auto* shown = health.lines.empty() ? nullptr : broken == health.lines.end() ? &health.lines.front() : &*broken;
  const bool degraded = broken != health.lines.end() || !health.records_problem.empty();
  object["status"] = health.draining ? "draining" : degraded ? "degraded" : "ok";
  object["build"] = valid_utf8(health.build);
  object["uptime_ms"] = base::to_ms(health.uptime);
  object["calls"] = {{"now", health.calls_now}, {"accepted", health.calls_accepted}, {"refused", health.calls_refused}};
  object["sip_address"] = valid_utf8(health.sip_address);
  object["trunk"] = shown ? bj::value(status_json(*shown)) : bj::value();
  bj::array lines;
  for (const auto& line : health.lines) lines.push_back(status_json(line));
  object["lines"] = std::move(lines);
  object["tick_late_p99_ms"] = health.tick_late_p99_ms;
  object["records"] = {{"waiting", health.records_waiting}, {"problem", valid_utf8(health.records_problem)}};
  return bj::serialize(object);
}

}  // namespace frontdesk::api
