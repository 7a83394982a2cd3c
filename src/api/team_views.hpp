// The people of an organisation as the API shows them.
#pragma once
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

/// In the order of access::Role.
enum class RoleName { viewer, editor, admin, owner };
BOOST_DESCRIBE_ENUM(RoleName, viewer, editor, admin, owner)

struct MemberView {
  std::string id;
  std::string email;
  std::string name;
  RoleName role = RoleName::viewer;
  base::UtcTime since;
  bool second_factor = false;
  bool you = false;
};
BOOST_DESCRIBE_STRUCT(MemberView, (), (id, email, name, role, since, second_factor, you))
constexpr auto about(const MemberView*) {
  return json::about("Member", "Somebody of the team.",
                     Note{.member = "second_factor", .text = "Whether it is set up."},
                     Note{.member = "you", .text = "Whether it is whoever asks."});
}

struct TeamView {
  std::vector<MemberView> members;
};
BOOST_DESCRIBE_STRUCT(TeamView, (), (members))
constexpr auto about(const TeamView*) {
  return json::about("Team", "All people of the organisation.");
}

struct MemberPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(MemberPath, (), (id))
constexpr auto about(const MemberPath*) {
  return json::about("MemberPath", "", Note{.member = "id", .text = "Of the person.", .max_length = 100});
}

struct RoleBody {
  RoleName role = RoleName::viewer;
};
BOOST_DESCRIBE_STRUCT(RoleBody, (), (role))
constexpr auto about(const RoleBody*) {
  return json::about("RoleChange", "What somebody may do from now on.");
}

struct InvitationPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(InvitationPath, (), (id))
constexpr auto about(const InvitationPath*) {
  return json::about("InvitationPath", "", Note{.member = "id", .text = "Of the invitation.", .max_length = 100});
}

struct InvitationView {
  std::string id;
  std::string email;
  RoleName role = RoleName::viewer;
  base::UtcTime expires;
};
BOOST_DESCRIBE_STRUCT(InvitationView, (), (id, email, role, expires))
constexpr auto about(const InvitationView*) {
  return json::about("Invitation", "Somebody who was invited and has not joined yet.");
}

struct InvitationsView {
  std::vector<InvitationView> invitations;
};
BOOST_DESCRIBE_STRUCT(InvitationsView, (), (invitations))
constexpr auto about(const InvitationsView*) {
  return json::about("Invitations", "Those who have not joined yet.");
}

struct InviteBody {
  std::string email;
  RoleName role = RoleName::viewer;
};
BOOST_DESCRIBE_STRUCT(InviteBody, (), (email, role))
constexpr auto about(const InviteBody*) {
  return json::about("InvitationOrder", "Whom to invite.",
                     Note{.member = "email", .min_length = 1, .max_length = 254, .format = "email"},
                     Note{.member = "role", .text = "Not above one's own."});
}

struct InvitedView : InvitationView {
  std::string link;
  bool mailed = false;
};
BOOST_DESCRIBE_STRUCT(InvitedView, (InvitationView), (link, mailed))
constexpr auto about(const InvitedView*) {
  return json::about("Invited", "The invitation, and how to join.",
                     Note{.member = "link", .text = "Shown once: hand it over if no mail could be sent."},
                     Note{.member = "mailed", .text = "Whether a mail with the link is on its way."});
}

struct AcceptBody {
  base::Secret token;
};
BOOST_DESCRIBE_STRUCT(AcceptBody, (), (token))
constexpr auto about(const AcceptBody*) {
  return json::about("InvitationToken", "Joins one more organisation.",
                     Note{.member = "token", .text = "What stands behind #token= in the link.", .max_length = 2048});
}

}  // namespace frontdesk::api
