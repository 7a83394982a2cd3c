// Text of unknown origin made fit for JSON.
#pragma once
#include "base/utf8.hpp"

namespace frontdesk::json {

using base::is_utf8;
using base::valid_utf8;

}  // namespace frontdesk::json
