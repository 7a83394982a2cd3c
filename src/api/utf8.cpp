#include "api/utf8.hpp"

#include "base/utf8.hpp"

namespace frontdesk::api {

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto length = base::utf8_length(text, i);
    valid += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
  return valid;
}

}  // namespace frontdesk::api
