#include "records/record_keeper.hpp"

#include <pthread.h>

#include <boost/json.hpp>
#include <chrono>
#include <ctime>
#include <fstream>

#include "base/clock.hpp"
#include "base/entropy.hpp"

namespace frontdesk::records {
namespace {

// Rows are never dropped; sound is, when this much of it waits for a disk that is too slow (about
// two minutes of 20 calls).
constexpr std::size_t kMaxQueuedSound = 5000;
constexpr std::int64_t kHeartbeatEveryMs = 2000;  // a commit waits for the disk: not for every block
constexpr std::uint64_t kSilenceBlock = 8000;     // samples
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::int64_t kSweepEveryMs = 3600LL * 1000;
constexpr auto kRetryAfter = std::chrono::milliseconds(500);
constexpr auto kDrainLimit = std::chrono::seconds(10);

/// "2026-11": one folder a month keeps folders small.
std::string month_of(base::UtcTime at) {
  const std::time_t seconds = at.unix_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m", &utc);
  return text.data();
}

store::CallStatus status_of(const runtime::CallClosed& closed) {
  if (!closed.answered) return store::CallStatus::missed;
  const bool broken = closed.end_class == call::EndClass::failed || closed.end_class == call::EndClass::media_lost;
  return broken ? store::CallStatus::failed : store::CallStatus::answered;
}

store::CallerFacts facts_of(const runtime::CallBegun& begun) {
  store::CallerFacts facts;
  facts.source = screening::name(begun.who.source);
  facts.attestation = screening::name(begun.who.attestation);
  facts.statement = begun.statement;
  facts.withheld = begun.who.withheld;
  facts.diverted = begun.who.diverted;
  facts.diverted_by = begun.who.diverted_by;
  facts.priority = begun.priority;
  return facts;
}

store::CallRow row_of(const runtime::CallBegun& begun) {
  store::CallRow row;
  row.id = begun.id;
  row.caller = begun.caller;
  row.caller_name = begun.caller_name;
  row.called = begun.called;
  row.trunk = begun.trunk;
  row.sip_call_id = begun.sip_call_id;
  row.screening = begun.screening;
  row.started_at = begun.at;
  row.receptionist = begun.receptionist;
  row.who = facts_of(begun);
  return row;
}

store::CallRow row_of(const runtime::CallRefused& refused) {
  auto row = row_of(refused.call);
  row.status = store::CallStatus::rejected;
  row.end_class = refused.no_room ? "no_room" : "screened_out";
  row.end_reason = row.screening;
  row.ended_at = row.started_at;
  row.who.sip_status = refused.status;
  return row;
}

store::LineQuality quality_of(const runtime::CallFigures& figures) {
  store::LineQuality quality;
  quality.mean_opinion_score = figures.mean_opinion_score;
  if (figures.round_trip) quality.round_trip_ms = base::to_ms(*figures.round_trip);
  quality.codec = figures.codec;
  quality.packet_ms = figures.packet_ms;
  quality.srtp = figures.srtp;
  quality.packets_in = static_cast<std::int64_t>(figures.packets_in);
  quality.packets_out = static_cast<std::int64_t>(figures.packets_out);
  quality.packets_lost = static_cast<std::int64_t>(figures.packets_lost);
  quality.jitter_max_ms = figures.jitter_max_ms;
  return quality;
}

std::optional<std::int64_t> ms(const std::optional<base::Duration>& duration) {
  if (!duration) return std::nullopt;
  return base::to_ms(*duration);
}

store::TurnRow row_of(const std::string& call, const runtime::TurnTaken& taken) {
  store::TurnRow row;
  row.call = call;
  row.index = taken.turn.index;
  row.speaker =
      taken.turn.speaker == call::Speaker::caller ? store::TurnSpeaker::caller : store::TurnSpeaker::receptionist;
  row.text = taken.turn.text;
  row.heard = taken.turn.heard;
  row.interrupted = taken.turn.interrupted;
  row.started_ms = base::to_ms(taken.started);
  row.ended_ms = base::to_ms(taken.ended);
  row.confidence = static_cast<double>(taken.turn.confidence);
  row.sources = taken.turn.sources;
  row.endpoint_ms = ms(taken.turn.times.endpoint);
  row.stt_ms = ms(taken.turn.times.transcript);
  row.llm_ms = ms(taken.turn.times.model);
  row.tts_ms = ms(taken.turn.times.synthesis);
  row.reply_ms = ms(taken.turn.times.reply);
  row.gap_ms = ms(taken.gap);
  const auto& guessed = taken.turn.speculation;
  if (row.speaker == store::TurnSpeaker::caller)
    row.speculation = store::SpeculationRow{guessed.candidates, guessed.discarded, guessed.discarded_characters};
  return row;
}

/// A text member of the tool's arguments; a model may send anything.
std::string member(const boost::json::value& arguments, std::string_view name) {
  if (!arguments.is_object()) return {};
  const auto* value = arguments.as_object().if_contains(name);
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
}

}  // namespace

RecordKeeper::RecordKeeper(std::filesystem::path data_folder, store::FolderLock lock,
                           std::unique_ptr<store::Connection> connection, std::string machine,
                           RecordKeeperOptions options)
    : folder_(std::move(data_folder)),
      options_(std::move(options)),
      lock_(std::move(lock)),
      connection_(std::move(connection)),
      writer_(*connection_, std::move(machine)) {}

base::Result<std::unique_ptr<RecordKeeper>> RecordKeeper::start(const store::Location& location,
                                                                RecordKeeperOptions options) {
  auto lock = store::FolderLock::take(location.folder);
  if (!lock) return tl::unexpected(lock.error());
  auto connection = store::open_database(location);
  if (!connection) return tl::unexpected(connection.error());
  auto machine = location.shared() ? store::machine_name(location.folder) : std::string();
  if (!machine) return tl::unexpected(machine.error());
  std::unique_ptr<RecordKeeper> keeper(new RecordKeeper(location.folder, std::move(*lock), std::move(*connection),
                                                        std::move(*machine), std::move(options)));
  if (auto mended = keeper->mend(); !mended) return tl::unexpected(mended.error());
  keeper->forget_old_recordings();
  keeper->thread_ = std::thread([raw = keeper.get()] { raw->loop(); });
  pthread_setname_np(keeper->thread_.native_handle(), "store");
  return keeper;
}

RecordKeeper::~RecordKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// Calls of a process that was killed: mark them, and make their recordings playable.
base::Status RecordKeeper::mend() {
  base::Result<std::vector<store::CallRow>> calls;
  const auto closed = witnessed(
      [&]() -> base::Status {
        calls = writer_.close_interrupted();
        return calls ? base::Status() : tl::unexpected(calls.error());
      },
      [&](auto& witness) -> base::Status {
        for (const auto& call : *calls)
          if (auto told = witness.call_ended(*connection_, call); !told) return told;
        return {};
      });
  if (!closed) return closed;
  for (const auto& call : *calls) {
    mended_.push_back(call.id);
    if (!call.recording.empty()) (void)recording::mend_recording(folder_ / call.recording);
  }
  return {};
}

/// At the start and about once an hour after a call: the file first, so that nothing is left without a row.
void RecordKeeper::forget_old_recordings() {
  const auto now = base::wall_now().unix_ms;
  if (options_.keep_days <= 0 || now - swept_at_ms_ < kSweepEveryMs) return;
  swept_at_ms_ = now;
  const auto old = writer_.recordings_before({now - options_.keep_days * kDayMs});
  if (!old) return (void)keep(tl::unexpected(old.error()));
  for (const auto& [call, path] : *old) {
    std::error_code error;
    std::filesystem::remove(folder_ / path, error);
    if (!error) (void)keep(writer_.recording_forgotten(call));
  }
}

void RecordKeeper::push(Job job, bool is_sound) {
  {
    const std::lock_guard lock(mutex_);
    if (is_sound && queued_sound_ >= kMaxQueuedSound) {
      ++stats_.sound_dropped;
      return;
    }
    if (is_sound) ++queued_sound_;
    jobs_.push_back(is_sound ? Job([this, job = std::move(job)] {
      const bool done = job();
      if (done) {
        const std::lock_guard inner(mutex_);
        --queued_sound_;
      }
      return done;
    })
                             : std::move(job));
  }
  changed_.notify_one();
}

void RecordKeeper::loop() {
  std::unique_lock lock(mutex_);
  std::optional<std::chrono::steady_clock::time_point> give_up;
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_ && !give_up) give_up = std::chrono::steady_clock::now() + kDrainLimit;
    if (jobs_.empty() || (give_up && std::chrono::steady_clock::now() > *give_up)) return;
    // The job stays at the front until it has succeeded: order is what keeps a turn behind its call.
    Job& job = jobs_.front();
    lock.unlock();
    const bool done = job();
    lock.lock();
    if (done) {
      jobs_.pop_front();
      ++stats_.written;
    } else {
      ++stats_.retried;
      changed_.wait_for(lock, kRetryAfter, [&] { return stopping_ && !give_up; });
    }
  }
}

