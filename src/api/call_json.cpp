#include "api/call_json.hpp"

#include <boost/json/serialize.hpp>

#include "api/call_views.hpp"

namespace frontdesk::api {

std::string call_json(const store::CallRow& call, std::span<const store::TurnRow> turns,
                      std::span<const store::MessageRow> messages, const std::vector<replay::Decision>* decisions,
                      std::span<const store::ConsentRow> consents) {
  return boost::json::serialize(json::write(call_of(call, turns, messages, consents, decisions)));
}

std::string calls_json(const store::CallPage& page) {
  return boost::json::serialize(json::write(page_of(page)));
}

}  // namespace frontdesk::api
