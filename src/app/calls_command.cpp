#include "app/calls_command.hpp"

#include <cstdio>

#include "api/call_json.hpp"
#include "app/call_words.hpp"
#include "app/calls_text.hpp"
#include "store/call_log.hpp"

namespace frontdesk::app {
namespace {

int complain(const base::Error& error) {
  std::fprintf(stderr, "frontdesk: %s\n", error.message.c_str());
  return 1;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int list(const store::CallLog& log, const CallsOptions& options) {
  const auto page = log.list({}, options.limit);
  if (!page) return complain(page.error());
  print(options.json ? api::calls_json(*page) + "\n" : calls_table(*page));
  return 0;
}

int show(const store::CallLog& log, const CallsOptions& options) {
  const auto call = log.call(options.id);
  if (!call) return complain(call.error());
  const auto turns = log.turns(call->id);
  if (!turns) return complain(turns.error());
  const auto messages = log.messages(call->id);
  if (!messages) return complain(messages.error());
  const auto consents = log.consents(call->id).value_or(std::vector<store::ConsentRow>{});  // none before schema 4
  std::vector<replay::Decision> decisions;
  if (options.why) {
    const auto journal = read_journal_file(log.data_folder() / call->journal, options.data);
    if (!journal) return complain(journal.error());
    decisions = replay::decisions_of(*journal);
  }
  if (options.json) {
    print(api::call_json(*call, *turns, *messages, options.why ? &decisions : nullptr, consents) + "\n");
    return 0;
  }
  print(call_page(*call, *turns, *messages, consents));
  if (options.why) print(decisions_text(decisions, *turns));
  return 0;
}

}  // namespace

int calls_command(const CallsOptions& options) {
  const auto log = open_call_log(options.data);
  if (!log) return complain(log.error());
  return options.id.empty() ? list(**log, options) : show(**log, options);
}

}  // namespace frontdesk::app
