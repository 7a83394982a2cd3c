#include "app/listening.hpp"

#include "accounts/users.hpp"
#include "base/clock.hpp"

namespace frontdesk::app {
namespace {

using Moment = live::ListeningOptions::Moment;

base::Status write_down(accounts::Office& office, const live::Listener& listener, const std::string& call,
                        std::string action) {
  return office.change(base::wall_now(), [&](store::Connection&, audit::Trail& trail) -> base::Status {
    const accounts::Visitor visitor{listener.address, listener.user_agent};
    trail.add({accounts::actor_of(listener.who, visitor), std::move(action), call, {}});
    return {};
  });
}

std::string name_of(accounts::Office& office, const access::Principal& who) {
  const auto user =
      office.with_connection([&](store::Connection& connection) { return accounts::find_user(connection, who.id); });
  return user && *user && !(*user)->name.empty() ? (*user)->name : who.id;
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
    return write_down(office, listener, call,
                      moment == Moment::began ? "call.listening_began" : "call.listening_ended");
  };
  options.show = [feed](const std::string& call, std::vector<std::string> listeners) {
    feed->observe(live::ListenersSeen{{call, std::move(listeners), base::wall_now()}});
  };
  return std::make_shared<live::Listening>(std::move(options));
}

std::shared_ptr<live::Speaking> speaking_of(std::shared_ptr<live::Feed> feed, runtime::Switchboard& switchboard,
                                            accounts::Office& office) {
  live::SpeakingOptions options;
  options.known = [feed](const std::string& organisation, const std::string& call) {
    return feed->has(organisation, call);
  };
  options.speak = [&switchboard](const std::string& call, std::shared_ptr<runtime::OperatorVoice> voice) {
    return switchboard.speak(call, std::move(voice));
  };
  options.note = [&office](const live::Listener& speaker, const std::string& call, Moment moment) {
    return write_down(office, speaker, call, moment == Moment::began ? "call.speaking_began" : "call.speaking_ended");
  };
  options.name = [&office](const access::Principal& who) { return name_of(office, who); };
  return std::make_shared<live::Speaking>(std::move(options));
}

}  // namespace frontdesk::app
