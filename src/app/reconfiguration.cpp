#include "app/reconfiguration.hpp"

#include <algorithm>

namespace frontdesk::app {
namespace {

const config::Trunk* named(const config::Config& config, const std::string& name) {
  const auto found = std::find_if(config.all_trunks.begin(), config.all_trunks.end(),
                                  [&](const auto& trunk) { return trunk.name == name; });
  return found == config.all_trunks.end() ? nullptr : &*found;
}

}  // namespace

TrunkChanges trunk_changes(const config::Config& before, const config::Config& after) {
  TrunkChanges changes;
  for (const auto& trunk : before.all_trunks)
    if (named(after, trunk.name) == nullptr) changes.gone.push_back(trunk.name);
  for (const auto& trunk : after.all_trunks) {
    const auto* old = named(before, trunk.name);
    if (old == nullptr || *old != trunk) changes.changed.push_back(trunk);
  }
  return changes;
}

bool says_otherwise(const config::Config& before, const config::Config& after) {
  const auto same = [](const knowledge::Policy& a, const knowledge::Policy& b) {
    return a.id == b.id && a.topic == b.topic && a.text == b.text;
  };
  return before.receptionist != after.receptionist ||
         !std::ranges::equal(before.business.policies, after.business.policies, same);
}

std::vector<std::string> waits_for_restart(const config::Config& before, const config::Config& after) {
  std::vector<std::string> keys;
  const auto check = [&](const char* key, const auto& a, const auto& b) {
    if (!(a == b)) keys.emplace_back(key);
  };
  const auto &was = before.server, &is = after.server;
  check("server.sip", was.sip, is.sip);
  check("server.http", was.http, is.http);
  check("server.https", was.https, is.https);
  check("server.host_names", was.host_names, is.host_names);
  check("server.allowed_origins", was.allowed_origins, is.allowed_origins);
  check("server.requests_per_second", was.requests_per_second, is.requests_per_second);
  check("server.rtp", std::pair(was.rtp_first, was.rtp_last), std::pair(is.rtp_first, is.rtp_last));
  check("server.public_address", std::pair(was.public_address, was.learn_public_address),
        std::pair(is.public_address, is.learn_public_address));
  check("server.local_networks", was.local_networks, is.local_networks);
  check("server.data", was.data, is.data);
  check("server.models", was.models, is.models);
  check("voice.hold_music", before.voice.hold_music, after.voice.hold_music);
  check("recording.format", before.recording.format, after.recording.format);
  check("recording.encrypt", before.recording.encrypt, after.recording.encrypt);
  check("recording.keep_days", before.recording.keep_days, after.recording.keep_days);
  check("server.metrics", was.metrics, is.metrics);
  check("storage", before.storage, after.storage);
  check("mail", before.mail, after.mail);
  check("outbound", before.outbound, after.outbound);
  return keys;
}

}  // namespace frontdesk::app
