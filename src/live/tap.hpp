// Stands between the calls and their records, and looks on: all of it goes on to the records, and what a watcher may
// want to see goes to the live feed. Never blocks and never fails: what the feed has no room for is lost to it alone.
#pragma once
#include <functional>
#include <string>

#include "live/observation.hpp"
#include "metrics/call_tally.hpp"
#include "runtime/call_observer.hpp"
#include "runtime/call_records.hpp"

namespace frontdesk::live {

class Tap final : public runtime::CallRecords, public runtime::CallObserver {
 public:
  /// `records` and `tally` outlive the tap; no `tally`: nothing is counted. `organisation` of a call; `tell` is called
  /// on the threads of calls.
  Tap(runtime::CallRecords& records, std::string organisation, std::function<void(Observation)> tell,
      metrics::CallTally* tally = nullptr)
      : records_(records), organisation_(std::move(organisation)), tell_(std::move(tell)), tally_(tally) {}

  void begin(runtime::CallBegun call) override;
  void answered(runtime::CallNumber call, base::UtcTime at) override;
  void turn(runtime::TurnTaken turn) override;
  void journal(runtime::CallNumber call, std::string lines) override { records_.journal(call, std::move(lines)); }
  void recording_begins(runtime::CallNumber call, std::uint64_t unrecorded) override {
    records_.recording_begins(call, unrecorded);
  }
  void consent(runtime::CallNumber call, runtime::ConsentNoted consent) override {
    records_.consent(call, std::move(consent));
  }
  void sound(runtime::CallNumber call, audio::Pcm interleaved) override {
    records_.sound(call, std::move(interleaved));
  }
  void message(runtime::CallNumber call, std::string arguments, base::UtcTime at) override {
    records_.message(call, std::move(arguments), at);
  }
  void close(runtime::CallClosed call) override;
  void refused(runtime::CallRefused call) override { records_.refused(std::move(call)); }

  void saw(runtime::CallNumber call, const call::Event& event) override;
  void saw(runtime::CallNumber call, const call::Command& command) override;

 private:
  runtime::CallRecords& records_;
  const std::string organisation_;
  const std::function<void(Observation)> tell_;
  metrics::CallTally* const tally_;
};

}  // namespace frontdesk::live
