#include "live/tap.hpp"

#include "base/clock.hpp"

namespace frontdesk::live {

void Tap::begin(runtime::CallBegun call) {
  if (tally_ != nullptr) tally_->begun();
  tell_(
      CallRang{call.number, {organisation_, call.id, call.trunk, call.called, call.caller, call.caller_name, call.at}});
  records_.begin(std::move(call));
}

void Tap::answered(runtime::CallNumber call, base::UtcTime at) {
  tell_(CallAnswered{call, at});
  records_.answered(call, at);
}

void Tap::turn(runtime::TurnTaken turn) {
  if (tally_ != nullptr && turn.gap) tally_->replied(*turn.gap);
  const bool ours = turn.turn.speaker == call::Speaker::receptionist;
  board::Line line{ours ? board::Speaker::receptionist : board::Speaker::caller,
                   ours ? turn.turn.heard : turn.turn.text, turn.turn.interrupted, base::wall_now()};
  tell_(LineSaid{turn.number, std::move(line)});
  records_.turn(std::move(turn));
}

void Tap::close(runtime::CallClosed call) {
  if (tally_ != nullptr) tally_->over(call);
  tell_(CallOver{call.number, {{}, std::string(call::name(call.end_class)), call.reason, call.length, call.at}});
  records_.close(std::move(call));
}

void Tap::saw(runtime::CallNumber number, const call::Event& event) {
  const auto sign = [&](Sign kind, std::uint64_t piece = 0) { tell_(SignSeen{number, kind, piece, base::wall_now()}); };
  if (std::holds_alternative<call::SpeechStarted>(event)) return sign(Sign::caller_speaks);
  if (std::holds_alternative<call::SpeechStopped>(event)) return sign(Sign::caller_pauses);
  if (const auto* started = std::get_if<call::PlayoutStarted>(&event)) return sign(Sign::piece_starts, started->piece);
  if (const auto* finished = std::get_if<call::PlayoutFinished>(&event)) return sign(Sign::piece_ends, finished->piece);
  if (const auto* cut = std::get_if<call::PlayoutCut>(&event)) return sign(Sign::piece_ends, cut->piece);
  if (const auto* partial = std::get_if<call::PartialTranscript>(&event))
    return tell_(WordsHeard{number, partial->text, base::wall_now()});
  if (const auto* final = std::get_if<call::FinalTranscript>(&event))
    return tell_(WordsHeard{number, final->text, base::wall_now()});
}

void Tap::saw(runtime::CallNumber number, const call::Command& command) {
  if (const auto* wanted = std::get_if<call::Synthesise>(&command))
    tell_(PiecePrepared{number, wanted->piece, base::Pii<std::string>(wanted->text)});
}

}  // namespace frontdesk::live
