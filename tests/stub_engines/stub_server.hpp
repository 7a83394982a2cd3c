// The running server: the product's switchboard, signalling, call log, web page and conversation around stub
// engines and the real voice activity detector.
#pragma once
#include <filesystem>
#include <memory>

#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "stub_engines/faults.hpp"

namespace frontdesk::stub_engines {

struct StageOptions {
  base::Duration delay{0};
  FaultPlan fault;  ///< of the first engine of its chain
};

struct ServerOptions {
  base::Endpoint sip;
  base::Endpoint http;
  std::filesystem::path data;
  std::uint16_t rtp_first = 20000;
  std::uint16_t rtp_last = 20999;
  StageOptions stt;
  StageOptions llm;
  StageOptions tts;
  bool secondary = false;  ///< a healthy engine behind each stub
  std::size_t max_calls = 200;
};

class StubServer {
 public:
  struct Addresses {
    base::Endpoint sip;
    base::Endpoint http;
  };
  static base::Result<std::unique_ptr<StubServer>> start(const ServerOptions& options);
  ~StubServer();

  Addresses addresses() const;
  /// Ends the calls and writes what is queued. Bounded.
  void stop();

 private:
  struct Parts;
  explicit StubServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace frontdesk::stub_engines
