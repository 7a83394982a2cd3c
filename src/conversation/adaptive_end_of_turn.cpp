// Words decide first: a whole question needs little silence, "my number is" a lot. Then the melody of
// the pause, and how long this caller is used to pause, stretch or shorten it.
#include <algorithm>

#include "conversation/end_of_turn.hpp"

namespace frontdesk::conversation {
namespace {

using base::Duration;

Duration silence_for(Completeness kind, Expected expected, const EndOfTurnSettings& settings) {
  switch (kind) {
    case Completeness::question:
      return settings.question;
    case Completeness::request:
      return settings.request;
    case Completeness::closing:
      return settings.answer;
    case Completeness::answer:  // where nobody asked, "yes" is how people begin
      return expected == Expected::yes_or_no ? settings.answer : settings.statement;
    case Completeness::statement:
      return settings.statement;
    case Completeness::whole_number:
      return settings.whole_number;
    case Completeness::number:
      return settings.number;
    case Completeness::spelling:
      return settings.spelling;
    case Completeness::open:
      return settings.open;
    case Completeness::nothing:
    case Completeness::unsure:
      break;
  }
  return settings.unsure;
}

Duration scaled(Duration duration, double factor) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(duration.count()) * factor));
}

bool gives_no_clue(Completeness kind) {
  return kind == Completeness::question || kind == Completeness::statement || kind == Completeness::unsure;
}

/// The words settle the clear cases; the melody is asked where they leave room.
void weigh_melody(const Pause& pause, Completeness kind, const EndOfTurnSettings& settings,
                  EndOfTurnDecision& decision) {
  if (!pause.finished || !gives_no_clue(kind)) return;
  if (*pause.finished <= settings.sure_to_go_on && kind != Completeness::question) {
    decision.silence = scaled(decision.silence, settings.slower);
    decision.because += ", but it sounds as if there is more";
  } else if (*pause.finished >= settings.sure_to_end) {
    decision.silence = scaled(decision.silence, settings.faster);
    decision.because += ", and it sounds finished";
  }
}

}  // namespace

EndOfTurnDecision adaptive_end_of_turn(const Pause& pause, const EndOfTurnSettings& settings) {
  const auto words = judge_completeness(pause.text);
  EndOfTurnDecision decision{silence_for(words.kind, pause.expected, settings), words.because};
  if (words.kind == Completeness::question && pause.confidence < settings.heard_clearly) {
    decision.silence = settings.unsure;
    decision.because += ", but it was not heard clearly";
  }
  const bool expected_number = pause.expected == Expected::number || pause.expected == Expected::spelling;
  if (expected_number && gives_no_clue(words.kind)) {
    decision.silence = std::max(decision.silence, settings.unsure);
    decision.because += ", but a number or a spelling was asked for";
  }
  weigh_melody(pause, words.kind, settings, decision);
  // Not after a choice: whoever says more than yes or no has only begun.
  if (pause.expected == Expected::answer && pause.understood && settings.understood < decision.silence &&
      words.kind != Completeness::open) {
    decision.silence = settings.understood;
    decision.because += ", and it answers what we asked";
  }
  const bool leaves_room = words.kind == Completeness::statement || words.kind == Completeness::unsure;
  if (leaves_room && pause.longest_resumed > decision.silence) {
    decision.silence += (pause.longest_resumed - decision.silence) / 2;
    decision.because += "; this caller pauses long";
  }
  decision.silence = std::clamp(decision.silence, settings.shortest, settings.longest);
  return decision;
}

}  // namespace frontdesk::conversation
