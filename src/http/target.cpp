#include "http/target.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace frontdesk::http {
namespace {

namespace urls = boost::urls;

/// Boost.URL has checked that every escape is complete.
std::string decoded(std::string_view encoded, bool plus_is_blank) {
  urls::encoding_opts options;
  options.space_as_plus = plus_is_blank;
  const urls::decode_view view(urls::pct_string_view{urls::string_view(encoded.data(), encoded.size())}, options);
  return {view.begin(), view.end()};
}

std::string_view text_of(urls::string_view text) {
  return {text.data(), text.size()};
}

bool acceptable(const std::string& segment) {
  return segment != "." && segment != ".." && segment.find('\0') == std::string::npos;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  const urls::string_view view(text.data(), text.size());
  const auto url = text.starts_with('/') ? urls::parse_origin_form(view) : urls::parse_absolute_uri(view);
  if (url.has_error()) return std::nullopt;
  Target target;
  if (url->has_authority()) target.host = text_of(url->encoded_host_and_port());
  auto path = text_of(url->encoded_path());
  if (!path.empty()) path.remove_prefix(1);
  for (std::size_t start = 0; start <= path.size();) {
    const auto end = std::min(path.find('/', start), path.size());
    target.segments.push_back(decoded(path.substr(start, end - start), false));
    if (!acceptable(target.segments.back())) return std::nullopt;
    start = end + 1;
  }
  for (const auto parameter : url->encoded_params()) {
    target.query.push_back({decoded(text_of(parameter.key), true), decoded(text_of(parameter.value), true)});
    if (target.query.back().value.find('\0') != std::string::npos) return std::nullopt;
    if (target.query.back().name.find('\0') != std::string::npos) return std::nullopt;
  }
  return target;
}

}  // namespace frontdesk::http
