#include "store/sealed_words.hpp"

#include <initializer_list>
#include <utility>

#include "store/call_mapping.hpp"

namespace frontdesk::store {
namespace {

struct Field {
  const char* name;
  base::Pii<std::string>& text;
};

tl::unexpected<base::Error> later(base::Error error) {
  error.retry = base::Retry::later;
  return tl::unexpected(std::move(error));
}

base::Status seal_fields(Connection& connection, const WordSeal& seal, const std::string& organisation,
                         const std::string& record, std::initializer_list<Field> fields) {
  for (const auto& field : fields) {
    if (field.text.expose().empty()) continue;
    auto sealed = seal.seal(connection, {organisation, record, field.name}, field.text.expose());
    if (!sealed) return later(std::move(sealed.error()));
    field.text = base::Pii<std::string>(std::move(*sealed));
  }
  return {};
}

base::Status open_fields(Connection& connection, const WordSeal* seal, const std::string& organisation,
                         const std::string& record, std::initializer_list<Field> fields) {
  if (seal == nullptr)
    return base::fail(base::ErrorCode::failed_precondition, "store",
                      "what was said is sealed, and there is no master key here: put master.key into the data folder");
  for (const auto& field : fields) {
    if (field.text.expose().empty()) continue;
    auto plain = seal->open(connection, {organisation, record, field.name}, field.text.expose());
    if (!plain) return tl::unexpected(plain.error());
    field.text = base::Pii<std::string>(std::move(*plain));
  }
  return {};
}

std::string record_of(const TurnRow& row) {
  return row.call + "." + std::to_string(row.index);
}

std::string record_of(const ConsentRow& row) {
  return row.call + "." + std::to_string(row.at.unix_ms) + "." + row.outcome;
}

/// Seals what `select` finds, and writes it back by `update`, if nobody was faster.
template <class Select, class Update>
base::Result<int> seal_found(Connection& connection, const std::string& columns, const std::string& from,
                             const Select& read_and_seal, const Update& write) {
  const auto rows = connection.run("SELECT " + columns + " FROM " + from + " LIMIT " + std::to_string(kSealedAtOnce));
  if (!rows) return tl::unexpected(rows.error());
  for (const auto& row : *rows) {
    auto sealed = read_and_seal(row);
    if (!sealed) return tl::unexpected(sealed.error());
    if (auto written = write(*sealed); !written) return tl::unexpected(written.error());
  }
  return static_cast<int>(rows->size());
}

base::Result<int> seal_turns(Connection& connection, const WordSeal& seal) {
  return seal_found(
      connection, std::string(kTurnColumns) + organisation_of_call("call_turns"), "call_turns WHERE sealed = 0",
      [&](const Row& row) -> base::Result<TurnRow> {
        auto turn = turn_of(row);
        if (auto done = seal_words(connection, seal, row.text(kTurnColumnCount), turn); !done)
          return tl::unexpected(done.error());
        return turn;
      },
      [&](const TurnRow& turn) {
        return connection.write(
            "UPDATE call_turns SET text = ?, heard = ?, sealed = 1 WHERE call = ? AND turn_index = ? AND sealed = 0",
            {turn.text.expose(), turn.heard.expose(), turn.call, turn.index});
      });
}

base::Result<int> seal_messages(Connection& connection, const WordSeal& seal) {
  return seal_found(
      connection, std::string(kMessageColumns), "messages WHERE sealed = 0",
      [&](const Row& row) -> base::Result<MessageRow> {
        auto message = message_of(row);
        if (auto done = seal_words(connection, seal, message); !done) return tl::unexpected(done.error());
        return message;
      },
      [&](const MessageRow& message) {
        return connection.write("UPDATE messages SET name = ?, reason = ?, sealed = 1 WHERE id = ? AND sealed = 0",
                                {message.name.expose(), message.reason.expose(), message.id});
      });
}

base::Result<int> seal_consents(Connection& connection, const WordSeal& seal) {
  return seal_found(
      connection, std::string(kConsentColumns) + organisation_of_call("consents"), "consents WHERE sealed = 0",
      [&](const Row& row) -> base::Result<ConsentRow> {
        auto consent = consent_of(row);
        if (auto done = seal_words(connection, seal, row.text(kConsentColumnCount), consent); !done)
          return tl::unexpected(done.error());
        return consent;
      },
      [&](const ConsentRow& consent) {
        return connection.write(
            "UPDATE consents SET words = ?, sealed = 1 WHERE call = ? AND at = ? AND outcome = ? AND sealed = 0",
            {consent.words.expose(), consent.call, consent.at.unix_ms, consent.outcome});
      });
}

}  // namespace

base::Status seal_words(Connection& connection, const WordSeal& seal, const std::string& organisation, TurnRow& row) {
  row.sealed = true;
  return seal_fields(connection, seal, organisation, record_of(row),
                     {{"call_turns.text", row.text}, {"call_turns.heard", row.heard}});
}

base::Status seal_words(Connection& connection, const WordSeal& seal, MessageRow& row) {
  row.sealed = true;
  return seal_fields(connection, seal, row.organisation, row.id,
                     {{"messages.name", row.name}, {"messages.reason", row.reason}});
}

base::Status seal_words(Connection& connection, const WordSeal& seal, const std::string& organisation,
                        ConsentRow& row) {
  row.sealed = true;
  return seal_fields(connection, seal, organisation, record_of(row), {{"consents.words", row.words}});
}

base::Status open_words(Connection& connection, const WordSeal* seal, const std::string& organisation, TurnRow& row) {
  if (!std::exchange(row.sealed, false)) return {};
  return open_fields(connection, seal, organisation, record_of(row),
                     {{"call_turns.text", row.text}, {"call_turns.heard", row.heard}});
}

base::Status open_words(Connection& connection, const WordSeal* seal, MessageRow& row) {
  if (!std::exchange(row.sealed, false)) return {};
  return open_fields(connection, seal, row.organisation, row.id,
                     {{"messages.name", row.name}, {"messages.reason", row.reason}});
}

base::Status open_words(Connection& connection, const WordSeal* seal, const std::string& organisation,
                        ConsentRow& row) {
  if (!std::exchange(row.sealed, false)) return {};
  return open_fields(connection, seal, organisation, record_of(row), {{"consents.words", row.words}});
}

base::Result<int> seal_rows_in_clear(Connection& connection, const WordSeal& seal) {
  int count = 0;
  for (const auto& some :
       {seal_turns(connection, seal), seal_messages(connection, seal), seal_consents(connection, seal)}) {
    if (!some) return some;
    count += *some;
  }
  return count;
}

}  // namespace frontdesk::store
