#include "webhooks/sending/sender.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "outbound/retry/retry.hpp"
#include "webhooks/signature.hpp"

namespace frontdesk::sending {
namespace {

constexpr std::uint64_t kMostResponse = 64 * 1024;  ///< read at most, so that the connection can be kept
constexpr base::Duration kLeaseMargin = base::seconds(60);

}  // namespace

/// What reaches the sender's thread from others. Outlives the sender, for events that come late.
struct Sender::Inbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Done> done;
  Counts counts;
  bool woken = true;
  bool stopping = false;
};

class Sender::Posting : public outbound::Sink {
 public:
  Posting(std::shared_ptr<Inbox> inbox, Delivery delivery) : inbox_(std::move(inbox)), done_{std::move(delivery), {}} {}

  void head(base::RequestId /*id*/, const outbound::Head& head) override {
    done_.attempt.status = head.status;
    if (const auto* value = http::find_field(head.headers, "Retry-After"))
      done_.attempt.retry_after = retry::retry_after(*value, base::wall_now());
  }
  outbound::Flow body(base::RequestId /*id*/, std::string_view bytes) override {
    done_.attempt.response_bytes += bytes.size();
    return outbound::Flow::more;
  }
  void end(base::RequestId /*id*/, const outbound::Ending& ending) override {
    done_.attempt.took = ending.timing.total;
    // Once there is a status, what happened to the rest of the response does not matter.
    if (!ending.status && done_.attempt.status == 0) done_.attempt.error = ending.status.error();
    const std::lock_guard lock(inbox_->mutex);
    inbox_->done.push_back(std::move(done_));
    inbox_->changed.notify_all();
  }

 private:
  std::shared_ptr<Inbox> inbox_;
  Done done_;
};

Sender::Sender(outbound::Client& client, DeliveryRows& rows, SenderOptions options)
    : client_(client),
      rows_(rows),
      options_(std::move(options)),
      inbox_(std::make_shared<Inbox>()),
      random_(base::random_u64()),
      thread_([this] { run(); }) {}

Sender::~Sender() {
  {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->stopping = true;
    inbox_->changed.notify_all();
  }
  thread_.join();
  for (const auto& [delivery, request] : under_way_) client_.cancel(request);
}

void Sender::wake() {
  const std::lock_guard lock(inbox_->mutex);
  inbox_->woken = true;
  inbox_->changed.notify_all();
}

Sender::Counts Sender::counts() const {
  const std::lock_guard lock(inbox_->mutex);
  return inbox_->counts;
}

void Sender::run() {
  bool more = true;
  for (;;) {
    std::deque<Done> done;
    {
      std::unique_lock lock(inbox_->mutex);
      const auto wait = more ? base::Duration(0) : look_at_ - base::monotonic_now();
      inbox_->changed.wait_for(lock, wait,
                               [this] { return inbox_->stopping || inbox_->woken || !inbox_->done.empty(); });
      if (inbox_->stopping) return;
      done.swap(inbox_->done);
      more = std::exchange(inbox_->woken, false) || !done.empty();
    }
    for (const auto& each : done) finish(each);
    const auto now = base::monotonic_now();
    if (more || now >= look_at_) more = take_due(now);
    const std::lock_guard lock(inbox_->mutex);
    inbox_->counts.under_way = static_cast<int>(under_way_.size());
  }
}

/// True if there may be more that is due.
bool Sender::take_due(base::Instant now) {
  look_at_ = now + options_.look;
  const int room = std::min(options_.at_once - static_cast<int>(under_way_.size()), options_.per_endpoint);
  if (room <= 0) return false;  // an end will bring us back
  std::set<std::string> busy;
  for (const auto& [endpoint, count] : per_endpoint_)
    if (count >= options_.per_endpoint) busy.insert(endpoint);
  const auto wall = base::wall_now();
  const base::UtcTime lease{wall.unix_ms + base::to_ms(options_.deadlines.total + kLeaseMargin)};
  auto due = rows_.claim(wall, lease, room, busy);
  if (!due) {
    const std::lock_guard lock(inbox_->mutex);
    ++inbox_->counts.row_errors;
    return false;
  }
  const bool full = static_cast<int>(due->size()) >= room;
  for (auto& delivery : *due) post(std::move(delivery));
  return full;
}

void Sender::post(Delivery delivery) {
  if (under_way_.contains(delivery.id)) return;  // its lease ended while it was on its way
  outbound::Request request;
  request.method = "POST";
  request.url = delivery.url;
  request.body = delivery.body;
  request.body_bytes = kMostResponse;
  request.deadlines = options_.deadlines;
  request.policy = options_.policy;
  request.repeatable = true;  // receivers know a delivery by its id
  const auto add = [&](std::string_view name, std::string value) {
    request.headers.push_back({std::string(name), std::move(value)});
  };
  add("Content-Type", "application/json");
  add(webhooks::kEventHeader, delivery.event);
  add(webhooks::kDeliveryHeader, delivery.id);
  add(webhooks::kSignatureHeader, webhooks::signature(delivery.body, delivery.secrets, base::wall_now()));
  ++per_endpoint_[delivery.endpoint];
  const std::string id = delivery.id;
  under_way_[id] = client_.send(std::move(request), std::make_shared<Posting>(inbox_, std::move(delivery)));
}

void Sender::finish(const Done& done) {
  const auto& delivery = done.delivery;
  under_way_.erase(delivery.id);
  if (const auto found = per_endpoint_.find(delivery.endpoint); --found->second == 0) per_endpoint_.erase(found);
  const auto now = base::wall_now();
  const auto began = delivery.first_attempt.unix_ms == 0 ? now.unix_ms - base::to_ms(done.attempt.took)
                                                         : delivery.first_attempt.unix_ms;
  const auto verdict =
      webhooks::judge(done.attempt, delivery.attempts + 1, base::milliseconds(now.unix_ms - began), random_);
  const auto recorded = rows_.record(delivery, done.attempt, verdict, now, {now.unix_ms + base::to_ms(verdict.wait)});
  const std::lock_guard lock(inbox_->mutex);
  auto& counts = inbox_->counts;
  if (!recorded) ++counts.row_errors;
  if (verdict.fate == webhooks::Fate::delivered) ++counts.delivered;
  if (verdict.fate != webhooks::Fate::delivered) ++counts.failed;
  if (verdict.fate == webhooks::Fate::dead) ++counts.dead;
}

}  // namespace frontdesk::sending
