#include "webhooks/events.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/iso_time.hpp"

namespace frontdesk::webhooks {

std::span<const std::string_view> event_names() {
  static constexpr std::array kNames{event::kCallStarted, event::kCallEnded,   event::kMessageTaken, event::kLineDown,
                                     event::kLineUp,      event::kAlertRaised, event::kAlertResolved};
  return kNames;
}

bool may_be_chosen(std::string_view name) {
  const auto names = event_names();
  return name == "*" || std::find(names.begin(), names.end(), name) != names.end();
}

std::string of_call(std::string_view call) {
  return std::string(call) + "/";
}

std::string body_of(const Event& event, std::string_view organisation) {
  return boost::json::serialize(boost::json::object{{"id", event.id},
                                                    {"event", event.name},
                                                    {"created_at", base::iso_time(event.at)},
                                                    {"organisation", organisation},
                                                    {"data", event.data}});
}

}  // namespace frontdesk::webhooks
