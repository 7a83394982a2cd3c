// Port: a service that makes a voice of somebody's recording. Its calls block, for minutes: they are made by jobs,
// never on a thread that must not wait.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "audio/pcm.hpp"
#include "base/error.hpp"

namespace frontdesk::speech {

struct CloneOrder {
  std::string organisation;
  /// Of the voice here. An order may come twice with the same one, because whoever placed it was interrupted: the copy
  /// that was made for it then is found again, not made again, where the service can tell.
  std::string reference;
  std::string name;
  audio::Pcm sample;  ///< mono
  int rate = 0;       ///< of the sample
};

class Cloner {
 public:
  virtual ~Cloner() = default;
  /// "elevenlabs": what /api/voice/train calls it, and the name that its voices are spoken under: "elevenlabs:<id>".
  virtual std::string name() const = 0;
  /// Percent; an error it returns ends the work: somebody has changed their mind.
  using Progress = std::function<base::Status(int)>;
  /// The service's own id of the voice. An error with a retry is tried again later; any other is final, and its message
  /// is shown.
  virtual base::Result<std::string> clone(const CloneOrder& order, const Progress& progress) = 0;
  /// Success if there is none.
  virtual base::Status remove(const std::string& organisation, const std::string& voice) = 0;
};

}  // namespace frontdesk::speech
