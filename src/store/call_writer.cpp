#include "store/call_writer.hpp"

#include <algorithm>
#include <cmath>

#include "store/call_mapping.hpp"

namespace frontdesk::store {
namespace {

base::Status status_of(const base::Result<Rows>& result) {
  if (!result) return tl::unexpected(result.error());
  return {};
}

/// For updates of one call: not_found if it is not there, or is over already.
base::Status updated(const Connection& connection, const base::Result<Rows>& result) {
  if (!result) return tl::unexpected(result.error());
  if (connection.changed() == 1) return {};
  return base::fail(base::ErrorCode::not_found, "store", "there is no such call in progress");
}

std::string insert(std::string_view table, std::string_view columns, std::size_t count) {
  return "INSERT INTO " + std::string(table) + " (" + std::string(columns) + ") VALUES " + placeholders(count);
}

/// Nearest rank; `sorted` is not empty.
std::int64_t rank(const std::vector<std::int64_t>& sorted, double percent) {
  const auto position = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(sorted.size())));
  return sorted[std::min(std::max<std::size_t>(position, 1), sorted.size()) - 1];
}

}  // namespace

base::Status CallWriter::begin(const CallRow& call) {
  CallRow row = call;
  row.machine = machine_;
  const auto values = values_of(row);
  return status_of(connection_.run(insert("calls", kCallColumns, values.size()), values));
}

base::Status CallWriter::answered(const std::string& call, base::UtcTime at) {
  return updated(
      connection_,
      connection_.run("UPDATE calls SET answered_at = ? WHERE id = ? AND status = 'in_progress'", {at.unix_ms, call}));
}

/// not_found: there is no such call.
base::Result<std::string> CallWriter::organisation_of(const std::string& call) {
  const auto rows = connection_.run("SELECT organisation FROM calls WHERE id = ?", {call});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return base::fail(base::ErrorCode::not_found, "store", "there is no such call");
  return rows->front().text(0);
}

base::Status CallWriter::add_turn(const TurnRow& turn) {
  return connection_.transaction([&]() -> base::Status {
    TurnRow row = turn;
    if (words_ != nullptr) {
      const auto organisation = organisation_of(turn.call);
      if (!organisation) return tl::unexpected(organisation.error());
      if (auto sealed = seal_words(connection_, *words_, *organisation, row); !sealed) return sealed;
    }
    const auto values = values_of(row);
    if (auto added = status_of(connection_.run(insert("call_turns", kTurnColumns, values.size()), values)); !added)
      return added;
    return status_of(connection_.run(
        "UPDATE calls SET turns = turns + 1, duration_ms = CASE WHEN duration_ms < ? THEN ? ELSE duration_ms END "
        "WHERE id = ?",
        {turn.ended_ms, turn.ended_ms, turn.call}));
  });
}

base::Status CallWriter::add_message(const MessageRow& message) {
  MessageRow row = message;
  if (words_ != nullptr)
    if (auto sealed = seal_words(connection_, *words_, row); !sealed) return sealed;
  const auto values = values_of(row);
  return status_of(connection_.run(insert("messages", kMessageColumns, values.size()), values));
}

base::Status CallWriter::add_consent(const ConsentRow& consent) {
  ConsentRow row = consent;
  if (words_ != nullptr) {
    const auto organisation = organisation_of(consent.call);
    if (!organisation) return tl::unexpected(organisation.error());
    if (auto sealed = seal_words(connection_, *words_, *organisation, row); !sealed) return sealed;
  }
  auto values = values_of(row);
  values.insert(values.end(), {row.call, row.call, row.at.unix_ms, row.outcome});
  return status_of(connection_.run(
      "INSERT INTO consents (" + std::string(kConsentColumns) +
          ", sequence) SELECT ?, ?, ?, ?, ?, ?, COALESCE(MAX(sequence), 0) + 1 FROM consents WHERE call = ? "
          "HAVING NOT EXISTS (SELECT 1 FROM consents WHERE call = ? AND at = ? AND outcome = ?)",
      values));
}

