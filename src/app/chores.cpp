#include "app/chores.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "accounts/users.hpp"
#include "app/database_location.hpp"
#include "app/retention.hpp"
#include "app/storage_trial.hpp"
#include "app/word_sealing.hpp"
#include "base/clock.hpp"
#include "store/call_records.hpp"
#include "store/work/idempotency_keys.hpp"
#include "vault/secrets/word_box.hpp"
#include "voices/usage.hpp"

namespace frontdesk::app {
namespace {

constexpr int kNice = 10;
constexpr std::size_t kConnections = 4;  // jobs, deliveries, the watch, and one to spare
constexpr base::Duration kLook = base::seconds(5);
constexpr base::Duration kLookAtStorage = base::seconds(60);
constexpr base::Duration kLookAgainAtStorage = base::seconds(10);  // while it does not answer
constexpr base::Duration kTellAnyway = base::seconds(60);          // who gets mail may have changed
constexpr std::string_view kAllAccounts;  // of sign_in_attempts: an address's failures over all accounts
constexpr std::int64_t kHourMs = 3600LL * 1000;
constexpr std::int64_t kQuarterMs = 900LL * 1000;
constexpr std::int64_t kKeepJobsMs = 7LL * 24 * kHourMs;
constexpr std::int64_t kKeepDeadJobsMs = 30LL * 24 * kHourMs;

store::Pool::Open opener(const config::Config& config) {
  return
      [location = database_location(config)] { return store::open_connection(location, store::OpenMode::read_write); };
}

/// Administrators and owners of the installation's organisation.
base::Result<std::vector<std::string>> recipients(store::Connection& connection) {
  const auto members = accounts::members_of(connection, store::kLocalOrganisation);
  if (!members) return tl::unexpected(members.error());
  std::vector<std::string> out;
  for (const auto& member : *members)
    if (member.role >= access::Role::admin) out.push_back(member.email);
  return out;
}

bell::Options bell_options(const config::Config& config, const std::shared_ptr<Doorbell>& doorbell) {
  bell::Options options;
  options.organisation = store::kLocalOrganisation;
  options.name = config.business.name;
  options.url = page_address(config.server);
  options.recipients = recipients;
  options.wake = [doorbell] { doorbell->ring(); };
  return options;
}

template <class T>
base::Status status_of(const base::Result<T>& result) {
  return result ? base::Status() : tl::unexpected(result.error());
}

base::Status sweep(BackOffice& office, base::UtcTime now) {
  if (auto done = office.sweep(now); !done) return done;
  return office.office().with_connection([&](store::Connection& connection) -> base::Status {
    if (auto done = status_of(outbox::forget_old(connection, now)); !done) return done;
    if (auto done = status_of(work::IdempotencyKeys(connection).sweep(now)); !done) return done;
    work::Jobs jobs(connection);
    if (auto done = status_of(jobs.forget(work::State::done, {now.unix_ms - kKeepJobsMs})); !done) return done;
    return status_of(jobs.forget(work::State::dead, {now.unix_ms - kKeepDeadJobsMs}));
  });
}

std::string of_machine(const char* kind, const RetentionPlace& place) {
  return kind + (place.machine.empty() ? std::string() : "." + place.machine);
}

/// Once there was an update there is much to do, later nothing.
jobs::Kind sealing_of_words(BackOffice& back_office, const RetentionPlace& place) {
  return {of_machine("seal_words", place),
          [&office = back_office.office(), place,
           keys = back_office.key_rotation().keys().ring()](const jobs::Attempt& attempt) -> base::Status {
            const secrets::WordBox words(office.box.keys(), base::wall_now);
            const auto sealed = seal_old_words(office, place, words, *keys, attempt.stopping);
            if (!sealed) return tl::unexpected(sealed.error());
            if (sealed->rows + sealed->journals > 0)
              spdlog::info("sealed what an earlier version wrote in the clear: {} rows, {} journals", sealed->rows,
                           sealed->journals);
            return {};
          },
          base::seconds(24 * 3600)};
}

/// Share of the data folder's disk that is in use, as df tells it.
std::optional<double> disk_used(const std::string& folder) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
  const auto used = static_cast<double>(disk.f_blocks - disk.f_bfree);
  const auto room = static_cast<double>(disk.f_bavail);
  if (used + room <= 0) return std::nullopt;
  return used / (used + room);
}

}  // namespace

