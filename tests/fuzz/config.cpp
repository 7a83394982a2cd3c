// The configuration file, as a console would check a draft.
#include "config/config.hpp"

#include "fuzz/fuzz_target.hpp"

FRONTDESK_FUZZ_TARGET(config) {
  // Files that it names are read: only these.
  const auto text = frontdesk::fuzz::text_of(input);
  if (text.find("business") != std::string_view::npos && text.find(".toml") != std::string_view::npos) return;
  const auto config = frontdesk::config::parse_config(text, "/nowhere/frontdesk.toml", {});
  if (config) return;
  frontdesk::fuzz::require(!config.error().empty());
  for (const auto& problem : config.error()) (void)frontdesk::config::describe(problem);
}
