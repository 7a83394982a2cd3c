#include "config/usual_variables.hpp"

#include <boost/json.hpp>

namespace frontdesk::config {
namespace {

using Names = std::pair<const char*, const char*>;

constexpr Names kVariables[] = {
    {"AWS_ACCESS_KEY_ID", "S3_ACCESS_KEY"},
    {"AWS_SECRET_ACCESS_KEY", "S3_SECRET_KEY"},
    {"AWS_SESSION_TOKEN", "S3_SESSION_TOKEN"},
    {"AWS_REGION", "S3_REGION"},
    {"AWS_DEFAULT_REGION", "S3_REGION"},
    {"AWS_ENDPOINT_URL_S3", "S3_ENDPOINT"},
    {"AWS_S3_BUCKET", "S3_BUCKET"},
};

constexpr Names kMembers[] = {
    {"accessKeyId", "S3_ACCESS_KEY"}, {"secretAccessKey", "S3_SECRET_KEY"}, {"sessionToken", "S3_SESSION_TOKEN"},
    {"region", "S3_REGION"},          {"endpoint", "S3_ENDPOINT"},          {"bucket", "S3_BUCKET"},
    {"prefix", "S3_PREFIX"},
};

std::string own(const char* name) {
  return std::string("FRONTDESK_STORAGE_") + name;
}

void read_object(const std::string& text, Environment& out) {
  boost::system::error_code malformed;
  const auto json = boost::json::parse(text, malformed);
  const auto* object = malformed ? nullptr : json.if_object();
  if (object == nullptr) {
    out.emplace(own("AWS_S3_CONFIG_IS_NO_JSON_OBJECT"), "");
    return;
  }
  for (const auto& [member, name] : kMembers) {
    const auto* value = object->if_contains(member);
    if (value != nullptr && value->is_string()) out.emplace(own(name), std::string(value->get_string()));
  }
  if (const auto* style = object->if_contains("forcePathStyle"); style != nullptr && style->is_bool())
    out.emplace(own("S3_STYLE"), style->get_bool() ? "path" : "host");
}

}  // namespace

void add_usual_variables(const Environment& all, Environment& out) {
  const auto object = all.find("AWS_S3_CONFIG");
  const bool wanted = object != all.end() || all.contains("AWS_S3_BUCKET") || out.contains(own("S3_BUCKET"));
  for (const auto& [variable, name] : kVariables) {
    const auto found = all.find(variable);
    // Where nothing else speaks of S3, a region or endpoint is meant for another program.
    const bool key = std::string_view(name).find("KEY") != std::string_view::npos ||
                     std::string_view(name).find("TOKEN") != std::string_view::npos;
    if (found != all.end() && (wanted || key)) out.emplace(own(name), found->second);
  }
  if (object != all.end()) read_object(object->second, out);
}

}  // namespace frontdesk::config
