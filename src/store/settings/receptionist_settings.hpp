// How a receptionist of an organisation introduces herself and what she goes by.
#pragma once
#include "store/table.hpp"

namespace frontdesk::settings {

struct ReceptionistSettings {
  static constexpr std::string_view kTable = "receptionist_settings";
  static constexpr std::string_view kNoun = "receptionist";

  std::string id;  ///< "rec_..."
  std::string organisation;
  std::string user;
  std::string name;
  std::string company;
  std::string greeting;
  std::string language;        ///< BCP 47
  std::string voice_profile;   ///< empty: the built-in voice
  std::string business_hours;  ///< JSON, as it was checked
  std::string faq_data;        ///< JSON
  std::string routing_rules;   ///< JSON
  base::UtcTime created_at;
  base::UtcTime updated_at;
  std::int64_t version = 1;

  template <class Self, class Visit>
  static void columns(Self& self, Visit&& visit) {
    visit("id", self.id);
    visit("organisation", self.organisation);
    visit("user_id", self.user);
    visit("name", self.name);
    visit("company", self.company);
    visit("greeting", self.greeting);
    visit("language", self.language);
    visit("voice_profile", self.voice_profile);
    visit("business_hours", self.business_hours);
    visit("faq_data", self.faq_data);
    visit("routing_rules", self.routing_rules);
    visit("created_at", self.created_at);
    visit("updated_at", self.updated_at);
    visit("version", self.version);
  }
};

using Receptionists = store::Table<ReceptionistSettings>;

}  // namespace frontdesk::settings
