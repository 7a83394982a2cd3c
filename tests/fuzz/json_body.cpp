// Bodies of requests: what is accepted comes back the same, and has nothing in it that the reader promises to refuse.
#include <boost/json/serialize.hpp>

#include "fuzz/fuzz_target.hpp"
#include "json/codec.hpp"
#include "json/parse.hpp"
#include "json/utf8.hpp"

namespace json = frontdesk::json;

namespace frontdesk::fuzz {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Body {
  std::string name;
  std::int32_t small = 0;
  std::uint64_t large = 0;
  double number = 0;
  std::optional<bool> flag;
  Colour colour = Colour::red;
  std::vector<std::string> list;
  std::map<std::string, std::int64_t> map;
  base::UtcTime at;
};
BOOST_DESCRIBE_STRUCT(Body, (), (name, small, large, number, flag, colour, list, map, at))
constexpr auto about(const Body*) {
  return json::about(
      "Body", "", json::Note{.member = "name", .max_length = 20, .pattern = "[a-z]*\\d?[^x]*"},
      json::Note{.member = "small", .min = -5, .max = 5, .optional = true},
      json::Note{.member = "large", .optional = true}, json::Note{.member = "number", .optional = true},
      json::Note{.member = "colour", .optional = true}, json::Note{.member = "list", .max_items = 4, .optional = true},
      json::Note{.member = "map", .max_items = 4, .optional = true}, json::Note{.member = "at", .optional = true});
}

}  // namespace frontdesk::fuzz

FRONTDESK_FUZZ_TARGET(json_body) {
  using frontdesk::fuzz::require;
  const auto text = frontdesk::fuzz::text_of(input);
  const auto value = json::parse(text);
  if (!value) {
    require(json::is_utf8(value.error().pointer) && json::is_utf8(value.error().detail));
    return;
  }
  const auto written = boost::json::serialize(*value);
  require(json::is_utf8(written));
  require(json::parse(written, {.bytes = 1U << 24U}).has_value());
  const auto body = json::read<frontdesk::fuzz::Body>(*value);
  if (!body) {
    for (const auto& problem : body.error()) require(json::is_utf8(problem.pointer) && !problem.detail.empty());
    return;
  }
  require(body->small >= -5 && body->small <= 5 && body->list.size() <= 4);
  const auto again = json::read<frontdesk::fuzz::Body>(json::write(*body));
  require(again.has_value() && again->name == body->name && again->large == body->large);
}
