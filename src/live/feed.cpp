#include "live/feed.hpp"

#include <pthread.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::live {
namespace {

constexpr std::string_view kChannel = "live";

}  // namespace

Feed::Feed(FeedOptions options)
    : options_(std::move(options)),
      mailbox_(kObservationsWaiting, {}),
      board_(base::new_id("feed")),
      neighbours_(options_.machine),
      from_neighbours_(std::make_shared<base::Mailbox<std::string>>(kObservationsWaiting, nullptr)) {
  if (options_.fan_out)
    options_.fan_out->subscribe(kChannel, [to = from_neighbours_](std::string_view message) {
      (void)to->push(std::string(message));  // full: the next report of what goes on tells
    });
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "live feed");
  if (!options_.still_welcome) return;
  patrol_ = std::thread([this] { patrol(); });
  pthread_setname_np(patrol_.native_handle(), "live patrol");
}

Feed::~Feed() {
  stop();
}

void Feed::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
  if (patrol_.joinable()) patrol_.join();
}

void Feed::observe(Observation observation) {
  (void)mailbox_.push(std::move(observation));
}

Feed::WatchId Feed::watch(Watch watch) {
  auto watcher = std::make_shared<Watcher>();
  watcher->watch = std::move(watch);
  const std::lock_guard lock(mutex_);
  watchers_[++last_id_] = std::move(watcher);
  return last_id_;
}

void Feed::unwatch(WatchId id) {
  const std::lock_guard lock(mutex_);
  watchers_.erase(id);
}

void Feed::follow(WatchId id, std::string call) {
  const std::lock_guard lock(mutex_);
  const auto it = watchers_.find(id);
  if (it == watchers_.end()) return;
  it->second->call = std::move(call);
}

int Feed::watches_of(const access::Principal& principal) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(watchers_.begin(), watchers_.end(), [&](const auto& each) {
    const auto& other = each.second->watch.principal;
    return other.kind == principal.kind && other.id == principal.id && other.organisation == principal.organisation;
  }));
}

FeedStats Feed::stats() const {
  const std::lock_guard lock(mutex_);
  return {watchers_.size(), observed_, mailbox_.refused()};
}

void Feed::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    take_in();
    deliver();
    lock.lock();
    stop_.wait_for(lock, options_.every, [this] { return stopping_; });
  }
}

void Feed::take_in() {
  mailbox_.drain(inbox_);
  observed_ += inbox_.size();
  for (auto& observation : inbox_) std::visit([this](auto& each) { on(each); }, observation);
  inbox_.clear();
  reconcile();
  hear_neighbours();
}

/// Something was lost: perhaps the end of a call. What was in the mailbox when it overflowed has been taken in.
void Feed::reconcile() {
  const auto lost = mailbox_.refused();
  if (lost == lost_seen_ || !options_.running) return;
  lost_seen_ = lost;
  std::vector<std::string> own;
  for (const auto& [number, known] : known_) own.push_back(known.call);
  for (const auto& call : own) {
    if (options_.running(call)) continue;
    show(board::Ended{call, "completed", "the call ended while too much happened to watch it", {}, base::wall_now()});
    std::erase_if(known_, [&](const auto& each) { return each.second.call == call; });
  }
}

Feed::Known* Feed::find(runtime::CallNumber number) {
  const auto it = known_.find(number);
  return it == known_.end() ? nullptr : &it->second;
}

void Feed::on(CallRang& rang) {
  if (known_.size() >= board::kMaxCalls) return;
  known_[rang.number].call = rang.rang.call;
  known_[rang.number].running.rang = rang.rang;
  show(rang.rang);
}

void Feed::on(CallAnswered& answered) {
  auto* known = find(answered.number);
  if (known == nullptr) return;
  known->running.answered = answered.at;
  show(board::Answered{known->call, answered.at});
}

void Feed::on(LineSaid& said) {
  if (const auto* known = find(said.number)) show(board::Said{known->call, std::move(said.line)});
}

void Feed::on(CallOver& over) {
  const auto* known = find(over.number);
  if (known == nullptr) return;
  over.ended.call = known->call;
  show(over.ended);
  known_.erase(over.number);
}

void Feed::on(SignSeen& seen) {
  auto* known = find(seen.number);
  if (known == nullptr) return;
  if (seen.sign == Sign::caller_speaks || seen.sign == Sign::caller_pauses)
    known->caller_speaks = seen.sign == Sign::caller_speaks;
  if (seen.sign == Sign::piece_starts) {
    known->playing = seen.piece;
    if (const auto piece = known->pieces.extract(seen.piece))
      show(board::Saying{known->call, board::Speaker::receptionist, piece.mapped(), seen.at});
  } else if (seen.sign == Sign::piece_ends && known->playing == seen.piece) {
    known->playing = 0;
  }
  const auto speaking = known->caller_speaks  ? board::Speaking::caller
                        : known->playing != 0 ? board::Speaking::receptionist
                                              : board::Speaking::nobody;
  show(board::SpeakerChanged{known->call, speaking, seen.at});
}

