// The sample that is used until the owner configures a business: examples/hillside-dental.toml,
// compiled in so that the program needs no file beside it.
#pragma once
#include <string_view>

namespace frontdesk::app {

std::string_view sample_business();

}  // namespace frontdesk::app
