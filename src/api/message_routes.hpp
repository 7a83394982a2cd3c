// Messages that callers left: /api/messages/...
#pragma once
#include "accounts/office.hpp"
#include "rest/api.hpp"
#include "store/call_log.hpp"

namespace frontdesk::api {

struct MessageSources {
  const store::CallLog& calls;
  accounts::Office* office = nullptr;  ///< null: they cannot be changed
};

void add_message_routes(rest::Api& api, MessageSources sources);

}  // namespace frontdesk::api
