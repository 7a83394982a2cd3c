// Keys of other services: /api/keys. They go in and never come out.
#pragma once
#include "accounts/office.hpp"
#include "rest/api.hpp"

namespace frontdesk::api {

struct KeySources {
  accounts::Office& office;
};

void add_key_routes(rest::Api& api, KeySources sources);

}  // namespace frontdesk::api