/// True if done, or if trying again cannot help; the error is kept for the status page.
bool RecordKeeper::keep(const base::Status& status) {
  const std::lock_guard lock(mutex_);
  stats_.last_error = status ? std::string() : base::describe(status.error());
  return status || status.error().retry == base::Retry::never;
}

base::Status RecordKeeper::witnessed(const std::function<base::Status()>& write,
                                     const std::function<base::Status(store::CallWitness&)>& tell) {
  auto* witness = options_.witness.get();
  if (witness == nullptr) return write();
  base::Status told;
  auto done = connection_->transaction([&]() -> base::Status {
    told = {};
    if (auto written = write(); !written) return written;
    told = tell(*witness);
    return told;
  });
  if (done) witness->written();
  // The row matters more than the telling of it.
  if (!done && !told && told.error().retry == base::Retry::never) return write();
  return done;
}

RecordKeeperStats RecordKeeper::stats() const {
  const std::lock_guard lock(mutex_);
  auto stats = stats_;
  stats.queued = jobs_.size();
  return stats;
}

RecordKeeper::OpenCall* RecordKeeper::find(runtime::CallNumber number) {
  const auto it = calls_.find(number);
  return it == calls_.end() ? nullptr : &it->second;
}

// --- handed over

void RecordKeeper::begin(runtime::CallBegun call) {
  push([this, call = std::move(call)] { return write_begin(call); });
}

