#include "records/record_keeper.hpp"

#include <pthread.h>

#include <boost/json.hpp>
#include <chrono>
#include <ctime>

#include "base/clock.hpp"
#include "base/entropy.hpp"
#include "files/file.hpp"

namespace frontdesk::records {
namespace {

// Rows are never dropped; sound is, when this much of it waits for a disk that is too slow (about
// two minutes of 20 calls).
constexpr std::size_t kMaxQueuedSound = 5000;
constexpr std::int64_t kHeartbeatEveryMs = 1000;  // a commit waits for the disk: not for every block
constexpr std::uint64_t kSilenceBlock = 8000;     // samples
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::int64_t kSweepEveryMs = 3600LL * 1000;
constexpr auto kRetryAfter = std::chrono::milliseconds(500);
constexpr auto kDrainLimit = std::chrono::seconds(10);
constexpr base::Duration kBusyLimit = base::milliseconds(250);  // of SQLite

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
      writer_(*connection_, std::move(machine), options_.words.get()),
      outbox_([this](const CallChange& change) { return carry(change); }, folder_, options_.keys) {}

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
  // Rows wait beside the database, not on this thread, which has the sound to write too.
  const auto limit = std::min(location.busy_limit, kBusyLimit);
  if (!location.shared())
    (void)keeper->connection_->run_script("PRAGMA busy_timeout = " + std::to_string(base::to_ms(limit)));
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
  auto brought = outbox_.recover();
  if (!brought) return tl::unexpected(brought.error());
  unreadable_ = std::move(*brought);
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
  if (!old) return keep(tl::unexpected(old.error()));
  for (const auto& [call, path] : *old) {
    std::error_code error;
    std::filesystem::remove(folder_ / path, error);
    if (!error) keep(writer_.recording_forgotten(call));
  }
}

void RecordKeeper::push(std::function<void()> work, bool is_sound) {
  {
    const std::lock_guard lock(mutex_);
    if (is_sound && queued_sound_ >= kMaxQueuedSound) {
      ++stats_.sound_dropped;
      return;
    }
    if (is_sound) ++queued_sound_;
    jobs_.push_back({std::move(work), is_sound});
  }
  changed_.notify_one();
}

/// At the end everything is written, or enough time was given: what then waits is in the outbox's file.
bool RecordKeeper::let_go(const std::optional<std::chrono::steady_clock::time_point>& give_up) const {
  if (!give_up) return false;
  return (jobs_.empty() && rows_waiting_ == 0) || std::chrono::steady_clock::now() > *give_up;
}

void RecordKeeper::loop() {
  std::unique_lock lock(mutex_);
  std::optional<std::chrono::steady_clock::time_point> give_up;
  while (!let_go(give_up)) {
    const auto due = [&] { return (stopping_ && !give_up) || !jobs_.empty(); };
    if (rows_waiting_ == 0)
      changed_.wait(lock, due);
    else
      changed_.wait_until(lock, next_attempt_, due);
    if (stopping_ && !give_up) give_up = std::chrono::steady_clock::now() + kDrainLimit;
    if (!let_go(give_up)) work_once(lock);
  }
}

/// The oldest job if there is one, and its rows on their way.
void RecordKeeper::work_once(std::unique_lock<base::InheritingMutex>& lock) {
  const bool some = !jobs_.empty();
  Job* job = some ? &jobs_.front() : nullptr;
  lock.unlock();
  if (job != nullptr) job->work();
  bring_rows();
  lock.lock();
  rows_waiting_ = outbox_.waiting();
  row_problem_ = outbox_.problem();
  if (!some) return;
  if (jobs_.front().is_sound) --queued_sound_;
  jobs_.pop_front();
  ++stats_.written;
}

/// To the database, or beside it until it is back.
void RecordKeeper::bring_rows() {
  if (outbox_.waiting() == 0) return;
  if (std::chrono::steady_clock::now() >= next_attempt_ && !outbox_.write()) {
    next_attempt_ = std::chrono::steady_clock::now() + kRetryAfter;
    const std::lock_guard lock(mutex_);
    ++stats_.retried;
  }
  outbox_.keep_in_file();
}

/// What went wrong with files, for the status page.
void RecordKeeper::keep(const base::Status& status) {
  const std::lock_guard lock(mutex_);
  stats_.last_error = status ? std::string() : base::describe(status.error());
}

/// To the database, with what the witness adds in the same transaction.
base::Status RecordKeeper::carry(const CallChange& change) {
  const auto write = [&] { return carry_out(change, writer_); };
  if (const auto* begun = std::get_if<BeginCall>(&change))
    return witnessed(write, [&](auto& witness) { return witness.call_begun(*connection_, begun->row); });
  if (const auto* ended = std::get_if<EndCall>(&change))
    return witnessed(write, [&](auto& witness) { return witness.call_ended(*connection_, ended->row); });
  if (const auto* message = std::get_if<store::MessageRow>(&change))
    return witnessed(write, [&](auto& witness) { return witness.message_taken(*connection_, *message); });
  auto done = write();
  const auto* turn = std::get_if<store::TurnRow>(&change);
  if (done && turn != nullptr && options_.witness) options_.witness->turn_taken(*turn);
  return done;
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
  stats.queued = jobs_.size() + rows_waiting_;
  if (!row_problem_.empty()) stats.last_error = row_problem_;
  return stats;
}

/// Its entries outlive a power failure.
void RecordKeeper::make_folder(const std::string& kind, const std::string& month) const {
  std::error_code ignored;  // shows when a file in it cannot be opened
  if (!std::filesystem::create_directories(folder_ / kind / month, ignored)) return;
  files::synchronise_folder(folder_ / kind);
  files::synchronise_folder(folder_);
}

RecordKeeper::OpenCall* RecordKeeper::find(runtime::CallNumber number) {
  const auto it = calls_.find(number);
  return it == calls_.end() ? nullptr : &it->second;
}

// --- handed over

void RecordKeeper::begin(runtime::CallBegun call) {
  push([this, call = std::move(call)] { write_begin(call); });
}

void RecordKeeper::answered(runtime::CallNumber call, base::UtcTime at) {
  push([this, call, at] {
    auto* open = find(call);
    if (open == nullptr) return;
    open->row.answered_at = at;
    outbox_.add(AnswerCall{open->row.id, at});
  });
}

void RecordKeeper::turn(runtime::TurnTaken turn) {
  push([this, turn = std::move(turn)] { write_turn(turn); });
}

void RecordKeeper::journal(runtime::CallNumber call, std::string lines) {
  push([this, call, lines = std::move(lines)] { write_journal(call, lines); });
}

void RecordKeeper::recording_begins(runtime::CallNumber call, std::uint64_t unrecorded) {
  push([this, call, unrecorded] { begin_recording(call, unrecorded); });
}

void RecordKeeper::consent(runtime::CallNumber call, runtime::ConsentNoted consent) {
  push([this, call, consent = std::move(consent)] { write_consent(call, consent); });
}

void RecordKeeper::sound(runtime::CallNumber call, audio::Pcm interleaved) {
  push([this, call, pcm = std::move(interleaved)] { write_sound(call, pcm); }, true);
}

void RecordKeeper::message(runtime::CallNumber call, std::string arguments, base::UtcTime at) {
  push([this, call, id = base::new_id("msg"), arguments = std::move(arguments), at] {
    write_message(call, id, arguments, at);
  });
}

void RecordKeeper::close(runtime::CallClosed call) {
  push([this, call = std::move(call)] { write_close(call); });
}

void RecordKeeper::refused(runtime::CallRefused call) {
  push([this, row = row_of(call)] { outbox_.add(BeginCall{row}); });
}

// --- written, on the store thread

void RecordKeeper::write_begin(const runtime::CallBegun& begun) {
  OpenCall open;
  open.row = row_of(begun);
  const auto month = month_of(begun.at);
  open.row.journal = "journals/" + month + "/" + journals::file_name(begun.id, options_.keys != nullptr);
  outbox_.add(BeginCall{open.row});
  make_folder("journals", month);
  calls_[begun.number] = std::move(open);
}

void RecordKeeper::write_turn(const runtime::TurnTaken& taken) {
  if (const auto* open = find(taken.number)) outbox_.add(row_of(open->row.id, taken));
}

void RecordKeeper::write_journal(runtime::CallNumber number, const std::string& lines) {
  auto* open = find(number);
  if (open == nullptr) return;
  if (auto done = append_journal(*open, lines); !done) keep(done);
}

base::Status RecordKeeper::append_journal(OpenCall& open, const std::string& lines) {
  if (!open.journal) {
    auto created = journals::JournalFile::create(folder_ / open.row.journal, options_.keys.get());
    if (!created) return tl::unexpected(created.error());
    open.journal.emplace(std::move(*created));
  }
  return open.journal->append(lines);
}

/// Nothing of the sound is on the disk before this.
void RecordKeeper::begin_recording(runtime::CallNumber number, std::uint64_t unrecorded) {
  auto* open = find(number);
  if (open == nullptr || open->sound_failed) return;
  if (!open->sound && !create_recording(*open, number)) return;
  const audio::Pcm silence(kSilenceBlock * 2);
  for (auto left = unrecorded; left > 0;) {
    const auto count = std::min<std::uint64_t>(left, kSilenceBlock);
    if (auto written = open->sound->write(audio::PcmView(silence).first(count * 2)); !written) return keep(written);
    left -= count;
  }
}

bool RecordKeeper::create_recording(OpenCall& open, runtime::CallNumber number) {
  const auto month = month_of(open.row.started_at);
  const auto name = "recordings/" + month + "/" + recording::file_name(open.row.id, options_.storage);
  make_folder("recordings", month);
  open.row.recording = name;
  outbox_.add(BeginRecording{open.row.id, name});
  bring_rows();  // before the file, so that none is ever without a row
  auto created = recording::create_recording(folder_ / name, options_.storage);
  open.sound_failed = !created;
  if (!created) {
    keep(tl::unexpected(created.error()));
    return false;
  }
  files::synchronise_folder((folder_ / name).parent_path());
  open.sound = std::move(*created);
  write_journal(number, "#! recording " + name + " caller=left\n");
  return true;
}

void RecordKeeper::write_consent(runtime::CallNumber number, const runtime::ConsentNoted& consent) {
  if (const auto* open = find(number))
    outbox_.add(store::ConsentRow{open->row.id, consent.at, consent.note.policy,
                                  std::string(call::name(consent.note.outcome)), consent.note.words});
}

void RecordKeeper::write_sound(runtime::CallNumber number, const audio::Pcm& interleaved) {
  auto* open = find(number);
  if (open == nullptr || !open->sound) return;
  if (auto written = open->sound->write(interleaved); !written) return keep(written);
  if (auto flushed = open->sound->flush(); !flushed) return keep(flushed);
  const auto length_ms = base::to_ms(open->sound->length());
  if (length_ms - open->heartbeat_ms < kHeartbeatEveryMs) return;
  open->heartbeat_ms = length_ms;
  auto kept = open->sound->synchronise();
  // While the database is away the turns say how far the call has come.
  if (kept && outbox_.waiting() == 0) kept = writer_.heartbeat(open->row.id, length_ms);
  keep(kept);
}

void RecordKeeper::write_message(runtime::CallNumber number, const std::string& id, const std::string& arguments,
                                 base::UtcTime at) {
  auto* open = find(number);
  if (open == nullptr) return;
  boost::system::error_code error;
  const auto parsed = boost::json::parse(arguments, error);
  store::MessageRow row;
  row.id = id;
  row.call = open->row.id;
  row.taken_at = at;
  row.name = base::Pii<std::string>(error ? "" : member(parsed, "name"));
  row.number = base::Pii<std::string>(error ? "" : member(parsed, "number"));
  row.reason = base::Pii<std::string>(error ? arguments : member(parsed, "reason"));
  outbox_.add(std::move(row));
}

void RecordKeeper::write_close(const runtime::CallClosed& closed) {
  auto* open = find(closed.number);
  if (open == nullptr) return;
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
  // The sound first: a call that is over is not mended.
  if (open->sound) keep(open->sound->close());
  outbox_.add(EndCall{row});
  calls_.erase(closed.number);
  forget_old_recordings();
}

}  // namespace frontdesk::records
