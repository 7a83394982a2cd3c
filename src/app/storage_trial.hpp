// `frontdesk doctor storage`: writes, reads and removes a blob where the configuration says, and tells how it went.
#pragma once
#include "blobs/s3/s3_store.hpp"
#include "config/config.hpp"

namespace frontdesk::app {

/// Clients of this program connect where [outbound] lets them.
address_guard::Policy outbound_policy(const config::Outbound& outbound);

s3::S3Options s3_options(const config::Storage& storage);

/// 0: it works.
int try_storage(const config::Config& config);

}  // namespace frontdesk::app