void RecordKeeper::answered(runtime::CallNumber call, base::UtcTime at) {
  push([this, call, at] {
    auto* open = find(call);
    if (open == nullptr) return true;
    open->row.answered_at = at;
    return keep(writer_.answered(open->row.id, at));
  });
}

void RecordKeeper::turn(runtime::TurnTaken turn) {
  push([this, turn = std::move(turn)] { return write_turn(turn); });
}

void RecordKeeper::journal(runtime::CallNumber call, std::string lines) {
  push([this, call, lines = std::move(lines)] { return write_journal(call, lines); });
}

void RecordKeeper::recording_begins(runtime::CallNumber call, std::uint64_t unrecorded) {
  push([this, call, unrecorded] { return begin_recording(call, unrecorded); });
}

void RecordKeeper::consent(runtime::CallNumber call, runtime::ConsentNoted consent) {
  push([this, call, consent = std::move(consent)] { return write_consent(call, consent); });
}

void RecordKeeper::sound(runtime::CallNumber call, audio::Pcm interleaved) {
  push([this, call, pcm = std::move(interleaved)] { return write_sound(call, pcm); }, true);
}

void RecordKeeper::message(runtime::CallNumber call, std::string arguments, base::UtcTime at) {
  push([this, call, id = base::new_id("msg"), arguments = std::move(arguments), at] {
    return write_message(call, id, arguments, at);
  });
}

void RecordKeeper::close(runtime::CallClosed call) {
  push([this, call = std::move(call)] { return write_close(call); });
}

void RecordKeeper::refused(runtime::CallRefused call) {
  push([this, row = row_of(call)] { return keep(writer_.begin(row)); });
}

// --- written, on the store thread

bool RecordKeeper::write_begin(const runtime::CallBegun& begun) {
  OpenCall open;
  open.row = row_of(begun);
  const auto month = month_of(begun.at);
  open.row.journal = "journals/" + month + "/" + begun.id + ".tape";
  const auto written = witnessed([&] { return writer_.begin(open.row); },
                                 [&](auto& witness) { return witness.call_begun(*connection_, open.row); });
  if (!keep(written)) return false;
  std::error_code ignored;  // shows when the file cannot be opened
  std::filesystem::create_directories(folder_ / "journals" / month, ignored);
  calls_[begun.number] = std::move(open);
  return true;
}

bool RecordKeeper::write_turn(const runtime::TurnTaken& taken) {
  auto* open = find(taken.number);
  if (open == nullptr) return true;
  const auto row = row_of(open->row.id, taken);
  if (!keep(writer_.add_turn(row))) return false;
  if (options_.witness) options_.witness->turn_taken(row);
  return true;
}

