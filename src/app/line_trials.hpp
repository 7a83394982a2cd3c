// Connection tests that somebody asked for over the API: one at a time, each told as it goes.
#pragma once
#include <memory>
#include <mutex>

#include "api/line_routes.hpp"
#include "app/in_force.hpp"

namespace frontdesk::app {

class LineTrials {
 public:
  explicit LineTrials(const InForce& config);
  ~LineTrials();  ///< breaks off what runs
  LineTrials(const LineTrials&) = delete;
  LineTrials& operator=(const LineTrials&) = delete;

  /// resource_exhausted while one runs; not_found: no line of that name. Any thread.
  base::Result<std::shared_ptr<http::LiveBody>> start(const api::TrialOrder& order);

 private:
  struct Running;
  const InForce& config_;
  std::mutex mutex_;
  std::unique_ptr<Running> running_;
};

/// The lines in force as the API shows them; the rest of the sources is the caller's.
api::LineSources line_sources(const InForce& config);

}  // namespace frontdesk::app
