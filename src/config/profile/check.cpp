#include <algorithm>
#include <set>

#include "config/profile/overlay.hpp"
#include "config/profile/spoken_values.hpp"
#include "config/values.hpp"

namespace frontdesk::profile {
namespace {

using json::Place;
using json::Problems;

constexpr std::string_view kDateAdvice = "write a date such as \"2026-12-25\", or \"12-25\" for every year";

void check_ranges(const DayRanges& ranges, const Place& place, Problems& problems) {
  if (!day_hours_of(ranges))
    problems.add(place.pointer(), "write ranges such as 08:30 to 17:00, in order and without overlap");
}

void check_week(const Week& week, const Place& parent, Problems& problems) {
  boost::mp11::mp_for_each<json::Members<Week>>(
      [&](auto day) { check_ranges(week.*decltype(day)::pointer, Place(parent, day.name), problems); });
}

void check_holiday(const Holiday& holiday, const Place& place, Problems& problems) {
  check_ranges(holiday.open, Place(place, "open"), problems);
  const auto from = config::parse_date(holiday.from);
  if (!from) problems.add(Place(place, "from").pointer(), std::string(kDateAdvice));
  if (!holiday.to) return;
  const auto to = config::parse_date(*holiday.to);
  if (!to)
    problems.add(Place(place, "to").pointer(), std::string(kDateAdvice));
  else if (from && from->yearly != to->yearly)
    problems.add(Place(place, "to").pointer(), "write it like `from`: both with a year, or both without");
  else if (from && !from->yearly && to->date < from->date)
    problems.add(Place(place, "to").pointer(), "it must not be before `from`");
}

void check_closure(const Closure& closure, const Place& place, Problems& problems) {
  const auto from = config::parse_date(closure.from);
  const auto until = config::parse_date(closure.until);
  constexpr const char* kAdvice = "write a date with its year, such as \"2026-12-25\"";
  if (!from || from->yearly) problems.add(Place(place, "from").pointer(), kAdvice);
  if (!until || until->yearly)
    problems.add(Place(place, "until").pointer(), kAdvice);
  else if (from && until->date < from->date)
    problems.add(Place(place, "until").pointer(), "it must not be before `from`");
}

void check_hours(const Hours& hours, Problems& problems) {
  const Place root;
  const Place place(root, "hours");
  if (!config::load_time_zone(hours.timezone))
    problems.add(Place(place, "timezone").pointer(), "write an IANA time zone, such as \"Europe/London\"");
  check_week(hours.week, Place(place, "week"), problems);
  const Place holidays(place, "holidays");
  for (std::size_t i = 0; i < hours.holidays.size(); ++i)
    check_holiday(hours.holidays[i], Place(holidays, i), problems);
  if (hours.closed) check_closure(*hours.closed, Place(place, "closed"), problems);
}

/// Names by which callers' words are told apart, and where calls go.
template <class Entry>
void check_entries(const std::optional<std::vector<Entry>>& entries, std::string_view part, const std::string& country,
                   Problems& problems) {
  if (!entries) return;
  const Place root;
  const Place list(root, part);
  std::set<std::string> names;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const Place place(list, i);
    const auto& entry = (*entries)[i];
    if (const auto id = knowledge::slug(entry.name); id.empty() || !names.insert(id).second)
      problems.add(Place(place, "name").pointer(), "give each a name of its own, with letters or digits");
    if constexpr (requires { entry.transfer; })
      if (!entry.transfer.empty() && !config::parse_transfer(entry.transfer, country))
        problems.add(Place(place, "transfer").pointer(),
                     "write a number such as \"+44 20 7946 0000\", or \"sip:user@host\"");
    if constexpr (requires { entry.price; })
      if (!entry.price.empty() && !config::parse_price(entry.price))
        problems.add(Place(place, "price").pointer(), "write 65, \"45-90\", \"from 320\", \"free\" or \"on request\"");
  }
}

void check_company(const Company& company, Problems& problems) {
  const auto at = company.email.find('@');
  const bool good = at != 0 && at != std::string::npos && company.email.find('.', at) != std::string::npos;
  if (!company.email.empty() && !good) problems.add("/company/email", "write an address such as hello@example.com");
}

}  // namespace

std::vector<json::Problem> check(const Profile& profile, const std::string& country) {
  Problems problems;
  if (profile.company) check_company(*profile.company, problems);
  if (profile.hours) check_hours(*profile.hours, problems);
  const auto& where = profile.company ? profile.company->country : country;
  check_entries(profile.people, "people", where, problems);
  check_entries(profile.departments, "departments", where, problems);
  check_entries(profile.services, "services", where, problems);
  return problems.take();
}

}  // namespace frontdesk::profile
