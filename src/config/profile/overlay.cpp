#include "config/profile/overlay.hpp"

#include "config/profile/spoken_values.hpp"
#include "config/values.hpp"

namespace frontdesk::profile {
namespace {

void lay_company(const Company& company, knowledge::Business& business) {
  business.name = company.name;
  business.about = company.about;
  business.address = {company.address, company.directions, company.parking};
  business.email = company.email;
  business.website = company.website;
  business.country = company.country;
  business.currency = company.currency;
  business.phones.clear();
  for (const auto& phone : company.phones) business.phones.push_back({phone.label, phone.number});
}

std::optional<knowledge::SpecialDay> special_day(const Holiday& holiday) {
  const auto from = config::parse_date(holiday.from);
  const auto to = holiday.to ? config::parse_date(*holiday.to) : from;
  auto open = day_hours_of(holiday.open);
  if (!from || !to || !open) return std::nullopt;
  return knowledge::SpecialDay{holiday.name, holiday.aliases, from->date, to->date, from->yearly, std::move(*open)};
}

void lay_hours(const Hours& hours, config::Config& config) {
  if (auto zone = config::load_time_zone(hours.timezone)) {
    config.business.timezone = hours.timezone;
    config.zone = std::move(*zone);
  }
  auto& open = config.business.hours;
  open = {};
  open.stated = true;
  std::size_t at = 0;
  boost::mp11::mp_for_each<json::Members<Week>>([&](auto day) {
    open.week[at++] = day_hours_of(hours.week.*decltype(day)::pointer).value_or(knowledge::DayHours());
  });
  for (const auto& holiday : hours.holidays)
    if (auto day = special_day(holiday)) open.special.push_back(std::move(*day));
  if (hours.closed)
    if (auto day = special_day({hours.closed->reason, {}, hours.closed->from, hours.closed->until, {}}))
      open.special.push_back(std::move(*day));
}

knowledge::Person person_of(const Person& person, const std::string& country) {
  knowledge::Person out;
  out.id = knowledge::slug(person.name);
  out.name = person.name;
  out.aliases = person.aliases;
  out.role = person.role;
  out.bio = person.bio;
  out.days_stated = person.days.has_value();
  for (const auto day : person.days.value_or(std::vector<Weekday>())) out.days_in[static_cast<std::size_t>(day)] = true;
  out.transfer = config::parse_transfer(person.transfer, country).value_or("");
  return out;
}

knowledge::Service service_of(const Service& service) {
  knowledge::Service out;
  out.id = knowledge::slug(service.name);
  out.name = service.name;
  out.aliases = service.aliases;
  out.price = config::parse_price(service.price).value_or(knowledge::Price());
  out.minutes = static_cast<int>(service.minutes);
  out.notes = service.notes;
  return out;
}

/// Questions may be alike in all that an id keeps of them.
template <class Entry>
std::string own_id(const std::vector<Entry>& others, const std::string& text) {
  auto id = knowledge::slug(text);
  const bool taken = std::any_of(others.begin(), others.end(), [&](const Entry& each) { return each.id == id; });
  return taken || id.empty() ? id + "-" + std::to_string(others.size() + 1) : id;
}

void lay_lists(const Profile& profile, knowledge::Business& business) {
  if (profile.people) {
    business.people.clear();
    for (const auto& each : *profile.people) business.people.push_back(person_of(each, business.country));
  }
  if (profile.departments) {
    business.departments.clear();
    for (const auto& each : *profile.departments)
      business.departments.push_back({knowledge::slug(each.name), each.name, each.aliases, "",
                                      config::parse_transfer(each.transfer, business.country).value_or("")});
  }
  if (profile.services) {
    business.services.clear();
    for (const auto& each : *profile.services) business.services.push_back(service_of(each));
  }
  if (profile.faq) {
    business.faq.clear();
    for (const auto& each : *profile.faq)
      business.faq.push_back({own_id(business.faq, each.question), each.question, each.alternatives, each.answer});
  }
  if (profile.policies) {
    business.policies.clear();
    for (const auto& each : *profile.policies)
      business.policies.push_back({own_id(business.policies, each.topic), each.topic, each.questions, each.text});
  }
}

void lay_sayings(const Profile& profile, knowledge::Business& business) {
  if (profile.name) business.receptionist = *profile.name;
  if (profile.greeting) business.greeting = *profile.greeting;
  if (profile.closing) business.closing = *profile.closing;
  if (profile.emergency)
    business.emergency = {profile.emergency->number, profile.emergency->words, profile.emergency->text};
  if (!profile.phrases) return;
  business.phrases.apology = profile.phrases->apology;
  business.phrases.unsure = profile.phrases->unsure;
}

Hours hours_of(const config::Config& config) {
  Hours hours;
  hours.timezone = config.business.timezone;
  std::size_t at = 0;
  boost::mp11::mp_for_each<json::Members<Week>>(
      [&](auto day) { hours.week.*decltype(day)::pointer = ranges_of(config.business.hours.week[at++]); });
  for (const auto& day : config.business.hours.special) {
    const auto first = written(day.first, day.yearly), last = written(day.last, day.yearly);
    hours.holidays.push_back(
        {day.name, day.aliases, first, first == last ? std::nullopt : std::optional(last), ranges_of(day.open)});
  }
  return hours;
}

Company company_of(const knowledge::Business& business) {
  Company company{business.name,
                  business.about,
                  business.address.lines,
                  business.address.directions,
                  business.address.parking,
                  business.email,
                  business.website,
                  {},
                  business.country,
                  business.currency};
  for (const auto& phone : business.phones) company.phones.push_back({phone.label, phone.number});
  return company;
}

Person person_of(const knowledge::Person& person) {
  Person out{person.name, person.aliases, person.role, std::nullopt, person.bio, person.transfer};
  if (!person.days_stated) return out;
  out.days.emplace();
  for (std::size_t day = 0; day < person.days_in.size(); ++day)
    if (person.days_in[day]) out.days->push_back(static_cast<Weekday>(day));
  return out;
}

void take_lists(const knowledge::Business& business, Profile& profile) {
  profile.people.emplace();
  for (const auto& each : business.people) profile.people->push_back(person_of(each));
  profile.departments.emplace();
  for (const auto& each : business.departments)
    profile.departments->push_back({each.name, each.aliases, each.transfer});
  profile.services.emplace();
  for (const auto& each : business.services)
    profile.services->push_back({each.name, each.aliases, written(each.price), each.minutes, each.notes});
  profile.faq.emplace();
  for (const auto& each : business.faq) profile.faq->push_back({each.question, each.alternatives, each.answer});
  profile.policies.emplace();
  for (const auto& each : business.policies) profile.policies->push_back({each.topic, each.questions, each.text});
}

}  // namespace

config::Config laid_over(config::Config config, const Profile& profile) {
  auto& business = config.business;
  if (profile.company) lay_company(*profile.company, business);
  lay_sayings(profile, business);
  lay_lists(profile, business);
  if (profile.hours) lay_hours(*profile.hours, config);
  if (profile.voice) {
    config.voice.name = profile.voice->id;
    config.voice.speed = profile.voice->speed;
  }
  if (profile.transfers) {
    config.transfer.ring_seconds = static_cast<int>(profile.transfers->ring_seconds);
    config.transfer.confirm = profile.transfers->confirm;
  }
  return config;
}

Profile profile_of(const config::Config& config) {
  const auto& business = config.business;
  Profile profile;
  profile.name = business.receptionist;
  profile.company = company_of(business);
  profile.greeting = business.greeting;
  profile.closing = business.closing;
  profile.language = Language::en;
  profile.voice = Voice{config.voice.name, config.voice.speed};
  if (business.hours.stated) profile.hours = hours_of(config);
  take_lists(business, profile);
  profile.emergency = Emergency{business.emergency.number, business.emergency.words, business.emergency.text};
  profile.phrases = Phrases{business.phrases.apology, business.phrases.unsure};
  profile.transfers = Transfers{config.transfer.ring_seconds, config.transfer.confirm};
  return profile;
}

}  // namespace frontdesk::profile
