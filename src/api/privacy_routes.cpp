#include "api/privacy_routes.hpp"

#include "api/auth_routes.hpp"
#include "api/privacy_views.hpp"
#include "base/clock.hpp"
#include "http/file.hpp"
#include "reception/screening/caller_identity.hpp"
#include "store/caller_rows.hpp"
#include "store/message_rows.hpp"
#include "webhooks/outbox/outbox.hpp"

namespace frontdesk::api {
namespace {

using rest::Access;
using rest::Answer;
using OfCaller = rest::Request<rest::Body<CallerNumber>>;

constexpr const char* kTag = "Privacy";
constexpr const char* kNotTouched =
    "Backups that were made before hold it still: delete those that are older. What webhooks and mails have told other "
    "programs already is theirs to delete.";

/// As the call log has it: E.164, or what could not be read as a number.
std::string number_of(const OfCaller& request, const std::string& country) {
  const auto& typed = request.body.number.expose();
  std::string plain;
  for (const char c : typed)
    if (std::string_view(" -()./").find(c) == std::string_view::npos) plain += c;
  auto number = screening::read_number(plain, country);
  return number.empty() ? typed : number;
}

struct Kept {
  std::vector<store::CallRow> calls;
  std::vector<store::MessageRow> messages;
};

base::Result<Kept> kept_of(store::Connection& connection, const store::WordSeal* words, const std::string& organisation,
                           const std::string& number) {
  auto calls = store::calls_of_caller(connection, organisation, number);
  if (!calls) return tl::unexpected(calls.error());
  auto messages = store::messages_for_number(connection, words, organisation, number);
  if (!messages) return tl::unexpected(messages.error());
  return Kept{std::move(*calls), std::move(*messages)};
}

audit::Entry entry_of(const PrivacySources& sources, const OfCaller& request, const char* action,
                      const std::string& number, std::size_t calls) {
  return {accounts::actor_of(request.principal, visitor_of(*request.raw)),
          action,
          sources.office.audit.pseudonym(number),
          {{"calls", "", std::to_string(calls)}}};
}

base::Result<ExportedCall> exported(const store::CallLog& log, const store::CallRow& row) {
  const auto turns = log.turns(row.id);
  if (!turns) return tl::unexpected(turns.error());
  const auto messages = log.messages(row.id, store::kMaxPage, row.organisation);
  if (!messages) return tl::unexpected(messages.error());
  const auto consents = log.consents(row.id);
  if (!consents) return tl::unexpected(consents.error());
  return ExportedCall{call_of(row, *turns, *messages, *consents),
                      row.recording.empty() ? "" : "/api/calls/" + row.id + "/recording"};
}

Answer<CallerExport> hand_out(const PrivacySources& sources, const OfCaller& request) {
  const auto number = number_of(request, sources.country);
  CallerExport answer;
  answer.number = base::Pii<std::string>(number);
  answer.made_at = base::wall_now();
  const auto kept = sources.office.change(
      answer.made_at, [&](store::Connection& connection, audit::Trail& trail) -> base::Result<Kept> {
        auto found = kept_of(connection, sources.calls.words(), request.principal.organisation, number);
        if (found) trail.add(entry_of(sources, request, "privacy.exported", number, found->calls.size()));
        return found;
      });
  if (!kept) return tl::unexpected(kept.error());
  for (const auto& row : kept->calls) {
    auto call = exported(sources.calls, row);
    if (!call) return tl::unexpected(call.error());
    answer.calls.push_back(std::move(*call));
  }
  for (const auto& message : kept->messages) answer.messages.push_back(message_of(message));
  answer.more = kept->calls.size() == store::kMostCallsOfCaller;
  return answer;
}

/// True if there was such a file and is none now.
base::Result<bool> remove_file(const std::filesystem::path& folder, const std::string& relative) {
  if (relative.empty()) return false;
  const auto path = http::path_below(folder, relative);
  if (!path) return false;  // gone already
  std::error_code error;
  const bool removed = std::filesystem::remove(*path, error);
  if (error)
    return base::fail(base::ErrorCode::unavailable, "api",
                      "a recording or journal could not be deleted: " + error.message() + "; nothing was erased of it");
  return removed;
}

/// The files first: a row that is left still says what is to be erased.
base::Status erase_files(const std::filesystem::path& folder, const store::CallRow& call, CallerErased& done) {
  const auto recording = remove_file(folder, call.recording);
  if (!recording) return tl::unexpected(recording.error());
  const auto journal = remove_file(folder, call.journal);
  if (!journal) return tl::unexpected(journal.error());
  done.recordings += *recording ? 1 : 0;
  done.journals += *journal ? 1 : 0;
  return {};
}

base::Status erase_one(store::Connection& connection, const store::CallRow& call, CallerErased& done) {
  const auto deliveries = outbox::forget_call(connection, call.organisation, call.id);
  if (!deliveries) return tl::unexpected(deliveries.error());
  done.deliveries += *deliveries;
  const auto messages = store::count_messages(connection, call.id);
  if (!messages) return tl::unexpected(messages.error());
  done.messages += *messages;
  ++done.calls;
  return store::erase_call(connection, call.organisation, call.id);
}

base::Result<CallerErased> erase_rows(const PrivacySources& sources, const OfCaller& request, const std::string& number,
                                      store::Connection& connection, audit::Trail& trail) {
  const auto kept = kept_of(connection, sources.calls.words(), request.principal.organisation, number);
  if (!kept) return tl::unexpected(kept.error());
  CallerErased done;
  for (const auto& call : kept->calls) {
    if (call.status == store::CallStatus::in_progress) {
      ++done.still_running;
      continue;
    }
    if (auto erased = erase_files(sources.calls.data_folder(), call, done); !erased)
      return tl::unexpected(erased.error());
    if (auto erased = erase_one(connection, call, done); !erased) return tl::unexpected(erased.error());
  }
  for (const auto& message : kept->messages) {
    const auto removed = store::remove_message(connection, message.organisation, message.id);
    if (!removed && removed.error().code != base::ErrorCode::not_found) return tl::unexpected(removed.error());
    done.messages += removed ? 1 : 0;  // else it went with its call
  }
  done.more = kept->calls.size() == store::kMostCallsOfCaller;
  trail.add(entry_of(sources, request, "privacy.erased", number, static_cast<std::size_t>(done.calls)));
  return done;
}

Answer<CallerErased> erase(const PrivacySources& sources, const OfCaller& request) {
  const auto number = number_of(request, sources.country);
  auto done = sources.office.change(base::wall_now(), [&](store::Connection& connection, audit::Trail& trail) {
    return erase_rows(sources, request, number, connection, trail);
  });
  if (!done) return tl::unexpected(done.error());
  const auto taken = sources.office.with_connection([](store::Connection& connection) -> base::Result<bool> {
    if (auto over = store::take_over_log(connection); !over) return tl::unexpected(over.error());
    return true;
  });
  if (!taken) return tl::unexpected(taken.error());
  done->not_touched = kNotTouched;
  return std::move(*done);
}

}  // namespace

void add_privacy_routes(rest::Api& api, PrivacySources sources) {
  api.post("/api/privacy/export",
           {.id = "exportCaller",
            .tag = kTag,
            .access = Access::needs(access::permission::kExportPrivacy),
            .summary = "All that is kept about a caller"},
           [sources](const OfCaller& request) { return hand_out(sources, request); });
  api.post("/api/privacy/erase",
           {.id = "eraseCaller",
            .tag = kTag,
            .access = Access::needs(access::permission::kErasePrivacy),
            .summary = "Erase all that is kept about a caller",
            .description = "Calls with transcripts, recordings, journals, messages, consents and what waits for "
                           "webhooks. The audit log keeps that it was done, by a keyed pseudonym of the number."},
           [sources](const OfCaller& request) { return erase(sources, request); });
}

}  // namespace frontdesk::api
