#include "providers/local_tts/synthesis_jobs.hpp"

#include "base/clock.hpp"

namespace frontdesk::local_tts {
namespace {

using base::ErrorCode;
constexpr int kLowestRate = 8000;
constexpr int kHighestRate = 48000;

}  // namespace

base::Status SynthesisJobs::check(const speech::SynthesisRequest& request) const {
  if (request.text.size() > engine_.longest_text) {
    return base::fail(
        ErrorCode::invalid_argument, engine_.domain,
        "the text is longer than " + std::to_string(engine_.longest_text) + " bytes: split it into sentences");
  }
  if (request.sample_rate < kLowestRate || request.sample_rate > kHighestRate) {
    return base::fail(ErrorCode::invalid_argument, engine_.domain, "the sample rate must be 8000 to 48000");
  }
  return {};
}

void SynthesisJobs::start(const speech::SynthesisRequest& request, speech::TtsSink& sink) {
  if (const auto good = check(request); !good) return sink.on_synthesis_failed(request.id, good.error());
  auto job = std::make_shared<Job>(request, sink, engine_.new_cancellation());
  {
    const std::lock_guard lock(mutex_);
    jobs_.insert_or_assign(request.id, job);
  }
  if (pool_.submit(request.deadline, [self = shared_from_this(), job] { self->run(job); })) return;
  {
    const std::lock_guard lock(mutex_);
    jobs_.erase(request.id);
  }
  sink.on_synthesis_failed(request.id, {ErrorCode::resource_exhausted, engine_.domain,
                                        "the queue for speech models is full", base::Retry::later, 0});
}

void SynthesisJobs::run(const std::shared_ptr<Job>& job) {
  if (job->sink.closed()) return;
  const auto started = base::monotonic_now();
  auto pcm = engine_.synthesise(job->request, *job->cancellation);
  const auto took = base::monotonic_now() - started;
  const auto id = job->request.id;
  job->sink.with([&](speech::TtsSink& sink) {
    if (!pcm) return sink.on_synthesis_failed(id, pcm.error());
    if (!pcm->empty()) sink.on_audio(id, std::move(*pcm));
    if (!job->sink.closed()) sink.on_synthesis_done(id, took);
  });
  // Only now: a cancel() during the delivery has to find the job to wait for it.
  const std::lock_guard lock(mutex_);
  const auto found = jobs_.find(id);
  if (found != jobs_.end() && found->second == job) jobs_.erase(found);
}

void SynthesisJobs::cancel(base::RequestId request) {
  std::shared_ptr<Job> job;
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(request);
    if (found == jobs_.end()) return;
    job = found->second;
    jobs_.erase(found);
  }
  job->cancellation->cancel();
  job->sink.close();
}

void SynthesisJobs::cancel_all() {
  std::map<base::RequestId, std::shared_ptr<Job>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  for (const auto& [id, job] : jobs) {
    job->cancellation->cancel();
    job->sink.close();
  }
}

}  // namespace frontdesk::local_tts
