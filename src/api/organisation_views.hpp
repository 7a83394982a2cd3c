// The organisation's own settings as the API shows them.
#pragma once
#include <string>
#include <vector>

#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

struct OrganisationView {
  std::string id;
  std::string name;
  base::UtcTime created;
};
BOOST_DESCRIBE_STRUCT(OrganisationView, (), (id, name, created))
constexpr auto about(const OrganisationView*) {
  return json::about("Organisation", "Whom people, lines and calls belong to.");
}

struct OrganisationBody {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(OrganisationBody, (), (name))
constexpr auto about(const OrganisationBody*) {
  return json::about("OrganisationChange", "What to change.",
                     Note{.member = "name", .min_length = 1, .max_length = 100});
}

struct NetworkView {
  std::string network;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(NetworkView, (), (network, note))
constexpr auto about(const NetworkView*) {
  return json::about("AllowedNetwork", "Where people and tokens may come from.",
                     Note{.member = "network",
                          .text = "CIDR, or one address.",
                          .min_length = 1,
                          .max_length = 64,
                          .example = "\"192.0.2.0/24\""},
                     Note{.member = "note", .text = "What it is: \"office\".", .max_length = 100, .optional = true});
}

struct NetworksView {
  std::vector<NetworkView> networks;
};
BOOST_DESCRIBE_STRUCT(NetworksView, (), (networks))
constexpr auto about(const NetworksView*) {
  return json::about(
      "AllowedNetworks", "The whole list.",
      Note{
          .member = "networks", .text = "Empty: from everywhere. Others get 403 even with a token.", .max_items = 100});
}

}  // namespace frontdesk::api
