// What the owner may change while calls go on: who may call, how many, and what is done with them. A call keeps what
// was in force when it came in.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call/call.hpp"
#include "llm/chat.hpp"
#include "media/digits/digit_intake.hpp"
#include "media/noise_suppression/noise_suppressor.hpp"
#include "reception/screening/verdict.hpp"
#include "reception/transfer/budget.hpp"
#include "rtp/turn/allocation.hpp"
#include "runtime/admission.hpp"
#include "runtime/call_number.hpp"
#include "sip/media_description.hpp"
#include "sip/registration.hpp"
#include "speech/tts.hpp"

namespace frontdesk::runtime {

/// What a new call is to do. Called on the signalling thread.
struct CallPlan {
  std::unique_ptr<call::Activity> activity;
  call::CallLimits limits;
  speech::VoiceId voice;
  std::shared_ptr<llm::ChatModel> chat;  ///< null: the engines' own; kept until the call is over
  bool listens = true;
  std::optional<noise_suppression::Strength> noise_suppression;  ///< unset: off
  std::string recipe;             ///< of the activity and the limits, for the head of the journal; one line
  std::int64_t receptionist = 0;  ///< version of its settings, for the call log; 0: none is published
};
struct AdmittedCall {
  CallNumber number = 0;
  screening::Destination destination = screening::Destination::reception;
  base::Pii<std::string> caller;       ///< empty: withheld
  base::Pii<std::string> diverted_by;  ///< E.164; empty: nobody, or unknown
  bool priority = false;
  base::UtcTime at;
  std::string trunk;   ///< empty: a direct caller
  std::string called;  ///< the number or name that was dialled
};
using PlanCall = std::function<CallPlan(const AdmittedCall&)>;

/// How a number is reached by a trunk, and as whom we call there.
struct OutboundRoute {
  std::string domain;
  std::uint16_t port = 5060;  ///< 0: by the provider's SRV records
  std::optional<sip::Transport> transport;
  std::string user;
};

/// What the owner has settled about the sound of a trunk's calls.
struct TrunkMedia {
  std::vector<sip::Codec> codecs;  ///< empty: as for all
  digits::Accepted digits = digits::Accepted::automatic;
  std::optional<sip::SrtpPolicy> srtp;  ///< unset: as for all
};

/// Servers that tell or lend an address where a router stands between us and the provider.
struct OutsideServers {
  std::optional<base::Endpoint> stun;  ///< asked before each answer to a call from outside
  std::optional<turn::Account> turn;   ///< carries the sound of calls from outside
};

struct CallPolicy {
  screening::Rules screening;
  Capacity capacity;
  std::vector<sip::Codec> codecs{sip::Codec::pcma, sip::Codec::pcmu, sip::Codec::opus, sip::Codec::g722};
  bool own_order = false;  ///< the first of `codecs` that the caller's side has, not the first that it names
  std::map<std::string, TrunkMedia> trunks;
  sip::SrtpPolicy srtp = sip::SrtpPolicy::optional;
  std::map<std::string, OutboundRoute> routes;  ///< by trunk
  std::string usual_trunk;                      ///< for calls that came by none
  transfer::BudgetLimits transfers;
  PlanCall plan;  ///< never empty
};

}  // namespace frontdesk::runtime
