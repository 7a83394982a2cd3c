#include "app/word_sealing.hpp"

#include "http/file.hpp"
#include "records/journals/journal_file.hpp"
#include "store/caller_rows.hpp"

namespace frontdesk::app {
namespace {

/// Written anew beside it; the row is told before the old one goes, so that a kill leaves one file too many at most.
base::Status seal_journal(accounts::Office& office, const RetentionPlace& place, const store::CallRow& call,
                          const vault::KeyRing& keys) {
  const auto plain = http::path_below(place.data_folder, call.journal);
  if (!plain) return {};  // gone
  const auto name = std::filesystem::path(call.journal).parent_path() / journals::file_name(call.id, true);
  const auto path = place.data_folder / name;
  const auto lines = journals::read(*plain, nullptr);
  if (!lines) return tl::unexpected(lines.error());
  std::error_code ignored;
  std::filesystem::remove(path, ignored);  // of an earlier attempt
  auto sealed = journals::JournalFile::create(path, &keys);
  if (!sealed) return tl::unexpected(sealed.error());
  if (auto written = sealed->append(*lines); !written) return written;
  if (auto kept = sealed->synchronise(); !kept) return kept;
  files::synchronise_folder(path.parent_path());
  auto told = office.transaction(
      [&](store::Connection& connection) { return store::journal_moved(connection, call, name.string()); });
  if (!told) return told;
  std::error_code error;
  std::filesystem::remove(*plain, error);
  if (!error) return {};
  return base::fail(base::ErrorCode::unavailable, "words",
                    call.journal + " could not be deleted after it was sealed: " + error.message(), base::Retry::later);
}

base::Status seal_journals(accounts::Office& office, const RetentionPlace& place, const vault::KeyRing& keys,
                           const std::function<bool()>& stopping, NowSealed& out) {
  for (std::string after; !stopping();) {
    const auto calls = office.with_connection([&](store::Connection& connection) {
      return store::calls_with_plain_journals(connection, place.machine, after);
    });
    if (!calls) return tl::unexpected(calls.error());
    for (const auto& call : *calls) {
      if (auto done = seal_journal(office, place, call, keys); !done) return done;
      ++out.journals;
      after = call.id;
    }
    if (calls->size() < static_cast<std::size_t>(store::kRetentionBatch)) return {};
  }
  return {};
}

}  // namespace

base::Result<NowSealed> seal_old_words(accounts::Office& office, const RetentionPlace& place,
                                       const store::WordSeal& words, const vault::KeyRing& keys,
                                       const std::function<bool()>& stopping) {
  NowSealed out;
  while (!stopping()) {
    const auto some =
        office.transaction([&](store::Connection& connection) { return store::seal_rows_in_clear(connection, words); });
    if (!some) return tl::unexpected(some.error());
    out.rows += *some;
    if (*some == 0) break;
  }
  if (auto done = seal_journals(office, place, keys, stopping, out); !done) return tl::unexpected(done.error());
  if (out.rows > 0)
    if (auto over = office.with_connection(store::take_over_log); !over) return tl::unexpected(over.error());
  return out;
}

}  // namespace frontdesk::app
