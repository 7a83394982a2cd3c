#include "providers/local_llm/local_model.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace frontdesk::local_llm {
namespace {

constexpr std::string_view kDomain = "llm.local";

/// The name of the tool whose result is the last message, or empty.
std::string tool_answered(const llm::ChatRequest& request) {
  if (request.messages.empty() || request.messages.back().role != llm::Role::tool) return {};
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    for (const auto& call : message->tool_calls) {
      if (call.id == request.messages.back().tool_call_id) return call.name;
    }
  }
  return "unknown";
}

/// Whom the tool's schema names: properties.to.enum.
std::vector<std::string> names_in(const std::string& schema) {
  boost::json::error_code error;
  const auto json = boost::json::parse(schema, error);
  std::vector<std::string> names;
  const auto* list = error ? nullptr : json.find_pointer("/properties/to/enum", error);
  if (list == nullptr || !list->is_array()) return names;
  for (const auto& name : list->get_array())
    if (name.is_string()) names.emplace_back(name.get_string());
  return names;
}

}  // namespace

TurnInput turn_input(const llm::ChatRequest& request) {
  TurnInput input;
  input.now = request.wall_now;
  input.caller_number = request.caller_number;
  const auto transfers = std::find_if(request.tools.begin(), request.tools.end(),
                                      [](const auto& tool) { return tool.name == "transfer_call"; });
  input.can_transfer = transfers != request.tools.end();
  if (input.can_transfer) input.transfer_to = names_in(transfers->parameters_schema);
  if (!request.messages.empty() && request.messages.back().role == llm::Role::user)
    input.text = request.messages.back().text;
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role == llm::Role::assistant && !message->provider_state.empty()) {
      input.state = message->provider_state;
      break;
    }
  }
  return input;
}

std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const bool stop = text[i] == '.' || text[i] == '?' || text[i] == '!';
    if (!stop || text[i + 1] != ' ') continue;
    // "Dr. Patel" and "a.m." are no ends.
    const auto word = text.substr(start, i - start);
    const auto space = word.rfind(' ');
    const auto last = space == std::string_view::npos ? word : word.substr(space + 1);
    if (text[i] == '.' && (last == "Dr" || last == "Mr" || last == "Mrs" || last == "Ms" || last.size() == 1)) continue;
    out.emplace_back(text.substr(start, i + 2 - start));
    start = i + 2;
  }
  if (start < text.size()) out.emplace_back(text.substr(start));
  return out;
}

struct LocalModel::Worker {
  struct Job {
    llm::ChatRequest request;
    llm::ChatSink* sink = nullptr;
    std::shared_ptr<const Dialogue> dialogue;
    bool refused = false;  ///< the queue was full: only the failure is delivered
  };

  explicit Worker(std::shared_ptr<const Dialogue> first) : dialogue(std::move(first)), thread([this] { run(); }) {}
  ~Worker() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_all();
    thread.join();
  }

  void run();
  void answer(const Job& job);
  /// Delivers unless cancelled; cancel() waits for a delivery under way, except on this very thread.
  template <class Event>
  bool deliver(base::RequestId id, Event event);

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue;
  std::shared_ptr<const Dialogue> dialogue;
  base::RequestId running = 0;
  bool running_cancelled = false;
  bool stopping = false;
  std::recursive_mutex delivery;  ///< held while a sink is called; recursive, as a sink may cancel from inside
  std::thread thread;
};

template <class Event>
bool LocalModel::Worker::deliver(base::RequestId id, Event event) {
  const std::lock_guard delivering(delivery);
  {
    const std::lock_guard lock(mutex);
    if (running != id || running_cancelled || stopping) return false;
  }
  event();
  return true;
}

void LocalModel::Worker::answer(const Job& job) {
  const base::RequestId id = job.request.id;
  const auto fail = [&](base::ErrorCode code, std::string message, base::Retry retry) {
    deliver(id, [&] {
      job.sink->on_chat_failed(id, base::Error{code, std::string(kDomain), std::move(message), retry, 0});
    });
  };
  if (job.refused)
    return fail(base::ErrorCode::resource_exhausted, "too many questions at once: try again shortly",
                base::Retry::later);
  try {
    const TurnInput input = turn_input(job.request);
    const std::string tool = tool_answered(job.request);
    Reply reply = tool.empty() ? job.dialogue->turn(input)
                               : job.dialogue->tool_result(input.state, tool, job.request.messages.back().text);
    for (auto& sentence : sentences(reply.text)) {
      if (!deliver(id, [&] { job.sink->on_text(id, std::move(sentence)); })) return;
    }
    llm::ChatOutcome outcome{
        std::move(reply.tool_calls), std::move(reply.state), reply.confidence, std::move(reply.sources), {}};
    deliver(id, [&] { job.sink->on_chat_done(id, std::move(outcome)); });
  } catch (const std::exception& error) {
    fail(base::ErrorCode::internal, std::string("the local model failed: ") + error.what(), base::Retry::never);
  }
}

void LocalModel::Worker::run() {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      job = std::move(queue.front());
      queue.pop_front();
      running = job.request.id;
      running_cancelled = false;
    }
    answer(job);
    const std::lock_guard lock(mutex);
    running = 0;
  }
}

LocalModel::LocalModel(std::shared_ptr<const Dialogue> dialogue)
    : worker_(std::make_unique<Worker>(std::move(dialogue))) {}
LocalModel::~LocalModel() = default;

void LocalModel::start(const llm::ChatRequest& request, llm::ChatSink& sink) {
  {
    const std::lock_guard lock(worker_->mutex);
    Worker::Job job{{}, &sink, worker_->dialogue, worker_->queue.size() >= kMaxQueuedRequests};
    // A refused request costs only its id; far beyond the bound even that is dropped by its caller's deadline.
    if (worker_->queue.size() >= 16 * kMaxQueuedRequests) return;
    if (job.refused)
      job.request.id = request.id;
    else
      job.request = request;
    worker_->queue.push_back(std::move(job));
  }
  worker_->wake.notify_one();
}

void LocalModel::cancel(base::RequestId request) {
  const std::lock_guard delivering(worker_->delivery);
  const std::lock_guard lock(worker_->mutex);
  std::erase_if(worker_->queue, [&](const Worker::Job& job) { return job.request.id == request; });
  if (worker_->running == request) worker_->running_cancelled = true;
}

void LocalModel::publish(std::shared_ptr<const Dialogue> dialogue) {
  const std::lock_guard lock(worker_->mutex);
  worker_->dialogue = std::move(dialogue);
}

}  // namespace frontdesk::local_llm
