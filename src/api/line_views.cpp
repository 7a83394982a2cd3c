#include "api/line_views.hpp"

#include <charconv>

boost::json::value frontdesk::json::Codec<frontdesk::api::PortText>::write(const api::PortText& port) {
  int number = 0;
  const auto& text = port.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && error == std::errc{} && end == text.data() + text.size();
  return whole ? bj::value(number) : Codec<std::string>::write(text);
}

namespace frontdesk::api {
namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::vector<GuideStep> steps_of(const std::vector<setup_guide::Step>& steps) {
  std::vector<GuideStep> views;
  for (const auto& step : steps) views.push_back({step.title, step.text, step.details});
  return views;
}

std::vector<DivertCodeView> codes_of(const std::vector<setup_guide::DivertCode>& codes) {
  std::vector<DivertCodeView> views;
  for (const auto& code : codes)
    views.push_back({code.telephone == setup_guide::Telephone::mobile ? TelephoneKind::mobile : TelephoneKind::landline,
                     static_cast<DivertCondition>(code.when), code.set, code.check, code.cancel});
  return views;
}

}  // namespace

LineSettings settings_of(const sip_accounts::SipAccountForm& account) {
  LineSettings view;
  view.provider_name = account.provider_name;
  view.domain = account.domain;
  view.port = {account.port};
  view.username = account.username;
  view.auth_username = account.auth_username;
  view.has_password = !account.password.empty();
  view.transport = account.transport;
  view.inbound_number = account.inbound_number;
  view.allowed_numbers = account.allowed_numbers;
  view.backup_domain = account.backup_domain;
  view.outbound_proxy = account.outbound_proxy;
  view.registers = account.registers;
  view.ca_file = account.ca_file;
  view.verify = account.verify;
  view.keep_alive_seconds = account.keep_alive_seconds;
  view.srtp = account.srtp;
  view.codecs = account.codecs;
  return view;
}

LineCheck check_of(const std::vector<sip_accounts::Problem>& problems) {
  LineCheck check;
  check.ok = problems.empty();
  for (const auto& each : problems)
    check.problems.push_back({each.field, each.message, unless_empty(each.proposal), unless_empty(each.also_port)});
  return check;
}

ProviderView provider_of(const setup_guide::Preset& preset, const setup_guide::OwnValues& own) {
  const auto guide = setup_guide::guide(preset.id, own);
  ProviderView view;
  view.id = preset.id;
  view.name = preset.name;
  view.domain_pattern = preset.domain;
  view.proof =
      preset.proof == setup_guide::Proof::registration ? ProviderProof::registration : ProviderProof::ip_address;
  view.account = settings_of(setup_guide::starting_form(preset));
  for (const auto& finding : preset.findings)
    view.findings.push_back({std::string(finding.field), std::string(finding.place)});
  for (const auto& quirk : preset.quirks) view.quirks.emplace_back(quirk);
  view.guide = {guide.title, steps_of(guide.set_up), steps_of(guide.diversion), codes_of(guide.codes)};
  return view;
}

}  // namespace frontdesk::api