base::Result<std::vector<std::pair<std::string, std::string>>> CallWriter::recordings_before(base::UtcTime time) {
  const auto rows = connection_.run(
      "SELECT id, recording FROM calls WHERE recording <> '' AND ended_at < ? AND machine = ? ORDER BY ended_at LIMIT "
      "100",
      {time.unix_ms, machine_});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& row : *rows) found.emplace_back(row.text(0), row.text(1));
  return found;
}

base::Status CallWriter::recording_forgotten(const std::string& call) {
  return status_of(connection_.run("UPDATE calls SET recording = '' WHERE id = ?", {call}));
}

base::Status CallWriter::recording_begun(const std::string& call, const std::string& path) {
  return updated(connection_, connection_.run("UPDATE calls SET recording = ? WHERE id = ? AND status = 'in_progress'",
                                              {path, call}));
}

base::Status CallWriter::heartbeat(const std::string& call, std::int64_t duration_ms) {
  return updated(
      connection_,
      connection_.run("UPDATE calls SET duration_ms = ? WHERE id = ? AND status = 'in_progress'", {duration_ms, call}));
}

base::Status CallWriter::summarise(CallRow& call) {
  const auto rows = connection_.run(
      "SELECT gap_ms, confidence, speaker FROM call_turns WHERE call = ? ORDER BY turn_index", {call.id});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::int64_t> gaps;
  double confidence = 0;
  int rated = 0;
  for (const auto& row : *rows) {
    if (const auto gap = row.maybe_integer(0)) gaps.push_back(*gap);
    if (row.text(2) != "receptionist" || row.real(1) <= 0) continue;
    confidence += row.real(1);
    ++rated;
  }
  std::sort(gaps.begin(), gaps.end());
  call.turns = static_cast<std::int64_t>(rows->size());
  call.ai_confidence = rated == 0 ? 0 : confidence / rated;
  if (gaps.empty()) return {};
  call.gap_p50_ms = rank(gaps, 50);
  call.gap_p95_ms = rank(gaps, 95);
  return {};
}

base::Status CallWriter::finish(const CallRow& ended) {
  CallRow call = ended;
  if (auto done = summarise(call); !done) return done;
  std::vector<Value> values = {std::string(name(call.status)),
                               call.end_class,
                               call.end_reason,
                               value_of(call.ended_at),
                               call.duration_ms,
                               call.ai_confidence,
                               call.turns,
                               value_of(call.gap_p50_ms),
                               value_of(call.gap_p95_ms),
                               call.loss_percent,
                               call.jitter_ms,
                               call.recording};
  for (auto& value : values_of(call.quality)) values.push_back(std::move(value));
  values.emplace_back(call.id);
  const auto done = connection_.run(
      "UPDATE calls SET status = ?, end_class = ?, end_reason = ?, ended_at = ?, duration_ms = ?, ai_confidence = ?, "
      "turns = ?, gap_p50_ms = ?, gap_p95_ms = ?, loss_percent = ?, jitter_ms = ?, recording = ?, mos = ?, "
      "round_trip_ms = ?, codec = ?, packet_ms = ?, srtp = ?, packets_in = ?, packets_out = ?, packets_lost = ?, "
      "jitter_max_ms = ? WHERE id = ? AND status = 'in_progress'",
      values);
  return updated(connection_, done);
}

base::Result<std::vector<CallRow>> CallWriter::close_interrupted() {
  const auto rows = connection_.run("SELECT " + std::string(kCallColumns) +
                                        " FROM calls WHERE machine = ? AND status = 'in_progress' ORDER BY started_at",
                                    {machine_});
  if (!rows) return tl::unexpected(rows.error());
  std::vector<CallRow> calls;
  for (const auto& row : *rows) {
    auto call = call_of(row);
    call.status = CallStatus::interrupted;
    call.end_class = "interrupted";
    call.end_reason = "the program stopped while the call was going on";
    const auto from = call.answered_at.value_or(call.started_at);
    call.ended_at = base::UtcTime{from.unix_ms + call.duration_ms};
    if (auto done = finish(call); !done) return tl::unexpected(done.error());
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace frontdesk::store
