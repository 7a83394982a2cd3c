#include "caller/script.hpp"

namespace frontdesk::caller {

using base::Duration;

Script::Script(const CallPlan& plan, const ScriptTimes& times) : plan_(plan), times_(times), steps_(plan.steps.size()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    // What is to be interrupted must first be waited for.
    const bool interrupted = i + 1 < steps_.size() && plan_.steps[i + 1].barge_in_after.has_value();
    steps_[i].answer_awaited = plan_.steps[i].wait_answer || interrupted;
  }
}

void Script::on_tick(const Hearing& heard, Duration now, ScriptCommands& commands) {
  if (state_ == State::ended) return;
  follow_open_reply(heard, now, commands);
  switch (state_) {
    case State::awaiting:
      if (!plan_.greeting && awaited_ == 0) return advance(now, commands);
      return await(heard, now, commands);
    case State::pausing:
      if (now >= until_) advance(now, commands);
      return;
    case State::parting:
      if (now >= until_) hang_up("the plan is finished", commands);
      return;
    case State::sending:
    case State::ended:
      return;
  }
}

/// An answer ends by silence: at once if it was interrupted, else after the pause that may separate
/// its sentences.
void Script::follow_open_reply(const Hearing& heard, Duration now, ScriptCommands& commands) {
  if (!open_) return;
  const bool interrupted = reply_of(open_->owner).interrupted;
  const bool next_stretch = interrupted && heard.open_since && *heard.open_since > open_->last_sound;
  if (!next_stretch) open_->last_sound = std::max(open_->last_sound, heard.last_sound);
  const Duration enough = interrupted ? kInterruptedSilence : times_.reply_end_silence;
  if (next_stretch || now - open_->last_sound >= enough) return close_reply(commands);
  if (now - open_->start >= times_.longest_reply)
    hang_up("the receptionist has been speaking for " + std::to_string(base::to_ms(times_.longest_reply) / 1000) +
                " s without a pause",
            commands);
}

void Script::close_reply(ScriptCommands& commands) {
  if (!open_) return;
  reply_of(open_->owner).heard = Span{open_->start, open_->last_sound};
  commands.emplace_back(ReplyEnded{open_->owner == 0 ? std::nullopt : std::optional(open_->owner - 1)});
  open_.reset();
}

void Script::await(const Hearing& heard, Duration now, ScriptCommands& commands) {
  if (!begun_) detect_reply(heard, commands);
  if (begun_) {
    if (!open_ || interruption_due(now)) advance(now, commands);
    return;
  }
  // While an interrupted answer goes on, the next one cannot be told from it.
  if (open_) line_end_ = std::max(line_end_, now);
  const Duration limit = awaited_ == 0 ? times_.greeting_timeout : times_.reply_timeout;
  if (now >= line_end_ + limit) give_up_waiting(now, commands);
}

void Script::detect_reply(const Hearing& heard, ScriptCommands& commands) {
  const bool fresh = heard.open_since && *heard.open_since >= wait_from_;
  if (!fresh || heard.last_sound < line_end_ + kShortestAnswer) return;
  close_reply(commands);
  begun_ = true;
  unanswered_ = 0;
  open_ = OpenReply{awaited_, *heard.open_since, heard.last_sound};
}

bool Script::interruption_due(Duration now) const {
  if (!open_ || next_ >= plan_.steps.size()) return false;
  const auto& after = plan_.steps[next_].barge_in_after;
  return after && now >= open_->start + *after;
}

void Script::give_up_waiting(Duration now, ScriptCommands& commands) {
  if (awaited_ != 0 && ++unanswered_ >= kMaxUnansweredInARow)
    return hang_up(std::to_string(unanswered_) + " lines in a row got no answer", commands);
  advance(now, commands);
}

void Script::advance(Duration now, ScriptCommands& commands) {
  if (next_ == 0 && until_ == Duration{0} && times_.before_first_step > Duration{0}) {
    state_ = State::pausing;
    until_ = now + times_.before_first_step;
    return;
  }
  if (next_ >= plan_.steps.size()) {
    completed_ = true;
    state_ = State::parting;
    until_ = now + kPartingPause;
    return;
  }
  const std::size_t index = next_++;
  const Step& step = plan_.steps[index];
  switch (step.kind) {
    case StepKind::say:
    case StepKind::play:
    case StepKind::digits:
      return begin_line(index, now, commands);
    case StepKind::pause:
      steps_[index].done = true;
      state_ = State::pausing;
      until_ = now + step.pause;
      return;
    case StepKind::hang_up:
      steps_[index].done = true;
      completed_ = true;
      return hang_up("the plan says so", commands);
  }
}

void Script::begin_line(std::size_t step, Duration now, ScriptCommands& commands) {
  if (open_) reply_of(open_->owner).interrupted = true;
  state_ = State::sending;
  steps_[step].line = {now, now};
  if (plan_.steps[step].kind == StepKind::digits) {
    commands.emplace_back(PressDigits{step});
  } else {
    commands.emplace_back(Speak{step});
  }
}

void Script::on_sent(std::size_t step, Duration end, ScriptCommands& commands) {
  if (state_ != State::sending || step + 1 != next_) return;
  steps_[step].line.end = end;
  steps_[step].done = true;
  if (!steps_[step].answer_awaited) return advance(end, commands);
  state_ = State::awaiting;
  awaited_ = step + 1;
  begun_ = false;
  wait_from_ = steps_[step].line.start;
  line_end_ = end;
}

void Script::on_call_ended(const Hearing& heard, Duration now, ScriptCommands& commands) {
  if (state_ == State::ended) return;
  follow_open_reply(heard, now, commands);
  close_reply(commands);
  // Saying goodbye and hanging up is the receptionist's right.
  if (state_ == State::awaiting && begun_ && next_ >= plan_.steps.size()) completed_ = true;
  state_ = State::ended;
}

void Script::hang_up(std::string reason, ScriptCommands& commands) {
  close_reply(commands);
  state_ = State::ended;
  commands.emplace_back(HangUp{std::move(reason)});
}

}  // namespace frontdesk::caller
