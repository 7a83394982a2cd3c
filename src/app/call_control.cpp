#include "app/call_control.hpp"

#include "app/call_plans.hpp"
#include "reception/transfer/directory.hpp"

namespace frontdesk::app {

api::CallControl call_control(runtime::Switchboard& switchboard, const InForce& config) {
  return {.tell = [&switchboard](const std::string& call,
                                 call::Event event) { return switchboard.tell_call(call, std::move(event)); },
          .takes_calls =
              [&config](const std::string& to) {
                const auto settings = conversation_settings(*config.get());
                return transfer::find_target(settings.transfers.targets, to).has_value();
              },
          .minds_instructions = [] { return false; }};  // the built-in model is the only one there is
}

}  // namespace frontdesk::app
