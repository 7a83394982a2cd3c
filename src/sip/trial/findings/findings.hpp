// What a connection test of a trunk finds, step by step, in words for the owner of a shop. Everything in here is
// printable ASCII, save for names of the owner's own, and free of secrets.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace frontdesk::findings {

enum class StepKind { resolve, connect, tls, ask, challenge, accept, options, media, leave };

/// In the order they are taken.
inline constexpr std::array kSteps{StepKind::resolve, StepKind::connect,   StepKind::tls,
                                   StepKind::ask,     StepKind::challenge, StepKind::accept,
                                   StepKind::options, StepKind::media,     StepKind::leave};

enum class State { running, ok, warning, failed, skipped };

/// What went wrong, for programs. The words are in Diagnosis.
enum class Fault {
  none,
  name_not_found,
  name_server_silent,
  address_not_allowed,
  no_route,
  port_closed,
  time_out,
  connection_lost,
  not_sip,
  tls_unavailable,
  tls_refused,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_wrong_name,
  certificate_self_signed,
  certificate_unknown_authority,
  certificate_unacceptable,
  wrong_credentials,
  unknown_user,
  forbidden_address,
  forbidden_account,
  unsupported_authentication,
  other_realm,
  endless_challenge,
  interval_too_brief,
  busy,
  server_fault,
  redirected,
  refused,
  no_answer_to_options,
  address_translated,
  no_audio_port,
  keys_in_the_clear,
  cancelled,
};

struct Diagnosis {
  Fault fault = Fault::none;
  std::string cause;  ///< what it means
  std::string fix;    ///< what to do
};

struct Fact {
  std::string name;  ///< "address", "algorithm", "days_left"
  std::string value;
};

struct Step {
  StepKind kind = StepKind::resolve;
  State state = State::running;
  base::Duration started{0};  ///< since the test began
  base::Duration took{0};     ///< 0 while it runs, and of one that was skipped
  std::string sentence;       ///< empty while it runs
  Diagnosis diagnosis;        ///< of warnings and failures
  std::vector<Fact> facts;
};

/// A SIP message of the test, masked.
struct LadderMessage {
  bool sent = true;  ///< false: received
  base::Duration at{0};
  std::string text;  ///< lines end in "\n"; without the body
};

struct Report {
  std::vector<Step> steps;
  std::vector<LadderMessage> ladder;
  base::Duration took{0};
  /// Nothing failed; there may be warnings.
  bool passed() const;
};

/// For programs: "resolve", "wrong_credentials".
std::string_view name(StepKind kind);
std::string_view name(State state);
std::string_view name(Fault fault);
/// For people: "Find the server".
std::string_view title(StepKind kind);

/// Bytes that are not printable ASCII become '?'; at most `longest` of them.
std::string printable(std::string_view text, std::size_t longest = 200);

}  // namespace frontdesk::findings
