#include "app/listening.hpp"

#include "base/clock.hpp"

namespace frontdesk::app {
namespace {

using Moment = live::ListeningOptions::Moment;

base::Status write_down(accounts::Office& office, const live::Listener& listener, const std::string& call,
                        Moment moment) {
  return office.change(base::wall_now(), [&](store::Connection&, audit::Trail& trail) -> base::Status {
    const accounts::Visitor visitor{listener.address, listener.user_agent};
    trail.add({accounts::actor_of(listener.who, visitor),
               moment == Moment::began ? "call.listening_began" : "call.listening_ended",
               call,
               {}});
    return {};
  });
}

}  // namespace

std::shared_ptr<live::Listening> listening_of(std::shared_ptr<live::Feed> feed, runtime::Switchboard& switchboard,
                                              accounts::Office& office) {
  live::ListeningOptions options;
  options.known = [feed](const std::string& organisation, const std::string& call) {
    return feed->has(organisation, call);
  };
  options.listen = [&switchboard](const std::string& call, std::shared_ptr<runtime::Ears> ears) {
    return switchboard.listen(call, std::move(ears));
  };
  options.note = [&office](const live::Listener& listener, const std::string& call, Moment moment) {
    return write_down(office, listener, call, moment);
  };
  options.show = [feed](const std::string& call, std::vector<std::string> listeners) {
    feed->observe(live::ListenersSeen{{call, std::move(listeners), base::wall_now()}});
  };
  return std::make_shared<live::Listening>(std::move(options));
}

}  // namespace frontdesk::app
