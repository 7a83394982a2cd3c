#include "app/retention.hpp"

#include "http/file.hpp"
#include "store/caller_rows.hpp"
#include "webhooks/outbox/outbox.hpp"

namespace frontdesk::app {
namespace {

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

base::Status remove_file(const std::filesystem::path& folder, const std::string& relative) {
  if (relative.empty()) return {};
  const auto path = http::path_below(folder, relative);
  if (!path) return {};  // gone already
  std::error_code error;
  std::filesystem::remove(*path, error);
  if (!error) return {};
  return base::fail(base::ErrorCode::unavailable, "retention", relative + " could not be deleted: " + error.message(),
                    base::Retry::later);
}

/// One call at a time: its files, then its rows.
class Sweep {
 public:
  Sweep(accounts::Office& office, const RetentionPlace& place, const std::function<bool()>& stopping)
      : office_(office), place_(place), stopping_(stopping) {}

  base::Status words_before(base::UtcTime time) {
    return in_batches(
        [&](store::Connection& connection) { return store::calls_with_words_before(connection, place_.machine, time); },
        [&](const store::CallRow& call) -> base::Status {
          if (auto removed = remove_file(place_.data_folder, call.journal); !removed) return removed;
          ++forgotten.transcripts;
          return in_transaction(
              [&](store::Connection& connection) { return store::forget_words(connection, call.id); });
        });
  }
  base::Status calls_before(base::UtcTime time) {
    return in_batches(
        [&](store::Connection& connection) { return store::calls_before(connection, place_.machine, time); },
        [&](const store::CallRow& call) -> base::Status {
          if (auto removed = remove_file(place_.data_folder, call.journal); !removed) return removed;
          if (auto removed = remove_recording(call.recording); !removed) return removed;
          ++forgotten.calls;
          return in_transaction([&](store::Connection& connection) -> base::Status {
            if (auto told = outbox::forget_call(connection, call.organisation, call.id); !told)
              return tl::unexpected(told.error());
            return store::erase_call(connection, call.organisation, call.id);
          });
        });
  }
  base::Status messages_before(base::UtcTime time) {
    while (!stopping_()) {
      const auto gone = office_.transaction(
          [&](store::Connection& connection) { return store::forget_messages_before(connection, time); });
      if (!gone) return tl::unexpected(gone.error());
      forgotten.messages += *gone;
      if (*gone < store::kRetentionBatch) return {};
    }
    return {};
  }

  Forgotten forgotten;

 private:
  base::Status remove_recording(const std::string& recording) {
    if (recording.empty() || !place_.forget_recording) return remove_file(place_.data_folder, recording);
    return place_.forget_recording(recording);
  }
  template <class Find, class Forget>
  base::Status in_batches(Find find, Forget forget) {
    while (!stopping_()) {
      const auto batch = office_.with_connection(find);
      if (!batch) return tl::unexpected(batch.error());
      for (const auto& call : *batch)
        if (auto done = forget(call); !done) return done;
      if (batch->size() < static_cast<std::size_t>(store::kRetentionBatch)) return {};
    }
    return {};
  }
  template <class Work>
  base::Status in_transaction(Work work) {
    return office_.transaction(work);
  }

  accounts::Office& office_;
  const RetentionPlace& place_;
  const std::function<bool()>& stopping_;
};

base::Status note(accounts::Office& office, const Forgotten& gone, base::UtcTime now) {
  return office.change(now, [&](store::Connection& connection, audit::Trail& trail) -> base::Status {
    trail.add({{std::string(store::kLocalOrganisation), "system", "", ""},
               "retention.swept",
               "",
               {{"transcripts", "", std::to_string(gone.transcripts)},
                {"messages", "", std::to_string(gone.messages)},
                {"calls", "", std::to_string(gone.calls)}}});
    (void)connection;
    return {};
  });
}

}  // namespace

KeptSince kept_since(const store::RetentionPolicy& policy, base::UtcTime now) {
  const auto before = [&](std::int64_t days) -> std::optional<base::UtcTime> {
    if (days <= 0) return std::nullopt;
    return base::UtcTime{now.unix_ms - days * kDayMs};
  };
  return {before(policy.transcripts_days), before(policy.messages_days), before(policy.calls_days)};
}

store::RetentionPolicy policy_of(const config::Retention& retention) {
  return {retention.transcripts_days, retention.messages_days, retention.calls_days};
}

base::Result<store::RetentionPolicy> policy_in_force(accounts::Office& office, const config::Retention& retention) {
  const auto saved = office.with_connection([](store::Connection& connection) {
    return store::retention_policy(connection, std::string(store::kLocalOrganisation));
  });
  if (!saved) return tl::unexpected(saved.error());
  return saved->value_or(policy_of(retention));
}

base::Result<Forgotten> forget_old(accounts::Office& office, const RetentionPlace& place, const KeptSince& since,
                                   base::UtcTime now, const std::function<bool()>& stopping) {
  Sweep sweep(office, place, stopping);
  base::Status done;
  if (since.calls) done = sweep.calls_before(*since.calls);
  if (done && since.transcripts) done = sweep.words_before(*since.transcripts);
  if (done && since.messages) done = sweep.messages_before(*since.messages);
  if (sweep.forgotten.any()) {
    if (auto noted = note(office, sweep.forgotten, now); !noted) return tl::unexpected(noted.error());
    if (auto over = office.with_connection(store::take_over_log); !over) return tl::unexpected(over.error());
  }
  if (!done) return tl::unexpected(done.error());
  return sweep.forgotten;
}

}  // namespace frontdesk::app
