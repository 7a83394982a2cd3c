// From what was saved to what calls are answered by.
#pragma once
#include "config/config.hpp"
#include "config/profile/profile.hpp"

namespace frontdesk::profile {

/// What its JSON cannot say: hours, dates, prices, numbers and names that must be told apart. `country` is the file's,
/// for a profile without a company. Reads the time zone from the system.
std::vector<json::Problem> check(const Profile& profile, const std::string& country);

/// The file's configuration, with each part that the profile has in place of its own. The profile has been checked; a
/// part that cannot be used all the same is left as it is in the file.
config::Config laid_over(config::Config file, const Profile& profile);

/// All parts, as a configuration has them.
Profile profile_of(const config::Config& config);

}  // namespace frontdesk::profile
