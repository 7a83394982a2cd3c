// One caller's data: handed out whole, or erased. The audit log says that it was done, by a pseudonym of the number.
#pragma once
#include "accounts/office.hpp"
#include "api/recording_file.hpp"
#include "rest/api.hpp"
#include "store/call_log.hpp"

namespace frontdesk::api {

struct PrivacySources {
  accounts::Office& office;
  const store::CallLog& calls;
  std::string country = "GB";  ///< how national numbers are read
  RecordingPlace recordings = {};
};

/// POST /api/privacy/export, POST /api/privacy/erase.
void add_privacy_routes(rest::Api& api, PrivacySources sources);

}  // namespace frontdesk::api
