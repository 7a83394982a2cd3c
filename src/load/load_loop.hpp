// The thread that carries the sound of all calls and decides when they begin and end: a clock of 2.5 ms, the calls
// spread over its eight phases, each with a packet every 20 ms.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "caller/signalling.hpp"
#include "load/load_call.hpp"
#include "load/media_ports.hpp"
#include "load/options.hpp"
#include "load/schedule.hpp"

namespace frontdesk::load {

class LoadLoop {
 public:
  struct Wiring {
    sip::UserAgent& user_agent;
    caller::SignallingQueue& signalling;
    MediaPorts& ports;
    const LoadOptions& options;
    std::string target;  ///< URI of the INVITEs
  };
  explicit LoadLoop(const Wiring& wiring);

  /// Blocks until the last call is over; becomes a real-time thread if the system allows. unavailable: no timer.
  base::Status run();
  LoadReport take_report();

 private:
  struct SourceHash {
    std::size_t operator()(const base::Endpoint& source) const;
  };
  using Slot = std::size_t;

  void step(std::uint64_t number, base::Instant due, base::Instant now);
  void place_calls(base::Instant now);
  void dial(Slot slot, base::Instant now);
  void handle_signalling(base::Instant now);
  void on_media(Slot slot, const sip::NegotiatedMedia& media);
  void serve(Slot slot, base::Instant now);
  void forget(Slot slot);
  void end_all(base::Instant now);
  bool stopped() const;

  Wiring wiring_;
  Schedule schedule_;
  base::Duration hold_;
  LoadReport report_;
  std::vector<std::unique_ptr<LoadCall>> calls_;
  std::deque<Slot> free_;
  std::size_t up_ = 0;
  std::unordered_map<sip::DialogId, Slot> by_dialog_;
  std::unordered_map<base::Endpoint, Slot, SourceHash> by_source_;
  std::map<sip::Codec, SoundLoop> sounds_;
  std::vector<caller::SignallingEvent> events_;
  base::Instant start_;
  bool ending_ = false;
};

}  // namespace frontdesk::load
