// What load is put on a receptionist. Everything has a default but the URI.
#pragma once
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "audio/pcm.hpp"
#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "sip/media_description.hpp"

namespace frontdesk::load {

inline constexpr std::size_t kMaxCalls = 2000;
inline constexpr double kMaxRate = 1000;
inline constexpr base::Duration kMaxLength = base::seconds(7200);

struct LoadOptions {
  std::string uri;         ///< "sip:echo-test@127.0.0.1:5060"
  base::Endpoint bind;     ///< ours; unset: the address that faces the peer
  std::size_t calls = 0;   ///< kept up at once; 0: as many as the rate and the hold time make
  double rate = 0;         ///< new calls per second; 0: only those that are missing, at kRampRate
  base::Duration hold{0};  ///< of one call; 0: see hold_of()
  base::Duration length = base::seconds(60);
  std::vector<sip::Codec> codecs{sip::Codec::pcmu, sip::Codec::pcma};
  sip::SrtpPolicy srtp = sip::SrtpPolicy::off;
  audio::Pcm sound;                                 ///< repeated in every call, at 8 kHz; empty: silence
  std::string from_user = "load";                   ///< who calls
  const std::atomic<bool>* stop = nullptr;          ///< polled: once true every call is hung up
  base::Duration answer_limit = base::seconds(15);  ///< INVITE to 200; then the call has failed
};

}  // namespace frontdesk::load