bool RecordKeeper::write_journal(runtime::CallNumber number, const std::string& lines) {
  auto* open = find(number);
  if (open == nullptr) return true;
  std::ofstream file(folder_ / open->row.journal, std::ios::app | std::ios::binary);
  file << lines;
  if (file.flush()) return true;
  return keep(base::fail(base::ErrorCode::unavailable, "records", "cannot write " + open->row.journal)), true;
}

/// Nothing of the sound is on the disk before this.
bool RecordKeeper::begin_recording(runtime::CallNumber number, std::uint64_t unrecorded) {
  auto* open = find(number);
  if (open == nullptr || open->sound_failed) return true;
  if (!open->sound) {
    const auto month = month_of(open->row.started_at);
    const auto name = "recordings/" + month + "/" + recording::file_name(open->row.id, options_.storage);
    std::error_code ignored;  // shows when the file cannot be opened
    std::filesystem::create_directories(folder_ / "recordings" / month, ignored);
    if (!keep(writer_.recording_begun(open->row.id, name))) return false;
    open->row.recording = name;
    auto created = recording::create_recording(folder_ / name, options_.storage);
    if (!created) {
      open->sound_failed = true;
      return keep(tl::unexpected(created.error())), true;
    }
    open->sound = std::move(*created);
    (void)write_journal(number, "#! recording " + name + " caller=left\n");
  }
  const audio::Pcm silence(kSilenceBlock * 2);
  for (auto left = unrecorded; left > 0;) {
    const auto count = std::min<std::uint64_t>(left, kSilenceBlock);
    if (auto written = open->sound->write(audio::PcmView(silence).first(count * 2)); !written)
      return keep(written), true;
    left -= count;
  }
  return true;
}

bool RecordKeeper::write_consent(runtime::CallNumber number, const runtime::ConsentNoted& consent) {
  auto* open = find(number);
  if (open == nullptr) return true;
  return keep(writer_.add_consent({open->row.id, consent.at, consent.note.policy,
                                   std::string(call::name(consent.note.outcome)), consent.note.words}));
}

bool RecordKeeper::write_sound(runtime::CallNumber number, const audio::Pcm& interleaved) {
  auto* open = find(number);
  if (open == nullptr || !open->sound) return true;
  if (auto written = open->sound->write(interleaved); !written) return keep(written), true;
  if (auto flushed = open->sound->flush(); !flushed) return keep(flushed), true;
  const auto length_ms = base::to_ms(open->sound->length());
  if (length_ms - open->heartbeat_ms < kHeartbeatEveryMs) return true;
  open->heartbeat_ms = length_ms;
  return keep(writer_.heartbeat(open->row.id, length_ms));
}

bool RecordKeeper::write_message(runtime::CallNumber number, const std::string& id, const std::string& arguments,
                                 base::UtcTime at) {
  auto* open = find(number);
  if (open == nullptr) return true;
  boost::system::error_code error;
  const auto parsed = boost::json::parse(arguments, error);
  store::MessageRow row;
  row.id = id;
  row.call = open->row.id;
  row.taken_at = at;
  row.name = base::Pii<std::string>(error ? "" : member(parsed, "name"));
  row.number = base::Pii<std::string>(error ? "" : member(parsed, "number"));
  row.reason = base::Pii<std::string>(error ? arguments : member(parsed, "reason"));
  return keep(witnessed([&] { return writer_.add_message(row); },
                        [&](auto& witness) { return witness.message_taken(*connection_, row); }));
}

bool RecordKeeper::write_close(const runtime::CallClosed& closed) {
  auto* open = find(closed.number);
  if (open == nullptr) return true;
  auto& row = open->row;
  row.status = status_of(closed);
  row.end_class = call::name(closed.end_class);
  row.end_reason = closed.reason;
  row.ended_at = closed.at;
  row.duration_ms = base::to_ms(closed.length);
  row.loss_percent = closed.figures.loss_percent;
  row.jitter_ms = closed.figures.jitter_ms;
  row.quality = quality_of(closed.figures);
  if (!open->sound) row.recording.clear();
  const auto written = witnessed([&] { return writer_.finish(row); },
                                 [&](auto& witness) { return witness.call_ended(*connection_, row); });
  if (!keep(written)) return false;
  if (open->sound) (void)keep(open->sound->close());
  calls_.erase(closed.number);
  forget_old_recordings();
  return true;
}

}  // namespace frontdesk::records
