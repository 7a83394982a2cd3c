#include "app/call_policy.hpp"

#include "app/call_plans.hpp"
#include "app/screening_rules.hpp"
#include "app/trunk_order.hpp"

namespace frontdesk::app {
namespace {

/// Providers that know us by an account want it as the caller; those that know our address, the number.
runtime::OutboundRoute route_of(const config::Trunk& trunk) {
  const bool by_account = trunk.registers || trunk.inbound_number.empty();
  return {trunk.domain, trunk.port, transport_of(trunk.transport), by_account ? trunk.username : trunk.inbound_number};
}

digits::Accepted accepted_digits(config::Dtmf dtmf) {
  switch (dtmf) {
    case config::Dtmf::automatic:
      return digits::Accepted::automatic;
    case config::Dtmf::rfc4733:
      return digits::Accepted::telephone_event;
    case config::Dtmf::in_band:
      return digits::Accepted::in_band;
    case config::Dtmf::info:
      return digits::Accepted::info;
  }
  return digits::Accepted::automatic;
}

runtime::TrunkMedia media_of(const config::Trunk& trunk) {
  runtime::TrunkMedia media{trunk.codecs, accepted_digits(trunk.dtmf), {}};
  if (trunk.srtp) media.srtp = srtp_policy(*trunk.srtp);
  return media;
}

}  // namespace

std::shared_ptr<const runtime::CallPolicy> call_policy(std::shared_ptr<const config::Config> config, bool diagnostics,
                                                       std::shared_ptr<llm::ChatModel> chat) {
  runtime::CallPolicy policy;
  policy.screening = screening_rules(*config, diagnostics);
  policy.capacity.max_calls = static_cast<std::size_t>(config->limits.max_calls);
  policy.capacity.priority_reserve = runtime::usual_priority_reserve(policy.capacity.max_calls);
  if (config->limits.when_full == config::WhenFull::busy) policy.capacity.when_full = runtime::WhenFull::busy;
  policy.srtp = srtp_policy(config->server.srtp);
  policy.own_order = !config->server.codecs.empty();
  if (policy.own_order) policy.codecs = config->server.codecs;
  policy.transfers = {config->transfer.per_hour, config->transfer.per_day};
  if (config->trunk) policy.usual_trunk = config->trunk->name;
  for (const auto& trunk : config->all_trunks) {
    policy.routes[trunk.name] = route_of(trunk);
    policy.trunks[trunk.name] = media_of(trunk);
  }
  policy.plan = make_call_plans(std::move(config), std::move(chat));
  return std::make_shared<const runtime::CallPolicy>(std::move(policy));
}

}  // namespace frontdesk::app
