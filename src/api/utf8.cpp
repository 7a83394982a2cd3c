#include "api/utf8.hpp"

#include "base/utf8.hpp"

namespace frontdesk::api {

std::string valid_utf8(std::string_view text) {
  return base::valid_utf8(text);
}

}  // namespace frontdesk::api
