#include "reception/setup_guide/setup_guide.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "reception/messages/message.hpp"

namespace frontdesk::setup_guide {
namespace {

constexpr std::string_view kNoNumber = "your number";
constexpr std::string_view kNoAddress = "<public address of this machine>";

std::string with_values(std::string_view text, const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const auto name = text.substr(0, text.find('}') + 1);
    const auto value = std::find_if(values.begin(), values.end(), [&](const auto& each) { return each.first == name; });
    out += value == values.end() ? std::string(name) : value->second;
    text.remove_prefix(std::max<std::size_t>(1, name.size()));
  }
  return out;
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

bool plain_host(std::string_view text) {
  return !text.empty() && text.size() <= 260 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
}

class Writer {
 public:
  Writer(const Preset& preset, const OwnValues& own)
      : preset_(preset), own_(own), checked_(sip_accounts::check(own.account, own.country)) {
    number_ = good("/inboundNumber") ? national(checked_.account.inbound_number) : std::string(kNoNumber);
  }

  Guide write() {
    Guide out;
    out.provider = preset_.id;
    out.title = "Setting up " + std::string(preset_.name);
    out.set_up = {number(), provider(), callers(), enter(), connection(), voice(), character(), live()};
    out.diversion = diversion();
    if (good("/inboundNumber")) out.codes = divert_codes(checked_.account.inbound_number, own_.country);
    for (const auto quirk : preset_.quirks) out.quirks.push_back(fill(quirk));
    return out;
  }

 private:
  bool good(std::string_view field) const {
    return std::none_of(checked_.problems.begin(), checked_.problems.end(),
                        [&](const auto& problem) { return problem.field == field; });
  }

  std::string national(const std::string& e164) const {
    return messages::grouped_number(messages::to_national(e164, own_.country), own_.country);
  }

  /// Some accounts use the password as a user name too; then neither is shown. The number callers dial is public.
  std::string shown(const std::string& value) const {
    const auto& password = own_.account.password.expose();
    const bool tells = !password.empty() && value.find(password) != std::string::npos;
    return tells ? "(as you entered it)" : value;
  }

  std::string fill(std::string_view text) const {
    const auto& address = own_.public_address;
    return with_values(
        text,
        {{"{number}", number_},
         {"{username}", shown(checked_.account.username)},
         {"{address}", plain_host(address) ? shown(address) : std::string(kNoAddress)},
         {"{transport}", lowered(good("/transport") ? checked_.account.transport : std::string(preset_.transport))}});
  }

  Step number() const {
    if (!good("/inboundNumber"))
      return {"Choose a number", "Buy a number from " + who() + ", or use one you have there already.", {}};
    return {"Choose a number", "Use your number " + number_ + ", or buy another from " + who() + ".", {}};
  }

  std::string who() const { return preset_.id == "other" ? "your provider" : std::string(preset_.name); }

  Step provider() const {
    Step step{"Send its calls to Frontdesk", "Do this at " + who() + ":", {}};
    for (const auto text : preset_.portal_steps) step.details.push_back(fill(text));
    return step;
  }

  Step callers() const {
    const auto& allowed = checked_.account.allowed_numbers;
    const bool everyone = std::find(allowed.begin(), allowed.end(), "*") != allowed.end();
    if (everyone)
      return {"Decide who may call", "Everybody may call now. To let only some in, list their numbers.", {}};
    Step step{"Decide who may call", "Only these may call; diverted calls can show either caller's number:", {}};
    for (const auto& each : allowed) step.details.push_back(shown(each));
    return step;
  }

  std::string place(std::string_view field) const {
    const auto& all = preset_.findings;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Finding& each) { return each.field == field; });
    return found == all.end() ? std::string() : fill(found->place);
  }

  /// "Domain: sip.example.com", or where to find it.
  void line(Step& step, const char* label, std::string_view field, const std::string& value) const {
    if (!value.empty() && good(field)) {
      step.details.push_back(std::string(label) + ": " + shown(value));
    } else if (const auto found = place(field); !found.empty()) {
      step.details.push_back(std::string(label) + ": still to be filled in. " + found);
    } else {
      step.details.push_back(std::string(label) + ": still to be filled in.");
    }
  }

  Step enter() const {
    const auto& account = checked_.account;
    Step step{"Enter the account", "In SIP Configuration enter:", {}};
    line(step, "Domain", "/domain", account.domain);
    line(step, "Port", "/port", account.port);
    line(step, "Transport", "/transport", account.transport);
    if (account.registers) {
      line(step, "Username", "/username", account.username);
      if (const auto found = place("/authUsername"); !found.empty())
        step.details.push_back("Authentication name: " + found);
      const auto secret = place("/password");
      step.details.push_back("Password: " + (secret.empty() ? "the SIP password of the account." : secret));
    } else {
      step.details.push_back("Register: off, because " + who() + " knows you by your address.");
    }
    line(step, "Inbound number", "/inboundNumber", number_);
    step.details.push_back("SRTP: " + (good("/srtp") ? account.srtp : std::string(preset_.srtp)));
    step.details.push_back("Codecs, in this order: " + joined(account.codecs));
    if (const auto found = place("/backupDomain"); !found.empty() && account.backup_domain.empty())
      step.details.push_back("Backup domain: " + found);
    return step;
  }

