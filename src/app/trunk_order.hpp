// From a trunk of the configuration to what registers it and what tries it out.
#pragma once
#include "config/config.hpp"
#include "sip/registration.hpp"
#include "sip/trial/trial.hpp"

namespace frontdesk::app {

/// automatic: none.
std::optional<sip::Transport> transport_of(config::Transport transport);
sip::SrtpPolicy srtp_policy(config::Srtp srtp);
sip::TrunkRegistration registration_of(const config::Trunk& trunk);
trial::Order trial_order(const config::Trunk& trunk, const config::Server& server);

}  // namespace frontdesk::app
