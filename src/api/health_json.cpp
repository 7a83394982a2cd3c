#include "api/health_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/utf8.hpp"

namespace frontdesk::api {

std::string health_json(const Health& health) {
  namespace bj = boost::json;
  bj::object object;
  const bool trunk_down = !health.trunk.empty() && health.trunk_state != "registered" && health.trunk_state != "peered";
  const bool degraded = trunk_down || !health.records_problem.empty();
  object["status"] = health.draining ? "draining" : degraded ? "degraded" : "ok";
  object["build"] = valid_utf8(health.build);
  object["uptime_ms"] = base::to_ms(health.uptime);
  object["calls"] = {{"now", health.calls_now}, {"accepted", health.calls_accepted}, {"refused", health.calls_refused}};
  object["sip_address"] = valid_utf8(health.sip_address);
  object["trunk"] = health.trunk.empty() ? bj::value()
                                         : bj::value{{"name", valid_utf8(health.trunk)},
                                                     {"state", valid_utf8(health.trunk_state)},
                                                     {"detail", valid_utf8(health.trunk_detail)}};
  object["tick_late_p99_ms"] = health.tick_late_p99_ms;
  object["records"] = {{"waiting", health.records_waiting}, {"problem", valid_utf8(health.records_problem)}};
  return bj::serialize(object);
}

}  // namespace frontdesk::api
