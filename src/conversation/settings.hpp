// Everything a conversation needs to know before it begins: what to say when, and its limits.
#pragma once
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"
#include "conversation/end_of_turn.hpp"
#include "conversation/interruption.hpp"
#include "conversation/recording_consent.hpp"
#include "llm/chat.hpp"
#include "reception/transfer/transfer.hpp"

namespace frontdesk::conversation {

std::vector<std::string> usual_fillers();

struct ConversationSettings {
  // Fixed phrases: synthesised before the first call, so that they are there when nothing else is.
  std::string greeting;
  std::string apology = "I'm sorry, I'm having trouble answering that just now. Could you say it again?";
  std::string pardon = "Sorry, I didn't catch that. Could you say it again?";
  std::string still_there = "Are you still there?";
  std::string goodbye = "Thank you for calling. Goodbye.";  ///< when the model hangs up without a word
  std::string goodbye_silence = "I can't hear anyone, so I'll hang up now. Please call again. Goodbye.";
  std::string goodbye_limit = "I'm sorry, we have reached the longest time for one call. Please call again. Goodbye.";
  std::string goodbye_trouble =
      "I'm sorry, something is wrong on our side. Please call again in a little while. Goodbye.";
  std::vector<std::string> fillers = usual_fillers();
  std::string patience = "I'm sorry, this is taking a little longer than usual.";
  std::string going_round =
      "I'm afraid we are going round in circles. Shall I take a message, so that somebody can "
      "call you back?";
  std::string leave_message =
      "I'm sorry, something is wrong on our side. Please tell me your name, your number and "
      "what it is about, and I'll pass it on.";
  std::string given_back = "Thank you for waiting. Is there anything else I can help you with?";
  std::string message_taken = "Thank you, I have noted that. Goodbye.";

  std::string system_prompt;
  std::vector<llm::ToolSpec> tools;
  base::Pii<std::string> caller_number;
  base::UtcTime wall_at_start;        ///< wall time at start()
  base::RequestId first_request = 1;  ///< request ids count up from here

  EndOfTurnSettings end_of_turn;
  InterruptionSettings interruption;
  transfer::TransferSettings transfers;
  RecordingSettings recording;
  base::Duration idle_prompt = base::seconds(9);
  int idle_prompts = 2;
  int max_turns = 300;                                 ///< of both together; then goodbye
  base::Duration soft_limit = base::seconds(20 * 60);  ///< then we say goodbye
  base::Duration transcript_deadline = base::milliseconds(2000);
  base::Duration transcript_deadline_held = base::milliseconds(1300);  ///< while our own words are held
  base::Duration filler_after = base::milliseconds(1200);              ///< turn decided, and nothing to hear yet
  base::Duration sound_within = base::milliseconds(2300);    ///< end of speech -> filler, however the turn was decided
  base::Duration model_deadline = base::seconds(4);          ///< to the first text, and from there to a clause
  base::Duration answer_deadline = base::seconds(7);         ///< turn decided -> first sound, tools and all
  base::Duration synthesis_deadline = base::seconds(2);      ///< to the first sound
  base::Duration playout_start_deadline = base::seconds(2);  ///< ready and due, but not heard
  base::Duration next_piece_deadline = base::milliseconds(2500);  ///< in mid answer, from one piece to the next
  base::Duration playout_deadline = base::seconds(60);            ///< a piece that never reports its end
  base::Duration longest_utterance = base::seconds(45);           ///< without a pause: music, noise, a monologue
};

/// The phrases above that a call may need at any moment.
std::vector<std::string> fixed_phrases(const ConversationSettings& settings);

}  // namespace frontdesk::conversation