void Feed::on(WordsHeard& heard) {
  if (const auto* known = find(heard.number))
    show(board::Saying{known->call, board::Speaker::caller, std::move(heard.text), heard.at});
}

void Feed::on(PiecePrepared& prepared) {
  auto* known = find(prepared.number);
  if (known == nullptr) return;
  known->pieces[prepared.piece] = std::move(prepared.text);
  while (known->pieces.size() > kPiecesKept) known->pieces.erase(known->pieces.begin());
}

void Feed::on(ListenersSeen& seen) {
  show(seen.listened);
}

void Feed::apply(const Change& change) {
  const std::lock_guard lock(board_mutex_);
  std::visit([this](const auto& each) { board_.apply(each); }, change);
}

std::vector<board::Shown> Feed::running(const std::string& organisation) const {
  const std::lock_guard lock(board_mutex_);
  return board_.running(organisation);
}

bool Feed::has(const std::string& organisation, const std::string& call) const {
  const std::lock_guard lock(board_mutex_);
  return board_.has(organisation, call);
}

/// To our watchers, and to those of other machines.
void Feed::show(const Change& change) {
  apply(change);
  if (options_.fan_out) (void)options_.fan_out->publish(kChannel, to_wire(options_.machine, change));
}

void Feed::hear_neighbours() {
  if (!options_.fan_out) return;
  const auto now = base::monotonic_now();
  const auto apply_all = [this](const std::vector<Change>& changes) {
    for (const auto& change : changes) apply(change);
  };
  from_neighbours_->drain(heard_);
  for (const auto& message : heard_)
    if (const auto told = from_wire(message)) apply_all(neighbours_.take(*told, now, base::wall_now()));
  if (!options_.fan_out->connected()) neighbours_.forgive(now);
  apply_all(neighbours_.sweep(now, base::wall_now()));
  if (now - told_at_ < options_.tell_every) return;
  told_at_ = now;
  std::vector<Running> running;
  for (const auto& [number, known] : known_) running.push_back(known.running);
  (void)options_.fan_out->publish(kChannel, to_wire(options_.machine, running));
}

void Feed::deliver() {
  std::vector<std::pair<WatchId, std::shared_ptr<Watcher>>> watchers;
  {
    const std::lock_guard lock(mutex_);
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (auto& [id, watcher] : watchers)
    if (!deliver_to(*watcher)) unwatch(id);
}

/// On a thread of its own: the answer may have to wait for the database, and calls are shown meanwhile.
void Feed::patrol() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    ask_who_is_welcome();
    lock.lock();
    stop_.wait_for(lock, options_.ask_every, [this] { return stopping_; });
  }
}

void Feed::ask_who_is_welcome() {
  std::vector<std::pair<WatchId, std::shared_ptr<Watcher>>> watchers;
  {
    const std::lock_guard lock(mutex_);
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  std::map<std::vector<std::string>, bool> asked;  // all connections of one session are asked about once
  for (auto& [id, watcher] : watchers) {
    const auto& who = watcher->watch.principal;
    const auto [known, first] = asked.try_emplace({who.organisation, who.id, who.session}, true);
    if (first) known->second = options_.still_welcome(who);
    if (known->second) continue;
    watcher->watch.socket->close(websocket::kPolicyViolation, "you are signed out");
    unwatch(id);
  }
}

/// False: the connection is gone.
bool Feed::deliver_to(Watcher& watcher) {
  auto& [watch, position, call_] = watcher;
  const auto& organisation = watch.principal.organisation;
  std::string call;
  {
    const std::lock_guard lock(mutex_);
    call = call_;
  }
  if (!watch.everything && call.empty()) return true;
  if (watch.socket->waiting() > 0) return true;
  board::Batch batch;
  std::unique_lock board(board_mutex_);
  if (watch.everything) {
    if (!position) position = board_.position_of(watch.cursor);
    batch = position ? board_.since(organisation, *position) : board_.from_start(organisation);
    std::size_t bytes = 0;
    for (const auto& message : batch.messages) bytes += message->size();
    if (!batch.snapshot && bytes > kLargestDelivery) batch = board_.from_start(organisation);
  } else {
    batch = board_.since(organisation, position.value_or(0), call);
  }
  board.unlock();
  position = batch.position;
  for (const auto& message : batch.messages)
    if (!watch.socket->send({websocket::Kind::text, *message})) return false;
  return true;
}

}  // namespace frontdesk::live