  Step connection() const {
    if (checked_.account.registers)
      return {"Test the connection",
              "Press Test connection in SIP Configuration. It tells whether the server answers and takes the password.",
              {}};
    return {"Test the connection",
            "Press Test connection in SIP Configuration, then call " + number_ +
                " from a telephone: without registration only a call proves the way to you.",
            {}};
  }

  static Step voice() {
    return {"Give it a voice",
            "In Voice Cloning upload at least a minute of clear speech, recorded in a quiet room, "
            "or choose one of the voices that come with Frontdesk.",
            {}};
  }

  static Step character() {
    return {"Describe the receptionist",
            "In Clone Receptionist write its greeting, its manner, your opening hours and what it should know.",
            {}};
  }

  Step live() const {
    return {"Go live",
            "Call " + number_ +
                " and talk to it. When you are content, turn the line on and divert your other telephones as below.",
            {}};
  }

  std::vector<Step> diversion() const {
    std::vector<Step> out;
    const auto from =
        own_.existing_number.empty() ? std::string("the telephone you want answered") : shown(own_.existing_number);
    out.push_back({"Is a diversion needed?",
                   "Calls to " + number_ + " reach Frontdesk without one. To have calls to " + from +
                       " answered too, divert them to " + number_ + ".",
                   {}});
    out.push_back(
        {"Dial the code on that telephone",
         "Dial it on the telephone to be diverted and wait for the confirmation. Codes differ by operator: if "
         "yours is refused, look in the operator's app or website, or ask its support.",
         code_lines()});
    out.push_back({"Before you rely on it",
                   "Call the diverted telephone from another one and hear who answers.",
                   {"Many landlines need diversion ordered as an extra first; internet lines often set it in a portal.",
                    "You pay for the diverted part of each call as if you had dialled it; see your tariff.",
                    "A diversion on no answer takes the place of voicemail.",
                    "Never divert " + number_ + " back to the same telephone: calls would go in a circle.",
                    "Some operators show the diverted telephone as the caller. Rules about callers then match that "
                    "number, not the caller's own."}});
    return out;
  }

  std::vector<std::string> code_lines() const {
    if (!good("/inboundNumber")) return {"Enter your inbound number first; the codes hold it."};
    static constexpr std::array kWhen = {"every call", "no answer", "busy", "switched off or out of reach"};
    std::vector<std::string> out;
    for (const auto& code : divert_codes(checked_.account.inbound_number, own_.country)) {
      out.push_back(std::string(code.telephone == Telephone::mobile ? "Mobile, " : "Landline, ") +
                    kWhen[static_cast<std::size_t>(code.when)] + ": " + code.set + "; to check " + code.check +
                    "; to cancel " + code.cancel);
    }
    if (own_.country != "GB") out.push_back("Landline: ask your operator for its code.");
    return out;
  }

  const Preset& preset_;
  const OwnValues& own_;
  sip_accounts::Checked checked_;
  std::string number_;
};

}  // namespace

std::vector<DivertCode> divert_codes(std::string_view number, std::string_view country) {
  std::vector<DivertCode> out;
  const auto add = [&](Telephone telephone, DivertWhen when, const std::string& service, const std::string& to) {
    const bool mobile = telephone == Telephone::mobile;
    out.push_back({telephone, when, (mobile ? "**" : "*") + service + "*" + to + "#", "*#" + service + "#",
                   (mobile ? "##" : "#") + service + "#"});
  };
  if (country == "GB") {
    const auto national = messages::to_national(number, country);
    // A foreign number is dialled with 00: a landline has no +.
    const auto to = national.starts_with('+') ? "00" + national.substr(1) : national;
    add(Telephone::landline, DivertWhen::always, "21", to);
    add(Telephone::landline, DivertWhen::no_answer, "61", to);
    add(Telephone::landline, DivertWhen::busy, "67", to);
  }
  const std::string to(number);
  add(Telephone::mobile, DivertWhen::always, "21", to);
  add(Telephone::mobile, DivertWhen::no_answer, "61", to);
  add(Telephone::mobile, DivertWhen::busy, "67", to);
  add(Telephone::mobile, DivertWhen::unreachable, "62", to);
  return out;
}

Guide guide(std::string_view provider, const OwnValues& own) {
  return Writer(preset(provider), own).write();
}

}  // namespace frontdesk::setup_guide
