// Storage beyond the port of call records: one row after the other, in order, on a disk that is slow,
// locked or full for a while. A model of records::RecordKeeper's queue, whose own code has a thread in it:
// the row at the front is tried again until it is written. Checks that the call left one whole record.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "call/commands.hpp"
#include "simulation/stage.hpp"

namespace frontdesk::simulation {

class RecordDesk {
 public:
  explicit RecordDesk(Stage& stage) : stage_(stage) {}

  void begin();
  void answered();
  void turn(const call::RecordTurn& turn);
  void close(const std::string& reason);
  void finished();  ///< at the very end: whatever waits is written, and judged

 private:
  struct Row {
    enum class Kind { begin, answered, turn, close } kind = Kind::begin;
    int index = 0;
  };
  void push(Row row);
  void write();
  void judge() const;

  Stage& stage_;
  std::deque<Row> waiting_;
  std::vector<Row> written_;
  int turns_ = 0;
  bool writing_ = false;
};

}  // namespace frontdesk::simulation