std::shared_ptr<store::CallWitness> call_news(std::shared_ptr<const vault::KeyRing> keys,
                                              std::shared_ptr<Doorbell> doorbell) {
  return std::make_shared<outbox::CallNews>(secrets::SecretBox(secrets::DataKeys(std::move(keys))), base::wall_now,
                                            [bell = std::move(doorbell)] { bell->ring(); });
}

base::Result<std::unique_ptr<Chores>> Chores::start(const config::Config& config, Surroundings around) {
  outbound::ClientOptions options;
  options.policy = outbound_policy(config.outbound);
  options.ca_file = config.outbound.ca_file;
  auto client = outbound::start_client(std::move(options));
  if (!client) return tl::unexpected(client.error());
  return std::unique_ptr<Chores>(new Chores(config, std::move(around), std::move(*client)));
}

Chores::Chores(const config::Config& config, Surroundings around, std::unique_ptr<outbound::Client> client)
    : around_(std::move(around)),
      data_folder_(config.server.data),
      pool_(opener(config), kConnections),
      client_(std::move(client)),
      watch_(around_.shared_state ? around_.machine : std::string()),
      bell_(pool_, around_.back_office.office().box, around_.back_office.office().mailer,
            bell_options(config, around_.doorbell)),
      deliveries_(pool_, around_.back_office.office().box, around_.machine) {
  if (!config.storage.s3_bucket.empty())
    if (auto storage = s3::S3Store::create(*client_, s3_options(config.storage))) storage_ = std::move(*storage);
  sender_ = std::make_unique<sending::Sender>(*client_, deliveries_, sending::SenderOptions());
  jobs::RunnerOptions options;
  options.name = around_.machine;
  runner_ = std::make_unique<jobs::Runner>(pool_, kinds(config), std::move(options));
  around_.doorbell->answer([this] {
    sender_->wake();
    runner_->wake();
  });
  watcher_ = std::thread([this] { watch(); });
}

/// What is thrown away are files of this machine: with several, each has a job of its own.
std::vector<jobs::Kind> Chores::kinds(const config::Config& config) const {
  auto kinds = around_.kinds;
  kinds.push_back(
      {"sweep", [office = &around_.back_office](const jobs::Attempt& attempt) { return sweep(*office, attempt.now); },
       base::seconds(3600)});
  for (auto& kind : around_.back_office.key_rotation().jobs()) kinds.push_back(std::move(kind));
  const auto location = database_location(config);
  const auto machine = location.shared() ? store::machine_name(location.folder) : std::string();
  if (!machine) return kinds;
  RetentionPlace place{config.server.data, *machine};
  place.forget_recording = recording_place(config.server.data, around_.recordings).forget;
  kinds.push_back(sealing_of_words(around_.back_office, place));
  if (!around_.retention) return kinds;
  kinds.push_back({of_machine("retention", place),
                   [place, &office = around_.back_office.office(),
                    retention = around_.retention](const jobs::Attempt& attempt) -> base::Status {
                     const auto policy = policy_in_force(office, retention());
                     if (!policy) return tl::unexpected(policy.error());
                     const auto since = kept_since(*policy, attempt.now);
                     const auto gone = forget_old(office, place, since, attempt.now, attempt.stopping);
                     if (!gone) return tl::unexpected(gone.error());
                     return {};
                   },
                   base::seconds(3600)});
  return kinds;
}

