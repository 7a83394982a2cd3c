// Variables of the environment that other programs use for the same settings: AWS_ACCESS_KEY_ID and its like, as the
// command line tools of Amazon and its libraries read them.
#pragma once
#include "config/config.hpp"

namespace frontdesk::config {

/// Adds FRONTDESK_STORAGE_... to `out` for those in `all`, unless it is there. AWS_S3_CONFIG is a JSON object with
/// bucket, endpoint, region, accessKeyId, secretAccessKey, sessionToken, prefix and forcePathStyle; single variables
/// win over it. One that is no such object becomes an unknown variable, which is then reported.
void add_usual_variables(const Environment& all, Environment& out);

}  // namespace frontdesk::config
