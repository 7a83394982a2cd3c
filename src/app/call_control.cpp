#include "app/call_control.hpp"

#include "app/call_plans.hpp"
#include "reception/transfer/directory.hpp"

namespace frontdesk::app {
namespace {

constexpr auto kLongestWait = base::milliseconds(250);  // a call comes to it at its next tick, of 20 ms

}  // namespace

api::CallControl call_control(runtime::Switchboard& switchboard, const InForce& config) {
  return {.tell = [&switchboard](const std::string& call, call::Event event) -> api::CallControl::Outcome {
            const auto answer = switchboard.order(call, std::move(event));
            if (!answer) return {.over = true};
            const auto outcome = answer->wait(kLongestWait);
            return outcome ? api::CallControl::Outcome{outcome->over, outcome->refusal} : api::CallControl::Outcome{};
          },
          .takes_calls =
              [&config](const std::string& to) {
                const auto settings = conversation_settings(*config.get());
                return transfer::find_target(settings.transfers.targets, to).has_value();
              },
          .minds_instructions = [] { return false; }};  // the built-in model is the only one there is
}

}  // namespace frontdesk::app
