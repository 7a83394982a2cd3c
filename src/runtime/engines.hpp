// The engines a call uses, by their ports. All outlive every call.
#pragma once
#include "llm/chat.hpp"
#include "media/hold_music/hold_music.hpp"
#include "speech/stt.hpp"
#include "speech/tts.hpp"
#include "speech/turn_detector.hpp"
#include "speech/vad.hpp"

namespace frontdesk::runtime {

struct Engines {
  speech::VoiceActivityDetector& vad;
  speech::SpeechToText& stt;
  speech::TextToSpeech& tts;
  llm::ChatModel& chat;                        ///< for calls whose plan brings none
  speech::TurnDetector* turns = nullptr;       ///< none: pauses are judged by their words alone
  hold_music::MusicLoop hold_music = nullptr;  ///< none: callers wait in silence
};

}  // namespace frontdesk::runtime
