#include "simulation/record_desk.hpp"

namespace frontdesk::simulation {
namespace {

constexpr Duration kRetryAfter = base::milliseconds(500);

}  // namespace

void RecordDesk::begin() {
  push({Row::Kind::begin});
}
void RecordDesk::answered() {
  push({Row::Kind::answered});
}
void RecordDesk::turn(const call::RecordTurn& turn) {
  ++turns_;
  push({Row::Kind::turn, turn.index});
}
void RecordDesk::close(const std::string&) {
  push({Row::Kind::close});
}

void RecordDesk::push(Row row) {
  waiting_.push_back(row);
  if (std::exchange(writing_, true)) return;
  write();
}

void RecordDesk::write() {
  if (waiting_.empty()) {
    writing_ = false;
    return;
  }
  const auto took = stage_.chance(stage_.faults.disk_slow) ? stage_.between(50, 3000) : stage_.between(0, 2);
  if (stage_.chance(stage_.faults.disk_full)) {
    if (stage_.plant == Plant::record_lost) waiting_.pop_front();
    if (stage_.plant == Plant::record_twice) written_.push_back(waiting_.front());
    return stage_.later(took + kRetryAfter, [this] { write(); });
  }
  stage_.later(took, [this] {
    written_.push_back(waiting_.front());
    waiting_.pop_front();
    write();
  });
}

void RecordDesk::finished() {
  for (const auto& row : waiting_) written_.push_back(row);
  waiting_.clear();
  judge();
}

void RecordDesk::judge() const {
  int turns = 0;
  std::size_t at = 0;
  const auto next_is = [&](Row::Kind kind) { return at < written_.size() && written_[at].kind == kind; };
  const auto wrong = [&](const char* what) { stage_.violate("one whole record in order", what); };
  if (!next_is(Row::Kind::begin)) return wrong("it does not begin with the call");
  ++at;
  if (next_is(Row::Kind::answered)) ++at;
  for (; next_is(Row::Kind::turn); ++at)
    if (written_[at].index != turns++) return wrong("a turn is out of place");
  if (turns != turns_) return wrong("a turn is missing or is there twice");
  if (!next_is(Row::Kind::close)) return wrong("it is not closed where its turns end");
  if (at + 1 != written_.size()) wrong("something comes after the close");
}

}  // namespace frontdesk::simulation
