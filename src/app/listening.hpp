// Listening to calls and speaking in them, as this program does it: sound from its switchboard, beginnings and ends in
// its audit log.
#pragma once
#include <memory>

#include "accounts/office.hpp"
#include "live/feed.hpp"
#include "live/listening.hpp"
#include "live/speaking.hpp"
#include "runtime/switchboard.hpp"

namespace frontdesk::app {

/// `office` and `switchboard` outlive it, or its stop().
std::shared_ptr<live::Listening> listening_of(std::shared_ptr<live::Feed> feed, runtime::Switchboard& switchboard,
                                              accounts::Office& office);

std::shared_ptr<live::Speaking> speaking_of(std::shared_ptr<live::Feed> feed, runtime::Switchboard& switchboard,
                                            accounts::Office& office);

}  // namespace frontdesk::app