Chores::~Chores() {
  around_.doorbell->answer({});
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (storage_) storage_->stop();
  watcher_.join();
  runner_.reset();
  sender_.reset();
}

void Chores::watch() {
  pthread_setname_np(pthread_self(), "watch");
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  bool remembered = false;
  base::Instant told_at{};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    if (!remembered)
      if (const auto open = bell_.unresolved()) {
        for (const auto& trouble : *open) watch_.told_before(trouble);
        remembered = true;
      }
    const auto now = base::monotonic_now();
    const auto wall = base::wall_now();
    around_.back_office.key_rotation().look(wall, [this] { around_.doorbell->ring(); });
    const auto changes = watch_.see(readings(wall), now);
    if (!changes.empty() || bell_.pending() > 0 || now - told_at >= kTellAnyway) {
      bell_.ring(changes, wall);
      told_at = now;
    }
    lock.lock();
    changed_.wait_for(lock, kLook, [this] { return stopping_; });
  }
}

alerts::Readings Chores::readings(base::UtcTime now) {
  alerts::Readings readings;
  auto& lines = readings.lines.emplace();
  for (const auto& line : around_.lines()) {
    // Of several machines one has the line; the others know nothing of it.
    if (!line.elsewhere && line.state != "unregistered")
      lines.push_back({line.name, api::working(line), line.explanation});
  }
  readings.records_problem = around_.records_problem();
  readings.disk_used = disk_used(data_folder_);
  readings.keys_problem = around_.back_office.key_rotation().problem();
  read_database(readings, now);
  read_services(readings);
  return readings;
}

void Chores::read_database(alerts::Readings& readings, base::UtcTime now) {
  const auto read = [&]() -> base::Status {
    auto connection = pool_.take();
    if (!connection) return tl::unexpected(connection.error());
    const auto calls = (*connection)
                           ->run(
                               "SELECT COUNT(*), COALESCE(SUM(CASE WHEN status IN ('failed', 'interrupted') THEN 1 "
                               "ELSE 0 END), 0) FROM calls "
                               "WHERE organisation = ? AND ended_at >= ? AND status NOT IN ('in_progress', 'rejected')",
                               {std::string(store::kLocalOrganisation), now.unix_ms - kHourMs});
    if (!calls) return tl::unexpected(calls.error());
    readings.calls_ended = calls->front().integer(0);
    readings.calls_failed = calls->front().integer(1);
    const auto refused =
        (*connection)
            ->run("SELECT COALESCE(SUM(failures), 0) FROM sign_in_attempts WHERE account = ? AND last_failure_at >= ?",
                  {std::string(kAllAccounts), now.unix_ms - kQuarterMs});
    if (!refused) return tl::unexpected(refused.error());
    readings.refused_sign_ins = refused->front().integer(0);
    auto voice = voices::published_problem(**connection, std::string(store::kLocalOrganisation));
    if (!voice) return tl::unexpected(voice.error());
    readings.voice_problem = std::move(*voice);
    return {};
  };
  const auto done = read();
  readings.database_problem = done ? std::string() : done.error().message;
}

void Chores::read_services(alerts::Readings& readings) {
  if (around_.shared_state) {
    const auto answered = around_.shared_state->get("watch");
    readings.shared_state_problem = answered ? std::string() : answered.error().message;
  }
  if (!storage_) return;
  const auto now = base::monotonic_now();
  const auto look_after = storage_problem_.empty() ? kLookAtStorage : kLookAgainAtStorage;
  if (storage_at_ == base::Instant{} || now - storage_at_ >= look_after) {
    storage_at_ = now;
    const auto there = storage_->check();
    storage_problem_ = there ? std::string() : there.error().message;
  }
  const auto waiting = around_.recordings == nullptr ? std::string() : around_.recordings->problem();
  readings.storage_problem = storage_problem_.empty() ? waiting : storage_problem_;
}

}  // namespace frontdesk::app
