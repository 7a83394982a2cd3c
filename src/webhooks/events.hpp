// What webhooks tell of, and how: {"id", "event", "created_at", "organisation", "data"}.
#pragma once
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace frontdesk::webhooks {

namespace event {
inline constexpr std::string_view kCallStarted = "call.started";
inline constexpr std::string_view kCallEnded = "call.ended";
inline constexpr std::string_view kMessageTaken = "message.taken";
inline constexpr std::string_view kLineDown = "line.down";
inline constexpr std::string_view kLineUp = "line.up";
inline constexpr std::string_view kAlertRaised = "alert.raised";
inline constexpr std::string_view kAlertResolved = "alert.resolved";
inline constexpr std::string_view kTest = "webhook.test";  ///< sent when somebody asks for it, whatever was chosen
}  // namespace event

/// Those a webhook may choose.
std::span<const std::string_view> event_names();
bool may_be_chosen(std::string_view name);  ///< or "*"

struct Event {
  std::string id;  ///< the same however often it is told of; what belongs to a call begins with of_call()
  std::string_view name;
  base::UtcTime at;
  boost::json::object data;
};

/// "call_018f.../": where the ids of a call's events begin.
std::string of_call(std::string_view call);

std::string body_of(const Event& event, std::string_view organisation);

}  // namespace frontdesk::webhooks
