// The requests of one engine from start() to their last event: queueing, cancelling, and the promise
// that nothing is delivered after cancel().
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "inference/guarded_sink.hpp"
#include "inference/worker_pool.hpp"
#include "speech/tts.hpp"

namespace frontdesk::local_tts {

/// How a running synthesis learns that nobody wants it any more.
class Cancellation {
 public:
  virtual ~Cancellation() = default;
  virtual void cancel() {}
};

class SynthesisJobs : public std::enable_shared_from_this<SynthesisJobs> {
 public:
  struct Engine {
    std::string domain;
    std::size_t longest_text = 0;
    std::function<std::shared_ptr<Cancellation>()> new_cancellation;
    /// On a worker's thread. The audio is at request.sample_rate.
    std::function<base::Result<audio::Pcm>(const speech::SynthesisRequest&, const Cancellation&)> synthesise;
  };

  SynthesisJobs(Engine engine, inference::WorkerPool& pool) : engine_(std::move(engine)), pool_(pool) {}

  void start(const speech::SynthesisRequest& request, speech::TtsSink& sink);
  void cancel(base::RequestId request);
  void cancel_all();

 private:
  struct Job {
    Job(const speech::SynthesisRequest& r, speech::TtsSink& s, std::shared_ptr<Cancellation> c)
        : request(r), sink(s), cancellation(std::move(c)) {}
    speech::SynthesisRequest request;
    inference::GuardedSink<speech::TtsSink> sink;
    std::shared_ptr<Cancellation> cancellation;
  };

  base::Status check(const speech::SynthesisRequest& request) const;
  void run(const std::shared_ptr<Job>& job);

  const Engine engine_;
  inference::WorkerPool& pool_;
  std::mutex mutex_;
  std::map<base::RequestId, std::shared_ptr<Job>> jobs_;
};

}  // namespace frontdesk::local_tts
