// Putting the caller through: from the words that announce it to the person, or back to us.
#include <boost/json/parse.hpp>
#include <charconv>
#include <utility>

#include "conversation/conversation.hpp"

namespace frontdesk::conversation {
namespace {

constexpr int kMaxTransfers = 2;  // before the caller has spoken again: a model may not go round the whole office

/// The text of a member of a JSON object; "" if it is not there, or the model sent something else.
std::string member(const boost::json::value& json, std::string_view name) {
  const auto* object = json.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

}  // namespace

/// Once the words that go with it were heard: a reply that is thrown away puts nobody through.
void Conversation::plan_transfer(Reply& reply, const llm::ToolCall& tool) {
  boost::json::error_code error;
  const auto arguments = boost::json::parse(tool.arguments, error);
  reply.put_through = PutThrough{tool.id, member(arguments, "to"), member(arguments, "reason")};
}

/// The model said nothing to go with it: nobody should be put through without a word.
void Conversation::announce_transfer() {
  auto words = own_words(settings_.transfers.connecting);
  if (words.pieces.empty()) return reply_failed("model", "a transfer without words");
  words.outcome = std::move(reply_->outcome);
  words.tools_run = true;
  words.tools_pending = reply_->tools_pending;
  words.tool_results = std::move(reply_->tool_results);
  words.put_through = std::move(reply_->put_through);
  drop(reply_);
  reply_ = std::move(words);
  release_reply();
}

void Conversation::begin_transfer(const PutThrough& wanted) {
  if (++transfers_ > kMaxTransfers) return take_caller_back(wanted.tool_call_id, "nobody else is there to ask");
  const auto target = transfer::find_target(settings_.transfers.targets, wanted.wanted);
  if (!target) return take_caller_back(wanted.tool_call_id, "nobody of that name takes calls");
  trace("transfer", "to " + target->name);
  // Whoever takes the call is recorded with it, and is told so.
  const bool recorded = consent_.stage() == RecordingConsent::Stage::recording;
  const auto announced =
      transfer::announcement(settings_.caller_number.expose(), wanted.reason,
                             recorded ? settings_.recording.announcement : "", settings_.transfers.confirm);
  transfer_call_ = wanted.tool_call_id;
  const auto first = mint();
  auto how = settings_.transfers;
  if (wanted.method) how.method = *wanted.method;
  transfer_.emplace(how, *target, announced, std::array<call::PieceId, 2>{first, mint()});
  sounds_since_.reset();
  enter(State::transferring);
  transfer_->start(now_, *commands_);
  set(kTransfer, transfer_->next_wakeup());
}

void Conversation::tell_transfer(const call::Event& event) {
  if (!transfer_) return;
  transfer_->handle(event, now_, *commands_);
  set(kTransfer, transfer_->next_wakeup());
  if (transfer_->done())
    return end(call::EndClass::transferred, "put through to " + transfer_->target().name + "; " + transfer_->reason());
  if (!transfer_->failed()) return;
  const auto why = transfer_->reason();
  transfer_.reset();
  take_caller_back(transfer_call_, why);
}

/// The model is told why, and talks to the caller again.
void Conversation::take_caller_back(const std::string& tool_call_id, const std::string& why) {
  history_.tool_answered(tool_call_id, "error: " + why);
  if (transfers_ > kMaxTransfers) {
    trace("transfer", why);
    return say(settings_.going_round);
  }
  answer_caller();
  if (sounds_since_) on(call::SpeechStarted{*std::exchange(sounds_since_, std::nullopt)});
}

}  // namespace frontdesk::conversation
