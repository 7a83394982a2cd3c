#include "store/settings/ai_configurations.hpp"

namespace frontdesk::settings {

base::Result<std::vector<AiConfiguration>> AiConfigurations::chain(const std::string& organisation,
                                                                   Purpose purpose) const {
  return select("organisation = ? AND purpose = ? AND enabled = 1 ORDER BY place, id",
                {organisation, std::string(store::name_of(purpose))});
}

}  // namespace frontdesk::settings
