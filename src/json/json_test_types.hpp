// Types that the tests of this folder read, write and describe.
#pragma once
#include "json/codec.hpp"

namespace frontdesk::json {

enum class Colour { red, green, private_ };
BOOST_DESCRIBE_ENUM(Colour, red, green, private_)

struct Hinge {
  std::int64_t screws = 0;
};
BOOST_DESCRIBE_STRUCT(Hinge, (), (screws))
constexpr auto about(const Hinge*) {
  return about("Hinge", "What it turns on.", Note{.member = "screws", .min = 1, .max = 12});
}

struct Door {
  std::string name;
  std::int32_t width_mm = 900;
  double price = 0;
  bool open = false;
  Colour colour = Colour::red;
  std::optional<std::string> label;
  std::vector<Hinge> hinges;
  std::map<std::string, std::int64_t> sizes;
  base::Secret code;
  std::uint64_t serial = 0;
  base::UtcTime made_at;
  std::optional<std::optional<std::string>> note;
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Door, (),
                      (name, width_mm, price, open, colour, label, hinges, sizes, code, serial, made_at, note, id))
constexpr auto about(const Door*) {
  return about("Door", "A way in.",
               Note{.member = "name",
                    .text = "As on the plan.",
                    .min_length = 1,
                    .max_length = 5,
                    .pattern = "[a-zé]+",
                    .example = "\"front\""},
               Note{.member = "width_mm", .name = "widthMm", .min = 600, .max = 2000, .optional = true},
               Note{.member = "price", .min = 0, .optional = true}, Note{.member = "open", .optional = true},
               Note{.member = "colour", .optional = true}, Note{.member = "label", .max_length = 3},
               Note{.member = "hinges", .max_items = 3, .optional = true},
               Note{.member = "sizes", .max_items = 2, .optional = true},
               Note{.member = "code", .max_length = 8, .optional = true}, Note{.member = "serial", .optional = true},
               Note{.member = "made_at", .optional = true}, Note{.member = "note", .omit_null = true},
               Note{.member = "id", .read_only = true});
}

}  // namespace frontdesk::json
