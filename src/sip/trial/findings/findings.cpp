#include "sip/trial/findings/findings.hpp"

#include <algorithm>

namespace frontdesk::findings {

bool Report::passed() const {
  return !steps.empty() && std::none_of(steps.begin(), steps.end(), [](const Step& step) {
    return step.state == State::failed || step.state == State::running;
  });
}

std::string_view name(StepKind kind) {
  static constexpr std::array<std::string_view, kSteps.size()> kNames{
      "resolve", "connect", "tls", "register", "challenge", "accepted", "options", "media", "unregister"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view title(StepKind kind) {
  static constexpr std::array<std::string_view, kSteps.size()> kTitles{
      "Find the server", "Reach the server", "Encryption",        "Ask to register", "Password question",
      "Accepted",        "Sign of life",     "Way for the sound", "Leave no trace"};
  return kTitles.at(static_cast<std::size_t>(kind));
}

std::string_view name(State state) {
  static constexpr std::array<std::string_view, 5> kNames{"running", "ok", "warn", "failed", "skipped"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view name(Fault fault) {
  static constexpr std::array<std::string_view, 34> kNames{"",
                                                           "name_not_found",
                                                           "name_server_silent",
                                                           "address_not_allowed",
                                                           "no_route",
                                                           "port_closed",
                                                           "time_out",
                                                           "connection_lost",
                                                           "not_sip",
                                                           "tls_unavailable",
                                                           "tls_refused",
                                                           "certificate_expired",
                                                           "certificate_not_yet_valid",
                                                           "certificate_wrong_name",
                                                           "certificate_self_signed",
                                                           "certificate_unknown_authority",
                                                           "certificate_unacceptable",
                                                           "wrong_credentials",
                                                           "unknown_user",
                                                           "forbidden_address",
                                                           "forbidden_account",
                                                           "unsupported_authentication",
                                                           "other_realm",
                                                           "endless_challenge",
                                                           "interval_too_brief",
                                                           "busy",
                                                           "server_fault",
                                                           "redirected",
                                                           "refused",
                                                           "no_answer_to_options",
                                                           "address_translated",
                                                           "no_audio_port",
                                                           "keys_in_the_clear",
                                                           "cancelled"};
  return kNames.at(static_cast<std::size_t>(fault));
}

std::string printable(std::string_view text, std::size_t longest) {
  std::string out(text.substr(0, longest));
  for (char& c : out)
    if (c < ' ' || c > '~') c = '?';
  return out;
}

}  // namespace frontdesk::findings
