// The installation's master keys: /api/keys/master. What they are and what needs them, never the keys.
#pragma once
#include <functional>

#include "base/error.hpp"
#include "rest/api.hpp"
#include "vault/rotation/master_keys.hpp"

namespace frontdesk::api {

struct MasterKeySources {
  std::function<base::Result<std::vector<rotation::MasterKey>>(base::UtcTime now)> known;
  std::function<std::string()> problem;  ///< empty: none
  bool by_file = true;                   ///< else from the environment
};

void add_master_key_routes(rest::Api& api, MasterKeySources sources);

}  // namespace frontdesk::api
