// What other threads tell a shard, as values in its mailbox.
#pragma once
#include <memory>
#include <variant>

#include "audio/pcm.hpp"
#include "call/call.hpp"
#include "call/events.hpp"
#include "llm/chat.hpp"
#include "media/digits/digit_intake.hpp"
#include "media/noise_suppression/noise_suppressor.hpp"
#include "runtime/call_number.hpp"
#include "runtime/call_policy.hpp"
#include "runtime/call_records.hpp"
#include "runtime/frame_leg.hpp"
#include "runtime/operator_speech.hpp"
#include "runtime/order_answer.hpp"
#include "runtime/overhearing.hpp"
#include "sip/media_description.hpp"
#include "sip/user_agent.hpp"
#include "speech/tts.hpp"
#include "speech/vad.hpp"
#include "udp/socket.hpp"

namespace frontdesk::runtime {

/// A call that passed screening and admission.
struct NewCall {
  CallNumber number = 0;
  sip::DialogId dialog = 0;
  std::unique_ptr<call::Activity> activity;
  call::CallLimits limits;
  speech::VoiceId voice;
  std::shared_ptr<llm::ChatModel> chat;  ///< null: that of the engines
  udp::Socket socket;
  std::shared_ptr<FrameLeg> frames;  ///< set: in place of the socket
  sip::LocalMedia media;             ///< of our answer, all but its address
  OutsideServers outside;            ///< for the address of the socket
  CallBegun begun;
  bool listens = true;                                           ///< false: no recognition needed (tests of the line)
  std::optional<noise_suppression::Strength> noise_suppression;  ///< unset: off
  digits::Accepted accepted_digits = digits::Accepted::automatic;
  std::int64_t receptionist = 0;  ///< as in CallPlan
  std::string recipe;             ///< of the activity and the limits, for the head of the journal; one line
};

struct MediaAgreed {
  CallNumber call = 0;
  sip::NegotiatedMedia media;
};

/// Anything for the call's machine.
struct ForCall {
  CallNumber call = 0;
  call::Event event;
};

/// For the call's machine, from somebody who waits to hear what became of it.
struct Order {
  CallNumber call = 0;
  call::Event event;
  std::shared_ptr<OrderAnswer> answer;
};

/// For the call's second leg; void if that is another dialog by now.
struct SecondLegEvent {
  CallNumber call = 0;
  sip::DialogId dialog = 0;
  std::variant<call::Event, sip::NegotiatedMedia> what;
};

/// A digit by SIP INFO.
struct InfoDigit {
  CallNumber call = 0;
  char digit = '0';
};

/// Where a call's sound goes to, for people who listen; null: nobody does any more.
struct Listen {
  CallNumber call = 0;
  std::shared_ptr<Ears> ears;
};

/// Somebody of the business takes the call over and speaks. OperatorVoice::over says when it is not theirs any more.
struct Speak {
  CallNumber call = 0;
  std::shared_ptr<OperatorVoice> voice;
};

/// What came of LegControl::change_media(): a SIP status.
struct MediaChanged {
  CallNumber call = 0;
  int status = 0;
};

struct SpeechWindow {
  speech::VadWindow window;
};

struct SynthesisedAudio {
  call::PieceId piece = 0;
  audio::Pcm pcm;
};

struct SynthesisDone {
  call::PieceId piece = 0;
  base::Duration engine_time{0};
};

struct SynthesisFailed {
  call::PieceId piece = 0;
  base::Error error;
};

/// End every call: the process is going down.
struct Drain {
  std::string reason;
};

using ShardMessage = std::variant<NewCall, MediaAgreed, ForCall, Order, SecondLegEvent, InfoDigit, Listen, Speak,
                                  MediaChanged, SpeechWindow, SynthesisedAudio, SynthesisDone, SynthesisFailed, Drain>;

}  // namespace frontdesk::runtime
