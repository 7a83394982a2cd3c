// The files of the console page, compiled into the program.
#pragma once
#include <span>
#include <string_view>

namespace frontdesk::api {

struct Asset {
  std::string_view path;  ///< "/console.js"
  std::string_view content_type;
  std::string_view content;
  std::string_view entity_tag;  ///< quoted
};

std::span<const Asset> web_assets();

}  // namespace frontdesk::api
