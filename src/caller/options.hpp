// How the test caller places a call. Everything has a default but the URI.
#pragma once
#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "sip/media_description.hpp"
#include "speech/stt.hpp"
#include "speech/tts.hpp"

namespace frontdesk::caller {

inline constexpr std::size_t kMaxCalls = 200;
inline constexpr base::Duration kMaxCallLength = base::seconds(1800);

/// What is sent while only listening.
enum class ListenSound { silence, tone, file };

struct ListenOnly {
  base::Duration length = base::seconds(30);
  ListenSound sound = ListenSound::silence;
  std::filesystem::path file;  ///< repeated until the end
};

struct CallOptions {
  std::string uri;                        ///< "sip:reception@host:5060", "user@host", "127.0.0.1:5060"
  base::Endpoint bind;                    ///< ours; unset: the address that faces the peer, any port
  speech::VoiceId voice{"libritts:803"};  ///< of the lines said
  std::vector<sip::Codec> codecs{sip::Codec::pcmu, sip::Codec::pcma};
  sip::SrtpPolicy srtp = sip::SrtpPolicy::off;
  bool dtls = false;   ///< offer DTLS instead of keys in the SDP; `srtp` must not be off
  int packet_ms = 20;  ///< 10 to 60
  std::string from_user = "caller";
  bool band_limit = false;  ///< lines are filtered to 300-3400 Hz, as by an analogue line

  base::Duration answer_timeout = base::seconds(15);           ///< INVITE to 200
  base::Duration greeting_timeout = base::seconds(8);          ///< 200 to the first sound
  base::Duration reply_timeout = base::seconds(8);             ///< end of a line to the first sound of its answer
  base::Duration reply_end_silence = base::milliseconds(700);  ///< this much silence ends an answer
  base::Duration longest_reply = base::seconds(60);
  base::Duration call_limit = base::seconds(600);

  std::size_t calls = 1;                  ///< at once; each follows the plan by itself
  std::optional<ListenOnly> listen_only;  ///< instead of the plan
  std::filesystem::path record;           ///< stereo WAV; several calls: "name-2.wav" and so on
};

/// Engines and sinks that run() borrows. `tts` is needed by plans that say something; with `stt`,
/// answers are transcribed after they ended.
struct Engines {
  speech::TextToSpeech* tts = nullptr;
  speech::SpeechToText* stt = nullptr;
  /// One line of the conversation as it happens, on the thread of run(). May be empty.
  std::function<void(std::string_view line)> narrate;
  /// Polled; once true, every call is hung up and run() returns what there is. May be null.
  const std::atomic<bool>* stop = nullptr;
};

}  // namespace frontdesk::caller
