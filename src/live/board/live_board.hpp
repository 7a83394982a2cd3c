// The calls that are going on, and what changed about them lately, for whoever watches: the events of the API.
//
// Each change is a JSON text with a sequence number of its organisation. Who was away resumes behind the last number
// it saw while the ring still has what came after, and gets a snapshot otherwise. Changes that a later one outdates
// (what is being said, who speaks) are dropped from the ring, so that a slow watcher gets the newest alone.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::board {

inline constexpr std::size_t kMaxCalls = 10'000;         ///< further ones are not shown
inline constexpr std::size_t kLinesKept = 20;            ///< of each call's transcript
inline constexpr std::size_t kChangesKept = 2'000;       ///< of each organisation
inline constexpr std::size_t kMaxOrganisations = 1'000;  ///< the changes of further ones are not kept
inline constexpr std::size_t kLongestText = 4'000;       ///< bytes of one line

enum class Status { ringing, active };
enum class Speaking { nobody, caller, receptionist };
enum class Speaker { caller, receptionist };

struct Line {
  Speaker speaker = Speaker::caller;
  base::Pii<std::string> text;
  bool interrupted = false;
  base::UtcTime at;
};

/// A call begins to be known with this, and is told about by its id from then on.
struct Rang {
  std::string organisation;
  std::string call;
  std::string line;    ///< by which it came; empty: directly
  std::string called;  ///< the number dialled
  base::Pii<std::string> caller;
  base::Pii<std::string> caller_name;
  base::UtcTime at;
};
struct Answered {
  std::string call;
  base::UtcTime at;
};
struct SpeakerChanged {
  std::string call;
  Speaking speaking = Speaking::nobody;
  base::UtcTime at;
};
/// What the caller is saying, not final yet; or a sentence that we begin to say.
struct Saying {
  std::string call;
  Speaker speaker = Speaker::caller;
  base::Pii<std::string> text;
  base::UtcTime at;
};
struct Said {
  std::string call;
  Line line;
};
/// Who listens to the call, or does so no more.
struct Listened {
  std::string call;
  std::vector<std::string> listeners;  ///< ids of users and tokens
  base::UtcTime at;
};
struct Ended {
  std::string call;
  std::string end_class;
  std::string reason;
  base::Duration length{0};  ///< since the answer
  base::UtcTime at;
};

/// What a watcher gets at once.
struct Batch {
  bool snapshot = false;  ///< the first message is one: forget what was known
  std::vector<std::shared_ptr<const std::string>> messages;
  std::uint64_t position = 0;  ///< for the next time
};

/// A call as a snapshot shows it.
struct Shown {
  Rang rang;
  Status status = Status::ringing;
  Speaking speaking = Speaking::nobody;
  std::optional<base::UtcTime> answered;
  std::vector<std::string> listeners;
  std::deque<Line> lines;
};

std::string_view name(Status status);
std::string_view name(Speaking speaking);
std::string_view name(Speaker speaker);

class LiveBoard {
 public:
  /// `epoch` tells the numbers of this process from those of another; not empty, without ':'.
  explicit LiveBoard(std::string epoch) : epoch_(std::move(epoch)) {}

  void apply(const Rang& rang);
  void apply(const Answered& answered);
  void apply(const SpeakerChanged& changed);
  void apply(const Saying& saying);
  void apply(const Said& said);
  void apply(const Listened& listened);
  void apply(const Ended& ended);

  /// What came behind `position`; `call`, if it is not empty, is the only one of interest.
  Batch since(const std::string& organisation, std::uint64_t position, std::string_view call = {}) const;
  /// The state, whatever was seen before.
  Batch from_start(const std::string& organisation) const;
  /// Reads a cursor as the messages carry it; nullopt: it is of another process, or none at all.
  std::optional<std::uint64_t> position_of(std::string_view cursor) const;
  std::uint64_t newest(const std::string& organisation) const;

  std::vector<std::string> calls() const;
  std::size_t calls_of(const std::string& organisation) const;
  /// All of an organisation that go on, the oldest first.
  std::vector<Shown> running(const std::string& organisation) const;
  /// Whether this call of this organisation goes on.
  bool has(const std::string& organisation, const std::string& call) const;

 private:
  struct Call : Shown {
    std::map<std::string, std::uint64_t> newest;  ///< of the changes that the next one of the kind outdates
  };
  struct Change {
    std::string call;
    std::shared_ptr<const std::string> message;
  };
  struct Organisation {
    std::uint64_t newest = 0;
    std::uint64_t forgotten = 0;  ///< up to here changes were dropped for want of room
    std::map<std::uint64_t, Change> changes;
  };
  struct Sent;

  Call* find(const std::string& call);
  void tell(Call& call, const Sent& sent);
  void tell_state(Call& call, std::string_view type, base::UtcTime at, bool outdates);
  std::string cursor(std::uint64_t sequence) const;
  std::string snapshot(const std::string& organisation, std::uint64_t position) const;

  std::string epoch_;
  std::map<std::string, Call> calls_;
  std::map<std::string, Organisation> organisations_;
};

}  // namespace frontdesk::board
