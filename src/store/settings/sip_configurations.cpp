#include "store/settings/sip_configurations.hpp"

namespace frontdesk::settings {

base::Result<std::vector<SipConfiguration>> SipConfigurations::all() const {
  return select("id <> '' ORDER BY id", {});
}

base::Status SipConfigurations::set_status(const std::string& organisation, const std::string& id,
                                           const std::string& status) {
  const auto done = connection_.write("UPDATE sip_configurations SET status = ? WHERE organisation = ? AND id = ?",
                                      {status, organisation, id});
  return changed_one(done, store::no_such(SipConfiguration::kNoun));
}

}  // namespace frontdesk::settings
