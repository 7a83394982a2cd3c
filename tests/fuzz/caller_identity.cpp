// The headers that say who calls, one a line.
#include "reception/screening/caller_identity.hpp"

#include <array>

#include "fuzz/fuzz_target.hpp"

namespace screening = frontdesk::screening;

FRONTDESK_FUZZ_TARGET(caller_identity) {
  screening::IdentityHeaders headers;
  const std::array<std::vector<std::string_view>*, 6> lists{&headers.asserted,  &headers.remote_party,
                                                            &headers.diversion, &headers.history,
                                                            &headers.privacy,   &headers.identity};
  auto text = frontdesk::fuzz::text_of(input);
  for (std::size_t i = 0; !text.empty() && i < 64; ++i) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (i == 0) {
      headers.from = line;
    } else if (!line.empty()) {
      lists[static_cast<unsigned char>(line[0]) % lists.size()]->push_back(line.substr(1));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (const bool trusted : {true, false}) {
    const auto identity = screening::read_identity(headers, trusted, "GB");
    const auto& claimed = identity.claimed.expose();
    frontdesk::fuzz::require(claimed.size() <= 64);
  }
}
